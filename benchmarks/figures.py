"""The figures of the README, each beside a peer in the same run: `python benchmarks/figures.py`.

Builds Norrbotten from nothing, serves it, and asks the saved queries one after the other; beside it, rdflib-endpoint
serves the same triples from memory. Rounds are interleaved, medians of three. The client shares the machine's cores.
"""

from __future__ import annotations

import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from catalogue import show
from process import free_port
from record import Found, Row, say, versions_of, with_ratios

from kg.build import build_project
from kg.project import load_project
from kg.release import Release
from kg.saved_query import SavedQuery

ROOT = Path(__file__).parents[1]
PEER = "rdflib-endpoint"
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
    show("start", found(rounds=3))


def found(*, rounds: int, project: Path = ROOT) -> Found:
    """Build, start and answers, beside rdflib-endpoint."""
    with tempfile.TemporaryDirectory() as folder:
        builds = list[float]()
        for number in range(rounds):
            say(f"build {number + 1} of {rounds}")
            build, begin = Path(folder) / str(number), time.perf_counter()
            release = build_project(load_project(project), build).release
            builds.append(time.perf_counter() - begin)
        assert release is not None
        queries = [query for query in release.queries if query.name not in SLOW_ON_THE_PEER]
        sides = {"kg": Side(), PEER: Side()}
        for number in range(rounds):
            for name, command, url in servers(build, release, project):
                say(f"round {number + 1} of {rounds}: {name}")
                with served(command, url) as started:
                    side = sides[name]
                    side.starts.append(started)
                    side.errors, median = ask_all(url, queries)
                    side.medians.append(median)
    left_out = len(release.queries) - len(queries)
    setting = (
        f"{release.manifest.counts['triples']:,} triples; {len(queries)} saved queries, one at a time, {left_out} that "
        f"are too slow on the peer left out; medians of {rounds} interleaved rounds."
    )
    rows = [Row("kg", "build", round(statistics.median(builds), 3), "s")]
    for who, side in sides.items():
        rows += [
            Row(who, "errors", side.errors, f"of {len(queries)}"),
            Row(who, "first answer", round(statistics.median(side.starts), 3), "s"),
            Row(who, "saved query", round(1e3 * statistics.median(side.medians), 3), "ms"),
        ]
    versions = versions_of(kg="governance-kg", **{PEER: PEER, "rdflib": "rdflib"})
    return Found(setting, versions, with_ratios(rows))


def servers(build: Path, release: Release, project: Path) -> Iterator[tuple[str, list[str], str]]:
    """The two servers: name, command, endpoint."""
    serve = f"import os; os.environ['KG_BUILD'] = {str(build)!r}; from kg.cli import main; main()"
    kg_port, peer_port = free_port(), free_port()
    kg = [sys.executable, "-c", serve, "serve", str(project), "--port", str(kg_port)]
    yield "kg", kg, f"http://127.0.0.1:{kg_port}/sparql"
    peer = (
        "import uvicorn; from rdflib import Dataset; from rdflib_endpoint import SparqlEndpoint\n"
        f"data = Dataset(default_union=True); data.parse({str(release.path / 'dump.nq')!r}, format='nquads')\n"
        f"uvicorn.run(SparqlEndpoint(graph=data, path='/sparql'), port={peer_port}, log_level='error')"
    )
    yield PEER, [sys.executable, "-c", peer], f"http://127.0.0.1:{peer_port}/sparql"


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


if __name__ == "__main__":
    main()
