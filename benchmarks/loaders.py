"""Loading the same N-Triples file: `python benchmarks/loaders.py --triples 100000 1000000`.

Each tool loads it in a process of its own, one after the other, in rounds. The clock starts when the program is loaded
and stops when the triples can be asked about; how many there are is compared. Memory is the most that the process had;
that of Java depends on what it may have.
"""

from __future__ import annotations

import argparse
import multiprocessing
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

from catalogue import show
from comparison import ask
from generate import write
from jena import class_path, has_jena, jena_version
from process import peak_memory
from record import Absent, Found, Row, say, size, versions_of, with_ratios
from servers import NAMES, virtuoso

_COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


@dataclass(frozen=True, slots=True)
class Loaded:
    """One loading: seconds, triples that are there, MiB at most."""

    seconds: float
    triples: int
    peak: float


Work = Callable[[], int]
"""Loads, and gives the number of triples that are there."""


def columns(data: Path, _: Path) -> Work:
    """The columns of kg, ordered both ways."""
    from kg.columns.encode import encode_files

    return lambda: len(encode_files([data]))


def oxigraph_memory(data: Path, _: Path) -> Work:
    """A pyoxigraph store in memory, by its bulk loader."""
    from pyoxigraph import RdfFormat, Store

    def load() -> int:
        store = Store()
        store.bulk_load(path=str(data), format=RdfFormat.N_TRIPLES)
        return len(store)

    return load


def oxigraph_disk(data: Path, folder: Path) -> Work:
    """A pyoxigraph store on disk, by its bulk loader."""
    from pyoxigraph import RdfFormat, Store

    def load() -> int:
        store = Store(str(folder / "store"))
        store.bulk_load(path=str(data), format=RdfFormat.N_TRIPLES)
        store.flush()
        return len(store)

    return load


def rdflib(data: Path, _: Path) -> Work:
    """A graph of rdflib, by its own parser."""
    from rdflib import Graph

    return lambda: len(Graph().parse(data, format="nt"))


def oxrdflib(data: Path, _: Path) -> Work:
    """A graph of rdflib over a pyoxigraph store, by its parser."""
    try:
        import oxrdflib as _installed  # noqa: F401 - is it there?
    except ImportError:
        raise Absent("oxrdflib") from None
    from rdflib import Graph

    return lambda: len(Graph(store="Oxigraph").parse(data, format="ox-nt"))


PYTHON: Mapping[str, Callable[[Path, Path], Work]] = {
    "kg, columns": columns,
    "pyoxigraph in memory": oxigraph_memory,
    "pyoxigraph on disk": oxigraph_disk,
    "oxrdflib": oxrdflib,
    "rdflib": rdflib,
}


def by_python(tool: Callable[[Path, Path], Work], data: Path, folder: Path) -> Loaded:
    """A loading by a library, in a process of its own."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as pool:
        return pool.submit(_timed, tool, data, folder).result()


def _timed(tool: Callable[[Path, Path], Work], data: Path, folder: Path) -> Loaded:
    work = tool(data, folder)
    begin = time.perf_counter()
    triples = work()
    return Loaded(time.perf_counter() - begin, triples, peak_memory("self"))


def by_virtuoso(data: Path, folder: Path) -> Loaded:
    """A loading by Virtuoso's bulk loader."""
    with virtuoso(data, folder) as server:
        return Loaded(server.loading, _only_number(ask(server.endpoint, _COUNT)), peak_memory(server.pid))


def _only_number(answer: object) -> int:
    """The number in the only solution, as `comparison` reads it."""
    [(_, (_, number))] = next(iter(answer))
    return int(float(number))


def by_jena(data: Path, folder: Path, *, on_disk: bool) -> Loaded:
    """A loading by Jena, into memory or by the loader of TDB2."""
    if not has_jena():
        raise Absent("Jena")
    place = [str(folder / "tdb2")] if on_disk else []
    command = ["java", "-Xmx8g", "-cp", class_path("LoadGraph"), "LoadGraph", str(data), *place]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            seconds, triples = process.stdout.readline().split()
            return Loaded(float(seconds), int(triples), peak_memory(process.pid))
        finally:
            process.kill()


LOADERS: Mapping[str, Callable[[Path, Path], Loaded]] = {
    **{name: partial(by_python, tool) for name, tool in PYTHON.items()},
    NAMES["virtuoso"]: by_virtuoso,
    "Jena in memory": partial(by_jena, on_disk=False),
    "Jena on disk": partial(by_jena, on_disk=True),
}
"""What loads the file `data`, with a folder to write in."""


def found(*, triples: Sequence[int], rounds: int) -> Found:
    """Seconds, memory and triples a second of each loader."""
    rows, absent = list[Row](), dict[str, None]()
    for count in triples:
        with tempfile.TemporaryDirectory() as folder:
            data = Path(folder) / "graph.nt"
            write(data, count, 1)
            runs: dict[str, list[Loaded]] = {}
            for number in range(rounds):
                for name, load in LOADERS.items():
                    say(f"{size(count)} triples, round {number + 1} of {rounds}: {name}")
                    try:
                        runs.setdefault(name, []).append(_in_new_folder(load, data))
                    except Absent:
                        absent[name] = None
                        runs.pop(name)
            rows += [row for name, made in runs.items() for row in _rows(name, made, count)]
    setting = f"The same N-Triples file, a process for each loading; medians of {rounds} interleaved rounds."
    versions = versions_of(kg="governance-kg", pyoxigraph="pyoxigraph", rdflib="rdflib")
    versions |= {} if "oxrdflib" in absent else versions_of(oxrdflib="oxrdflib")
    versions |= {"Jena": jena_version()} if has_jena() else {}
    return Found(setting, versions, with_ratios(rows), tuple(absent))


def _in_new_folder(load: Callable[[Path, Path], Loaded], data: Path) -> Loaded:
    folder = data.parent / "work"
    folder.mkdir()
    try:
        return load(data, folder)
    finally:
        shutil.rmtree(folder)


def _rows(who: str, runs: Sequence[Loaded], count: int) -> Iterator[Row]:
    part, seconds = size(count), median(run.seconds for run in runs)
    yield Row(who, "wrong", sum(run.triples != count for run in runs), f"of {len(runs)}", part)
    yield Row(who, "time", round(seconds, 3), "s", part)
    yield Row(who, "triples/s", round(count / seconds), "1/s", part)
    yield Row(who, "peak", round(max(run.peak for run in runs)), "MiB", part)


def main() -> None:
    """Measures and prints a Markdown table."""
    parser = argparse.ArgumentParser(description="Load the same file with different tools.")
    parser.add_argument("--triples", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=3)
    show("loaders", found(**vars(parser.parse_args())))


if __name__ == "__main__":
    main()
