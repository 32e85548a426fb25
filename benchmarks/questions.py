"""The saved queries of this repository over Norrbotten, beside Oxigraph: `python benchmarks/questions.py`.

Real questions of real pages, heavier than the light mix: joins, paths, NOT EXISTS, claims and their places. Oxigraph on
disk opens the very store of the release; in memory it holds the same quads. Every text is another: a number in a
comment at its end. The client and the servers share the machine; rounds are interleaved, figures are medians.
"""

from __future__ import annotations

import argparse
import io
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from urllib.request import Request, urlopen

from load import Load, run_load
from process import free_port, running, wait_for_rest
from pyoxigraph import RdfFormat, Store
from servers import kg_over, oxigraph_binary

from kg.build import build_project
from kg.project import load_project
from kg.release import Release

ROOT = Path(__file__).parents[1]
MOST = 2000  # queries a second that the list must be long enough for


def main() -> None:
    """Measures and prints a Markdown table."""
    parser = argparse.ArgumentParser(description="Compare the answers a second to this repository's own questions.")
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=8)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary, ExitStack() as stack:
        folder = Path(temporary)
        release = build_project(load_project(ROOT), folder / "build").release
        assert release is not None
        settings = {"per_client": 64, "queue": 1024}
        servers = {
            "kg, cache off": stack.enter_context(kg_over(release, folder, {**settings, "cache": 0}, "uncached")),
            "kg": stack.enter_context(kg_over(release, folder, settings, "cached")),
            "oxigraph-memory": stack.enter_context(_in_memory(release, folder)),
            "oxigraph-disk": stack.enter_context(_on_disk(release, folder)),
        }
        wait_for_rest(pid for _, pid in servers.values())
        found: dict[str, list[Load]] = {name: [] for name in servers}
        for number in range(options.rounds):
            for name, (endpoint, _) in servers.items():
                texts = _texts(release, number, int(MOST * options.seconds), again=name == "kg")
                load = run_load(endpoint, texts, connections=options.connections, seconds=options.seconds)
                found[name].append(load)
    _print(found, release)


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


def _print(found: dict[str, list[Load]], release: Release) -> None:
    base = median(load.rate for load in found["kg, cache off"])
    print(f"{len(release.queries)} saved queries, {release.manifest.counts['triples']:,} triples\n")
    print("| Server | errors | answers/s | p50/p99 ms | of kg, cache off |\n|---|---|---|---|---|")
    for name, loads in found.items():
        rate, p50, p99 = (median(getattr(load, field) for load in loads) for field in ("rate", "p50", "p99"))
        errors = sum(load.errors for load in loads)
        print(f"| {name} | {errors} | {rate:,.0f} | {p50:.1f}/{p99:.1f} | {rate / base:.2f} |")


if __name__ == "__main__":
    main()
