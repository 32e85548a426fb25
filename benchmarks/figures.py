"""The figures of the README, each beside a peer in the same run: `make bench`.

Builds Norrbotten from nothing, serves it, and asks the saved queries one after the other; beside it, rdflib-endpoint
serves the same triples from memory. Rounds are interleaved, medians of three. The client shares the machine's cores.
"""

from __future__ import annotations

import platform
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from kg.build import build_project
from kg.project import load_project
from kg.release import Release
from kg.saved_query import SavedQuery

ROOT = Path(__file__).parents[1]
ROUNDS = 3
KG_PORT, PEER_PORT = 8961, 8962
ASK = "ASK { ?s ?p ?o }"
SLOW_ON_THE_PEER = {
    "everything-about",
    "what-connects",
    "unknown-starts",
    "not-yet-so",
    "unnamed-givers-and-recipients",
}


@dataclass(slots=True)
class Side:
    """What was measured of one server, a value a round: seconds to the first answer, median seconds of an answer."""

    starts: list[float] = field(default_factory=list)
    medians: list[float] = field(default_factory=list)
    errors: int = 0


def main() -> None:
    """Measures and prints a Markdown table."""
    with tempfile.TemporaryDirectory() as folder:
        build = Path(folder)
        builds = [seconds(lambda n=n: build_project(load_project(ROOT), build / str(n))) for n in range(ROUNDS)]
        release = build_project(load_project(ROOT), build).release
        assert release is not None
        queries = [query for query in release.queries if query.name not in SLOW_ON_THE_PEER]
        sides = {"kg": Side(), "peer": Side()}
        for _ in range(ROUNDS):
            for name, command, url in servers(build, release):
                with served(command, url) as started:
                    side = sides[name]
                    side.starts.append(started)
                    side.errors, median = ask_all(url, queries)
                    side.medians.append(median)
    print_table(release, statistics.median(builds), sides, len(queries))


def servers(build: Path, release: Release) -> Iterator[tuple[str, list[str], str]]:
    """The two servers: name, command, endpoint."""
    serve = f"import os; os.environ['KG_BUILD'] = {str(build)!r}; from kg.cli import main; main()"
    kg = [sys.executable, "-c", serve, "serve", str(ROOT), "--port", str(KG_PORT)]
    yield "kg", kg, f"http://127.0.0.1:{KG_PORT}/sparql"
    peer = (
        "import uvicorn; from rdflib import Dataset; from rdflib_endpoint import SparqlEndpoint\n"
        f"data = Dataset(default_union=True); data.parse({str(release.path / 'dump.nq')!r}, format='nquads')\n"
        f"uvicorn.run(SparqlEndpoint(graph=data, path='/sparql'), port={PEER_PORT}, log_level='error')"
    )
    yield "peer", [sys.executable, "-c", peer], f"http://127.0.0.1:{PEER_PORT}/sparql"


@contextmanager
def served(command: list[str], url: str) -> Iterator[float]:
    """Runs a server; gives the seconds from the start of its process to its first answer."""
    begin = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            try:
                answer(url, ASK)
                break
            except URLError:
                time.sleep(0.01)
        yield time.perf_counter() - begin
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


def ask_all(url: str, queries: list[SavedQuery]) -> tuple[int, float]:
    """The saved queries one after the other: how many end in an error, and the median seconds of the others."""
    errors, times = 0, []
    for query in queries:
        begin = time.perf_counter()
        try:
            answer(url, query.text)
            times.append(time.perf_counter() - begin)
        except HTTPError:
            errors += 1
    return errors, statistics.median(times)


def answer(url: str, query: str) -> bytes:
    """The body of a good answer."""
    with urlopen(Request(f"{url}?{urlencode({'query': query})}")) as response:
        content: bytes = response.read()
        return content


def seconds(work: Callable[[], object]) -> float:
    """How long `work` takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def print_table(release: Release, build: float, sides: dict[str, Side], number: int) -> None:
    """The table of the README, with versions, machine and date."""
    kg, peer = sides["kg"], sides["peer"]
    start = [statistics.median(side.starts) for side in (kg, peer)]
    median = [statistics.median(side.medians) * 1e3 for side in (kg, peer)]
    print("| | kg | rdflib-endpoint | ratio |")
    print("|---|---|---|---|")
    print(f"| saved queries answered with an error, of {number} | {kg.errors} | {peer.errors} | |")
    print(f"| `kg build` from nothing: read, derive, validate, write | {build:.1f} s | | |")
    print(f"| process start to first answer | {start[0]:.2f} s | {start[1]:.2f} s | {start[1] / start[0]:.1f} |")
    ratio = median[1] / median[0]
    print(f"| a saved query, median of those answered | {median[0]:.1f} ms | {median[1]:.1f} ms | {ratio:.0f} |")
    print()
    versions = f"rdflib-endpoint {version('rdflib-endpoint')} over rdflib {version('rdflib')}"
    print(f"{release.manifest.counts['triples']:,} triples; kg {version('governance-kg')}, {versions},")
    print(f"Python {platform.python_version()}, two cores, medians of {ROUNDS} interleaved rounds,", end=" ")
    print(f"{datetime.now(UTC):%Y-%m-%d}.")


if __name__ == "__main__":
    main()
