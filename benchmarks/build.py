"""`kg build` beside a bare bulk load of the same files: `python benchmarks/build.py --triples 100000 1000000`.

A build parses, derives, validates with the whole rulebook, writes the dump and a store that holds each triple in its
graph and in the default graph; a bare load parses and writes a store of what the files say. Each runs as a process of
its own, in rounds; the time of a build is that of the whole command. The planted answers are asked of the release.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from catalogue import show
from generate import write_project
from planted import compare
from process import peak_memory
from record import Found, Row, say, size, versions_of, with_ratios

KG = [sys.executable, "-c", "from kg.cli import main; main()"]
BARE = """
import sys
from pyoxigraph import RdfFormat, Store
store = Store(sys.argv[1])
for path in sys.argv[2:]:
    store.bulk_load(path=path, format=RdfFormat.from_extension(path.rpartition(".")[2]))
store.flush()
"""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a command: seconds, and MiB at most."""

    seconds: float
    peak: float


def cold(project: Path) -> Run:
    """A build of a project that was never built."""
    shutil.rmtree(project / "build", ignore_errors=True)
    return _run([*KG, "build", str(project)])


def one_changed(project: Path) -> Run:
    """A build after a line was added to one of the files."""
    last = sorted((project / "data").glob("part-*.ttl"))[-1]
    with last.open("a", encoding="utf-8") as stream:
        stream.write("# another line\n")
    return _run([*KG, "build", str(project)])


def unchanged(project: Path) -> Run:
    """A build where nothing has changed."""
    return _run([*KG, "build", str(project)])


def bare(project: Path) -> Run:
    """A bulk load of the files of the project into a store on disk."""
    return _bare(project, sorted((project / "data").glob("*.ttl")))


def bare_release(project: Path) -> Run:
    """A bulk load of all quads of the release: what was derived among them, but no default graph."""
    return _bare(project, [project / "build" / "current" / "dump.nq"])


SIDES: Mapping[str, Callable[[Path], Run]] = {
    "kg build": cold,
    "kg build, one file changed": one_changed,
    "kg build, nothing changed": unchanged,
    "pyoxigraph on disk, the same files": bare,
    "pyoxigraph on disk, the quads of the release": bare_release,
}
"""In the order in which they run, each on what those before it have left."""


def _bare(project: Path, files: Sequence[Path]) -> Run:
    with tempfile.TemporaryDirectory(dir=project) as folder:
        return _run([sys.executable, "-c", BARE, str(Path(folder) / "store"), *map(str, files)])


def _run(command: Sequence[str]) -> Run:
    """Runs a command; its memory is looked at ten times a second.

    Raises:
        RuntimeError: it ends with an error.
    """
    begin, peak = time.perf_counter(), 0.0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        while process.poll() is None:
            try:
                peak = max(peak, peak_memory(process.pid))
            except (OSError, StopIteration):  # it has just ended
                break
            time.sleep(0.1 if time.perf_counter() - begin > 1 else 0.01)
        process.wait()
        seconds = time.perf_counter() - begin
        if process.returncode:
            raise RuntimeError(
                f"{command[-2:]} ended with {process.returncode}: {process.stderr and process.stderr.read()}"
            )
    return Run(seconds, peak)


def found(*, triples: Sequence[int], rounds: int) -> Found:
    """Seconds and memory of each side, and how many planted answers are wrong in the release."""
    rows, sizes = list[Row](), list[str]()
    for count in triples:
        with tempfile.TemporaryDirectory() as folder:
            project = Path(folder) / "project"
            write_project(project, count, 1)
            runs: dict[str, list[Run]] = {name: [] for name in SIDES}
            for number in range(rounds):
                for name, side in SIDES.items():
                    say(f"{size(count)} triples, round {number + 1} of {rounds}: {name}")
                    runs[name].append(side(project))
            tallies = compare(project)
            wrong, planted = sum(len(tally.wrong) for tally in tallies), sum(tally.planted for tally in tallies)
            for name, made in runs.items():
                rows += _rows(name, made, count)
            rows.append(Row("kg build", "wrong", wrong, f"of {planted}", size(count)))
            counts = json.loads((project / "build" / "current" / "manifest.json").read_text(encoding="utf-8"))["counts"]
            sizes.append(f"{size(count)}: {counts['triples']:,} triples after derivation, {counts['quads']:,} quads")
    setting = f"Generated projects in Turtle; medians of {rounds} interleaved rounds. {'; '.join(sizes)}."
    return Found(setting, versions_of(kg="governance-kg", pyoxigraph="pyoxigraph"), with_ratios(rows))


def _rows(who: str, runs: Sequence[Run], count: int) -> Iterator[Row]:
    part, seconds = size(count), median(run.seconds for run in runs)
    yield Row(who, "time", round(seconds, 3), "s", part)
    yield Row(who, "triples/s", round(count / seconds), "1/s", part)
    yield Row(who, "peak", round(max(run.peak for run in runs)), "MiB", part)


def main() -> None:
    """Measures and prints a Markdown table."""
    parser = argparse.ArgumentParser(description="Build generated projects, beside bare bulk loads.")
    parser.add_argument("--triples", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=3)
    show("build", found(**vars(parser.parse_args())))


if __name__ == "__main__":
    main()
