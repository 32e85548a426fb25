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
import shutil
import statistics
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from generate import write

ROOT = Path(__file__).parents[1]
JARS = Path("/usr/share/java")
LIBRARIES = (
    *("jena-*", "commons-*", "slf4j-api", "slf4j-nop", "guava", "jackson*", "jsonld-java", "thrift"),
    *("protobuf*", "gson", "jakarta.json*", "titanium*", "dexx*", "httpc*"),
)
SHADED = "org/apache/jena/ext/"
CHILD = """
import json, logging, resource, sys, time
from pathlib import Path
logging.disable()
from kg.dataset import read_shapes
from kg.project import load_project
from kg.columns.encode import encode_files
from kg.shapes.evaluate import Validation
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
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
times = {"load": loaded - start, "validate": done - loaded}
print(json.dumps({**times, "results": results, "peak": peak}))
"""


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
    found = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)
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


def class_path(folder: Path) -> str:
    """Jena's libraries and the compiled class; the texts of a package that Debian has renamed are put in its place."""
    jars = sorted({jar for name in LIBRARIES for jar in JARS.glob(f"{name}.jar") if "-4.5" not in jar.name})
    with zipfile.ZipFile(JARS / "jena-core.jar") as archive:
        for name in archive.namelist():
            if name.startswith(SHADED) and name.endswith(".properties"):
                target = folder / name.removeprefix(SHADED)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(archive.read(name))
    path = ":".join([str(folder), *map(str, jars)])
    subprocess.run(["javac", "-cp", path, "-d", str(folder), str(ROOT / "benchmarks" / "WarmShacl.java")], check=True)
    return path


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

    def run(self) -> Run:
        """One validation."""
        assert self._process.stdin is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()
        seconds, results = self._line()
        status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii")
        peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
        return Run(self.load, float(seconds), int(results), peak / 1024)


@contextmanager
def jena(folder: Path, data: Path, heap: str) -> Iterator[Jena]:
    """Jena over the data, until the block ends."""
    shapes = folder / "shapes.nt"
    jena_shapes(shapes)
    command = [
        "java",
        f"-Xmx{heap}",
        "-cp",
        class_path(folder),
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


def show(name: str, runs: list[Run], against: list[Run] | None = None) -> None:
    """A line with medians, and how many times longer the other takes."""
    load, seconds = (statistics.median(getattr(run, field) for run in runs) for field in ("load", "validate"))
    peak, results = max(run.peak for run in runs), {run.results for run in runs}
    ratio = ""
    if against:
        other = statistics.median(run.validate for run in against)
        whole = statistics.median(run.load + run.validate for run in against)
        ratio = f"; validation × {seconds / other:.1f}, with loading × {(load + seconds) / whole:.1f} of kg"
    print(
        f"{name}: load {load:.2f} s, validate {seconds:.2f} s, peak {peak:.0f} MiB, results {results}{ratio}",
        flush=True,
    )


def beside_jena(data: Path, rounds: int, heap: str) -> None:
    """Interleaved rounds of Jena and kg."""
    own, others = list[Run](), list[Run]()
    with tempfile.TemporaryDirectory() as folder, jena(Path(folder), data, heap) as machine:
        print(f"Jena, first round (not counted): {machine.run().validate:.1f} s", flush=True)
        for _ in range(rounds):
            others.append(machine.run())
            own.append(python_run("compiled", data))
    show("kg", own)
    show("Jena, warm", others, own)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--triples", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--pyshacl", type=int, default=10_000, help="Triples that pySHACL is asked about; 0 leaves it out."
    )
    parser.add_argument("--heap", default="12g", help="What Java may use.")
    parser.add_argument("--without-jena", action="store_true")
    options = parser.parse_args()
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data.nt"
        write(data, options.triples, 1)
        print(f"{options.triples} triples, the whole rulebook")
        has_jena = (JARS / "jena-shacl.jar").is_file() and shutil.which("javac") is not None
        if has_jena and not options.without_jena:
            beside_jena(data, options.rounds, options.heap)
        else:
            show("kg", [python_run("compiled", data) for _ in range(options.rounds)])
        if options.pyshacl:
            write(data, options.pyshacl, 1)
            print(f"{options.pyshacl} triples, the whole rulebook")
            pairs = [(python_run("pyshacl", data), python_run("compiled", data)) for _ in range(options.rounds)]
            show("kg", [pair[1] for pair in pairs])
            show("pySHACL", [pair[0] for pair in pairs], [pair[1] for pair in pairs])


if __name__ == "__main__":
    main()
