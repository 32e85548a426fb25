"""A small release made by hand, and a real server over it, for the tests of the serving half."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import IO

import httpx
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, parse

from kg.namespaces import GOV, prefixes
from kg.release import Manifest, Release, open_release
from kg.saved_query import Parameter, SavedQuery

BASE = "https://example.org/kg/small/"
GRAPH = f"{BASE}graph/people"
OTHER = f"{BASE}graph/money"
HOSTILE = "<script>alert('x')</script>"
TABLE = prefixes(BASE)
DATA = {
    GRAPH: f"""
        organisation:filmpool a org:Organization ; skos:prefLabel "Filmpool"@sv , "Film Pool"@en ; gov:owns organisation:studio .
        organisation:region a org:Organization ; skos:prefLabel "Region Nord"@sv ; gov:owns organisation:filmpool ;
            skos:note "{HOSTILE}" .
        organisation:studio a org:Organization ; skos:prefLabel "Studion"@sv .
    """,
    OTHER: 'relation:funding a gov:Funding ; gov:amount 1200000 ; gov:recipient organisation:filmpool ; gov:purpose "Film"@sv .',
}
FRONT = [
    (
        "owners",
        "Vem äger Filmpool?",
        "Who owns Filmpool?",
        "SELECT ?owner WHERE { ?owner gov:owns organisation:filmpool }",
    ),
    (
        "all",
        "Vilka organisationer finns?",
        "Which organisations are there?",
        'SELECT * { VALUES ?language { "sv" } ?z a org:Organization ; skos:prefLabel ?a FILTER (LANG(?a) = ?language) }',
    ),
    ("money", "Vem får pengar?", "Who gets money?", "SELECT ?to ?amount { ?r gov:recipient ?to ; gov:amount ?amount }"),
    ("region", "Finns regionen?", "Is there a region?", "ASK { organisation:region ?p ?o }"),
    ("describe", "Allt om Filmpool", "All about Filmpool", "DESCRIBE organisation:filmpool"),
]


def prefix_lines(*names: str) -> str:
    """PREFIX lines of the house table."""
    return "".join(f"PREFIX {name}: <{TABLE[name]}>\n" for name in names)


CARTESIAN = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
ALL = prefix_lines("gov", "org", "organisation", "skos")


HEAD = "# title@sv: …\n# title@en: …\n"


def _parameters(text: str) -> tuple[Parameter, ...]:
    labels = {"sv": "Språk", "en": "Language"}
    return (Parameter("language", "string", labels, '"sv"'),) if "?language" in text else ()


def make_release(folder: Path, *, extra: int = 0, portions: int = 1) -> Release:
    """A release of a few triples, and `extra` more in a third graph, each also in the default graph.

    Loaded in several `portions`, the store has more files than RocksDB opens ahead.
    """
    folder.mkdir(parents=True, exist_ok=True)
    head = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in TABLE.items())
    quads = []
    for graph, text in DATA.items():
        for found in parse(head + text, RdfFormat.TURTLE):
            quads += [Quad(found.subject, found.predicate, found.object, NamedNode(graph)), found]
    for number in range(extra):
        subject = NamedNode(f"{BASE}id/measure/m{number}")
        quads += [
            Quad(subject, NamedNode(GOV.value), Literal(f"number {number}"), NamedNode(f"{BASE}graph/extra")),
            Quad(subject, NamedNode(GOV.value), Literal(f"number {number}")),
        ]
    store = Store(str(folder / "store"))
    for portion in range(portions):
        store.bulk_extend(quads[portion::portions])
    store.flush()
    triples = len(store) // 2
    counts = {"quads": len(store), "triples": triples, "graphs": len(list(store.named_graphs()))}
    counts |= {"organisations": 3, "relations": 1, "claims": 4, "sources": 1}
    del store
    titles = {"sv": "Styrning i Småland", "en": "Governance in Smalltown"}
    manifest = Manifest("2026-11-01-test", "2026-11-01", BASE, titles, counts, {}, "kg test")
    (folder / "manifest.json").write_text(manifest.to_json(), encoding="utf-8")
    queries = [
        SavedQuery(name, "small", HEAD + ALL + text, {"sv": sv, "en": en}, (), _parameters(text), front)
        for front, (name, sv, en, text) in enumerate(FRONT, start=1)
    ]
    (folder / "queries.json").write_text(json.dumps([asdict(query) for query in queries]), encoding="utf-8")
    return open_release(folder)


_reserved: deque[socket.socket] = deque()
_MOST_RESERVED = 64


def free_port() -> int:
    """A port that nobody gets by chance: who asks for it by number may listen there, as often as they like.

    It is bound here without being listened at (SO_REUSEADDR, socket(7)), so that the machine gives it to no other.
    """
    place = socket.socket()
    place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    place.bind(("127.0.0.1", 0))
    _reserved.append(place)
    if len(_reserved) > _MOST_RESERVED:
        _reserved.popleft().close()
    return int(place.getsockname()[1])


def wait_until(what: Callable[[], object], *, seconds: float = 60.0) -> bool:
    """Whether `what` becomes true within some seconds: many more than it needs, as machines stand still now and then."""
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


START = """
import sys
from pathlib import Path
from kg.release import open_release
from kg.settings import Settings
from kg.web.server import serve
follow = Path(sys.argv[3]) if len(sys.argv) > 3 else None
serve(open_release(Path(sys.argv[1])), Settings.read(), "127.0.0.1", int(sys.argv[2]), follow=follow)
"""


@contextlib.contextmanager
def served(
    release: Release, *, stderr: IO[bytes] | None = None, follow: Path | None = None, **settings: object
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The address of a server in a process of its own, and that process; its settings are `KG_…` variables."""
    port = free_port()
    source = str(Path(__file__).resolve().parent.parent / "src")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KG_")}
    environment |= {f"KG_{name.upper()}": str(value) for name, value in settings.items()}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, (source, os.environ.get("PYTHONPATH"))))
    command = [sys.executable, "-c", START, str(release.path), str(port), *([str(follow)] if follow else [])]
    process = subprocess.Popen(command, env=environment, stderr=stderr)
    try:
        wait_for(port, process)
        yield f"http://127.0.0.1:{port}", process
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask a process to end; kill it if it has not done so after what a server may need for its last answers.

    Its workers end with it in either case.
    """
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Until the server answers; an error if it ends before, or does not within a minute."""
    for _ in range(1200):
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        with contextlib.suppress(httpx.TransportError):
            httpx.get(f"http://127.0.0.1:{port}/health/ready", timeout=5)
            return
        time.sleep(0.05)
    raise RuntimeError("the server does not answer")


def _parent(pid: int) -> int | None:
    """Who has started a process; `None` if it does not live, as a zombie does not."""
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return None if fields[0] in "ZX" else int(fields[1])
    return None


def is_alive(pid: int) -> bool:
    return _parent(pid) is not None


def stop_on_the_way(ask: Callable[[float], httpx.Response]) -> None:
    """Ask what has no end until a deadline, in seconds, comes when its answer has begun, as it must on no busy machine."""
    for seconds in (0.75, 1.5, 3.0, 6.0, 12.0):
        try:
            assert ask(seconds).status_code in (503, 504)  # no worker was free for half of the time, or none had begun
        except httpx.RemoteProtocolError as error:
            assert "incomplete" in str(error)
            return
    raise AssertionError("no answer was begun")


def children(pid: int) -> list[int]:
    """The processes that `pid` has started and that live."""
    return sorted(one for path in Path("/proc").glob("[0-9]*") if _parent(one := int(path.name)) == pid)


def descendants(pid: int) -> list[int]:
    """The living processes that `pid` has started, and those that they have."""
    started = children(pid)
    return sorted(started + [worker for child in started for worker in descendants(child)])


@contextlib.contextmanager
def nothing_left() -> Iterator[None]:
    """What this process starts inside has ended at the end; what was there before is not looked at."""
    before = set(children(os.getpid()))
    yield
    started = set(children(os.getpid())) - before
    assert not started, [(pid, descendants(pid)) for pid in started]


def workers_of(pid: int) -> list[int]:
    """The query workers of a server: what its fork servers have forked."""
    return sorted(worker for fork_server in children(pid) for worker in children(fork_server))
