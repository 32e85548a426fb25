"""Validation of generated graphs with the whole rulebook, beside Apache Jena and pySHACL.

`python benchmarks/validate.py --triples 1000000`

Each round asks Jena (one warm JVM, its graph loaded once, after a round that is not counted) and then `kg` (a new
process each time, so that it is cold and its loading is measured too). pySHACL is asked about a smaller graph, beside
`kg` on that one. Jena comes from Debian's `libapache-jena-java`; without it, or javac, only the others are measured.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from select import select

from catalogue import show
from generate import write
from jena import class_path, has_jena, jena_version
from process import peak_memory
from record import Found, Row, say, size, versions_of, with_ratios

HERE = Path(__file__).parent
ROOT = HERE.parent
JENA = "Jena, warm"
CHILD = """
import json, logging, sys, time
from pathlib import Path
from select import select
logging.disable()
from kg.dataset import read_shapes
from kg.project import load_project
from kg.columns.encode import encode_files
from kg.shapes.evaluate import Validation
from process import peak_memory
engine, *files = sys.argv[1:]
shapes = read_shapes(load_project(Path.cwd()))
start = time.perf_counter()
columns = encode_files([Path(file) for file in files])
data = columns.to_graph() if engine == "pyshacl" else None
loaded = time.perf_counter()
if engine == "pyshacl":
    import pyshacl
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes, inplace=True, allow_warnings=True)
    from rdflib import SH
    results = len(list(report.objects(None, SH.result)))
else:
    results = sum(1 for _ in Validation(columns, shapes).results())
done = time.perf_counter()
peak = peak_memory("self")
times = {"load": loaded - start, "validate": done - loaded}
print(json.dumps({**times, "results": results, "peak": peak}))
"""

PATIENCE = 300.0
"""Seconds that a first round of Jena may take."""


@dataclass(frozen=True, slots=True)
class Run:
    """One validation: seconds, results, MiB."""

    load: float
    validate: float
    results: int
    peak: float


def vocabulary() -> list[Path]:
    """The ontology and the codelists, which the rules ask about."""
    return sorted(path for path in (ROOT / "ontology").rglob("*.ttl") if path.parent.name != "alignments")


def python_run(engine: str, data: Path) -> Run:
    """A validation in a process of its own."""
    command = [sys.executable, "-W", "ignore", "-c", CHILD, engine, str(data), *map(str, vocabulary())]
    environment = os.environ | {"PYTHONPATH": str(HERE)}
    ended = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    found = json.loads(ended.stdout)
    return Run(found["load"], found["validate"], found["results"], found["peak"])


def jena_shapes(path: Path) -> None:
    """The rulebook with one message a constraint: Jena refuses a SPARQL constraint with two."""
    from rdflib import SH

    from kg.dataset import read_shapes
    from kg.project import load_project

    shapes = read_shapes(load_project(ROOT))
    for constraint in set(shapes.subjects(SH.select)):
        for message in list(shapes.objects(constraint, SH.message)):
            if message.language != "en":
                shapes.remove((constraint, SH.message, message))
    shapes.serialize(path, format="nt", encoding="utf-8")


class Jena:
    """A JVM that has loaded the graph."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        load, self.triples = self._line()
        self.load = float(load)

    def _line(self) -> list[str]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("Jena has ended")
        return line.split()

    def run(self, patience: float | None = None) -> Run:
        """One validation.

        Raises:
            TimeoutError: it has not ended after `patience` seconds.
        """
        assert self._process.stdin is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()
        if patience is not None and not select([self._process.stdout], [], [], patience)[0]:
            raise TimeoutError
        seconds, results = self._line()
        return Run(self.load, float(seconds), int(results), peak_memory(self._process.pid))


@contextmanager
def jena(folder: Path, data: Path, heap: str) -> Iterator[Jena]:
    """Jena over the data, until the block ends."""
    shapes = folder / "shapes.nt"
    jena_shapes(shapes)
    command = [
        "java",
        f"-Xmx{heap}",
        "-cp",
        class_path("WarmShacl"),
        "WarmShacl",
        str(shapes),
        str(data),
        *map(str, vocabulary()),
    ]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            yield Jena(process)
        finally:
            process.kill()


def beside_jena(data: Path, rounds: int, heap: str) -> dict[str, list[Run]]:
    """Interleaved rounds of kg and Jena; of kg alone, if Jena is not there or does not end."""
    runs: dict[str, list[Run]] = {"kg": []}
    with ExitStack() as stack:
        machine = None
        if has_jena():
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            machine = stack.enter_context(jena(folder, data, heap))
            try:
                say(f"Jena, first round (not counted): {machine.run(PATIENCE).validate:.1f} s")
            except TimeoutError:
                machine = None
                stack.close()
        for number in range(rounds):
            say(f"round {number + 1} of {rounds}")
            if machine is not None:
                runs.setdefault(JENA, []).append(machine.run())
            runs["kg"].append(python_run("compiled", data))
    return runs


def beside_pyshacl(data: Path, rounds: int) -> dict[str, list[Run]]:
    """Interleaved rounds of kg and pySHACL."""
    runs: dict[str, list[Run]] = {"kg": [], "pySHACL": []}
    for number in range(rounds):
        say(f"round {number + 1} of {rounds}, beside pySHACL")
        runs["kg"].append(python_run("compiled", data))
        runs["pySHACL"].append(python_run("pyshacl", data))
    return runs


def rows_of(part: str, runs: Mapping[str, Sequence[Run]]) -> Iterator[Row]:
    """Medians of seconds, the highest memory, and how many rounds gave another number of results than kg."""
    expected = runs["kg"][0].results
    for who, made in runs.items():
        load, validation = (statistics.median(getattr(run, field) for run in made) for field in ("load", "validate"))
        yield Row(who, "wrong", sum(run.results != expected for run in made), f"of {len(made)}", part)
        yield Row(who, "results", made[0].results, "", part)
        yield Row(who, "load", round(load, 3), "s", part)
        yield Row(who, "validation", round(validation, 3), "s", part)
        yield Row(who, "with loading", round(load + validation, 3), "s", part)
        yield Row(who, "peak", round(max(run.peak for run in made)), "MiB", part)


def found(*, triples: Sequence[int], pyshacl: int, rounds: int, heap: str = "12g") -> Found:
    """Validation of graphs of `triples` beside Jena, and of one of `pyshacl` (0: none) beside pySHACL."""
    rows, unended = list[Row](), ""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data.nt"
        for count in triples:
            say(f"{size(count)} triples")
            write(data, count, 1)
            runs = beside_jena(data, rounds, heap)
            rows += rows_of(size(count), runs)
            if has_jena() and JENA not in runs:
                unended += f" Over {size(count)}, Jena had not ended its first round after {PATIENCE:.0f} s."
        if pyshacl:
            write(data, pyshacl, 1)
            rows += rows_of(size(pyshacl), beside_pyshacl(data, rounds))
    setting = f"The whole rulebook over a generated register with the ontology; medians of {rounds} interleaved rounds."
    setting += unended
    versions = versions_of(kg="governance-kg", pyoxigraph="pyoxigraph", numpy="numpy", pySHACL="pyshacl")
    versions |= {"Jena": jena_version()} if has_jena() else {}
    return Found(setting, versions, with_ratios(rows), () if has_jena() else (JENA,))


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--triples", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--pyshacl", type=int, default=10_000, help="Triples that pySHACL is asked about; 0 leaves it out."
    )
    parser.add_argument("--heap", default="12g", help="What Java may use.")
    show("validators", found(**vars(parser.parse_args())))


if __name__ == "__main__":
    main()
