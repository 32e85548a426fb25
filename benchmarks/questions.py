"""The saved queries of this repository over Norrbotten, beside Oxigraph: `python benchmarks/questions.py`.

Real questions of real pages, heavier than the light mix: joins, paths, NOT EXISTS, claims and their places. Oxigraph on
disk opens the very store of the release; in memory it holds the same quads. Every text is another: a number in a
comment at its end. The client and the servers share the machine; rounds are interleaved, figures are medians.
"""

from __future__ import annotations

import argparse
import io
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

from catalogue import show
from load import Load, load_rows, run_load
from process import free_port, running, wait_for_rest
from pyoxigraph import RdfFormat, Store
from record import Absent, Found, say, versions_of, with_ratios
from servers import NAMES, kg_over, oxigraph_binary, oxigraph_version

from kg.build import build_project
from kg.project import load_project
from kg.release import Release

ROOT = Path(__file__).parents[1]
MOST = 2000  # queries a second that the list must be long enough for
REPEATED = "kg, texts repeated"


def main() -> None:
    """Measures and prints a Markdown table."""
    parser = argparse.ArgumentParser(description="Compare the answers a second to this repository's own questions.")
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=8)
    show("questions", found(**vars(parser.parse_args())))


def found(*, seconds: float, rounds: int, connections: int, project: Path = ROOT) -> Found:
    """Answers a second of kg, with and without its cache, and of Oxigraph."""
    absent = set[str]()
    with tempfile.TemporaryDirectory() as temporary, ExitStack() as stack:
        folder = Path(temporary)
        release = build_project(load_project(project), folder / "build").release
        assert release is not None
        servers = _start(release, folder, stack, absent)
        wait_for_rest(pid for _, pid in servers.values())
        loads: dict[str, list[Load]] = {name: [] for name in servers}
        for number in range(rounds):
            for name, (endpoint, _) in servers.items():
                say(f"round {number + 1} of {rounds}: {name}")
                texts = _texts(release, number, int(MOST * seconds), again=name == REPEATED)
                loads[name].append(run_load(endpoint, texts, connections=connections, seconds=seconds))
    setting = (
        f"The {len(release.queries)} saved queries over {release.manifest.counts['triples']:,} triples, {connections} "
        f"connections; medians of {rounds} interleaved rounds of {seconds:g} s."
    )
    rows = [row for name, made in loads.items() for row in load_rows(name, made)]
    versions = versions_of(kg="governance-kg")
    versions |= {} if absent else {"Oxigraph server": oxigraph_version(oxigraph_binary())}
    return Found(setting, versions, with_ratios(rows), tuple(sorted(absent)))


def _start(release: Release, folder: Path, stack: ExitStack, absent: set[str]) -> Mapping[str, tuple[str, int]]:
    settings = {"per_client": 64, "queue": 1024}
    starts = {
        "kg, cache off": lambda: kg_over(release, folder, {**settings, "cache": 0}, "uncached"),
        REPEATED: lambda: kg_over(release, folder, settings, "cached"),
        NAMES["oxigraph-memory"]: lambda: _in_memory(release, folder),
        NAMES["oxigraph-disk"]: lambda: _on_disk(release, folder),
    }
    servers = {}
    for name, start in starts.items():
        try:
            servers[name] = stack.enter_context(start())
        except Absent:
            absent.add(name)
    return servers


def _texts(release: Release, number: int, count: int, *, again: bool) -> Iterator[str]:
    queries = [" ".join(line for line in q.text.splitlines() if not line.startswith("#")) for q in release.queries]
    for place in range(count):
        text = queries[place % len(queries)]
        yield text if again else f"{text} #{number}.{place}"


@contextmanager
def _on_disk(release: Release, folder: Path) -> Iterator[tuple[str, int]]:
    port = free_port()
    command = [oxigraph_binary(), "serve-read-only", "--location", str(release.store_path), "--bind"]
    endpoint = f"http://127.0.0.1:{port}/query"
    with running([*command, f"127.0.0.1:{port}"], endpoint, folder / "disk.log") as (pid, _):
        yield endpoint, pid


@contextmanager
def _in_memory(release: Release, folder: Path) -> Iterator[tuple[str, int]]:
    port, quads = free_port(), io.BytesIO()
    Store.read_only(str(release.store_path)).dump(quads, RdfFormat.N_QUADS)
    base = f"http://127.0.0.1:{port}"
    command = [oxigraph_binary(), "serve", "--bind", f"127.0.0.1:{port}"]
    with running(command, f"{base}/query", folder / "memory.log") as (pid, _):
        headers = {"Content-Type": "application/n-quads"}
        urlopen(Request(f"{base}/store", data=quads.getvalue(), headers=headers, method="POST")).close()
        yield f"{base}/query", pid


if __name__ == "__main__":
    main()
