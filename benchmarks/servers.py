"""The servers of the comparison, each started over the same triples, in processes of their own, on a free port.

A peer that is not installed raises `Absent`. Oxigraph: PyPI package `oxigraph`; rdflib-endpoint: PyPI; Virtuoso 7:
Debian package `virtuoso-opensource-7`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from urllib.parse import quote
from urllib.request import Request, urlopen

from bare_release import make_release
from process import READY, free_port, running
from record import Absent
from statements import BASE

from kg.release import Release

__all__ = [
    "NAMES",
    "SERVERS",
    "Server",
    "Servers",
    "kg",
    "kg_over",
    "oxigraph_binary",
    "oxigraph_version",
]

NAMES = {
    "oxigraph-memory": "Oxigraph in memory",
    "oxigraph-disk": "Oxigraph on disk",
    "rdflib-endpoint": "rdflib-endpoint",
    "virtuoso": "Virtuoso",
}
"""The peers by the name of an option, as a table names them."""
_KG = """
import sys
from pathlib import Path
from kg.release import open_release
from kg.settings import Settings
from kg.web.server import serve
serve(open_release(Path(sys.argv[1])), Settings.read(), "127.0.0.1", int(sys.argv[2]))
"""
_RDFLIB = """
import sys
import uvicorn
from rdflib import Graph
from rdflib_endpoint import SparqlEndpoint
graph = Graph()
graph.parse(sys.argv[1], format="nt")
uvicorn.run(SparqlEndpoint(graph=graph, path="/sparql"), port=int(sys.argv[2]), log_level="error")
"""
_VIRTUOSO = """
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
[TempDatabase]
DatabaseFile = {folder}/temporary.db
TransactionFile = {folder}/temporary.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
DirsAllowed = {data}
NumberOfBuffers = 170000
MaxDirtyBuffers = 130000
ServerThreads = 50
CheckpointInterval = 0
DefaultIsolation = 2
[HTTPServer]
ServerPort = 127.0.0.1:{port}
ServerRoot = {folder}
ServerThreads = 40
MaxKeepAlives = 40
KeepAliveTimeout = 60
[SPARQL]
ResultSetMaxRows = 20000000
MaxQueryExecutionTime = 600
MaxQueryCostEstimationTime = 0
"""


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers.

    `endpoint` is where queries go (with parameters where a server needs them), `pid` its process (of kg, that of the
    web); `loading` is the seconds from the N-Triples file to what is served, `starting` those from the start of the
    process to the first answer (0 where a server loads after it has started, or while it starts).
    """

    name: str
    version: str
    endpoint: str
    pid: int
    loading: float
    starting: float


@dataclass(frozen=True, slots=True)
class Servers:
    """Servers over one graph: those that are measured, and the one whose answers are taken as right."""

    measured: Sequence[Server]
    reference: Server | None
    data: Path
    triples: int


@contextmanager
def kg(data: Path, folder: Path, settings: Mapping[str, object], name: str = "kg") -> Iterator[Server]:
    """kg over a release under `folder`; `settings` are those of `kg.settings` by field name."""
    release, loading = make_release(data, folder / "release")
    begin = time.perf_counter()
    with kg_over(release, folder, settings, name) as (endpoint, pid):
        yield Server(name, version("governance-kg"), endpoint, pid, loading, time.perf_counter() - begin)


@contextmanager
def kg_over(
    release: Release, folder: Path, settings: Mapping[str, object], name: str = "kg"
) -> Iterator[tuple[str, int]]:
    """kg over a release: its endpoint and its process."""
    port = free_port()
    environment = {key: value for key, value in os.environ.items() if not key.startswith("KG_")}
    environment |= {f"KG_{key.upper()}": str(value) for key, value in settings.items()}
    command = [sys.executable, "-c", _KG, str(release.path), str(port)]
    with running(command, f"http://127.0.0.1:{port}/sparql", folder / name, environment) as (pid, _):
        yield f"http://127.0.0.1:{port}/sparql", pid


@contextmanager
def oxigraph_memory(data: Path, folder: Path) -> Iterator[Server]:
    """`oxigraph serve` without a location; the triples are sent to it over HTTP."""
    binary, port = oxigraph_binary(), free_port()
    base = f"http://127.0.0.1:{port}"
    command = [binary, "serve", "--bind", f"127.0.0.1:{port}"]
    with running(command, f"{base}/query", folder / "oxigraph-memory") as (pid, _):
        begin = time.perf_counter()
        headers = {"Content-Type": "application/n-triples", "Content-Length": str(data.stat().st_size)}
        with data.open("rb") as body:
            urlopen(Request(f"{base}/store?default", data=body, headers=headers, method="POST"), timeout=READY).close()
        loading = time.perf_counter() - begin
        yield Server(NAMES["oxigraph-memory"], oxigraph_version(binary), f"{base}/query", pid, loading, 0.0)


@contextmanager
def oxigraph_disk(data: Path, folder: Path) -> Iterator[Server]:
    """`oxigraph load`, then `oxigraph serve-read-only`; what was loaded there before is taken as it is."""
    binary, port = oxigraph_binary(), free_port()
    store, loading = _load_oxigraph(binary, data, folder / "oxigraph")
    endpoint = f"http://127.0.0.1:{port}/query"
    command = [binary, "serve-read-only", "--location", str(store), "--bind", f"127.0.0.1:{port}"]
    with running(command, endpoint, folder / "oxigraph-disk") as (pid, starting):
        yield Server(NAMES["oxigraph-disk"], oxigraph_version(binary), endpoint, pid, loading, starting)


@contextmanager
def rdflib_endpoint(data: Path, folder: Path) -> Iterator[Server]:
    """rdflib-endpoint over an rdflib graph in memory."""
    try:
        found = f"{version('rdflib-endpoint')} (rdflib {version('rdflib')})"
    except PackageNotFoundError as error:
        raise Absent(NAMES["rdflib-endpoint"]) from error
    port = free_port()
    endpoint = f"http://127.0.0.1:{port}/sparql"
    command = [sys.executable, "-c", _RDFLIB, str(data), str(port)]
    with running(command, endpoint, folder / "rdflib-endpoint") as (pid, starting):
        yield Server(NAMES["rdflib-endpoint"], found, endpoint, pid, starting, 0.0)


@contextmanager
def virtuoso(data: Path, folder: Path) -> Iterator[Server]:
    """Virtuoso with a configuration of its own, loaded by its bulk loader."""
    binary, client = shutil.which("virtuoso-t"), shutil.which("isql-vt") or shutil.which("isql-v")
    if binary is None or client is None:
        raise Absent(NAMES["virtuoso"])
    port, sql, place = free_port(), free_port(), folder / "virtuoso"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    ini = place / "virtuoso.ini"
    ini.write_text(_VIRTUOSO.format(folder=place, data=data.parent, sql=sql, port=port), encoding="utf-8")
    # Without a graph named, Virtuoso answers with its own system tables too.
    endpoint = f"http://127.0.0.1:{port}/sparql?default-graph-uri={quote(BASE, safe='')}graph%2Fbench"
    shown = subprocess.run([binary, "-?"], capture_output=True, text=True, check=False)
    found = next(line.split()[1] for line in (shown.stdout + shown.stderr).splitlines() if line.startswith("Version"))
    with running([binary, "+foreground", "+configfile", str(ini)], endpoint, place / "server") as (pid, _):
        begin = time.perf_counter()
        work = f"ld_dir('{data.parent}', '{data.name}', '{BASE}graph/bench'); rdf_loader_run(); checkpoint;"
        command = [client, f"127.0.0.1:{sql}", "dba", "dba", f"exec={work}"]
        subprocess.run(command, check=True, capture_output=True, timeout=READY)
        loading = time.perf_counter() - begin
        yield Server(NAMES["virtuoso"], found, endpoint, pid, loading, 0.0)


SERVERS: Mapping[str, Callable[[Path, Path], AbstractContextManager[Server]]] = {
    "oxigraph-memory": oxigraph_memory,
    "oxigraph-disk": oxigraph_disk,
    "rdflib-endpoint": rdflib_endpoint,
    "virtuoso": virtuoso,
}
"""The peers by name, each over the N-Triples file `data`, with a folder to write in."""


def _load_oxigraph(binary: str, data: Path, folder: Path) -> tuple[Path, float]:
    note, store = folder / "seconds.json", folder / "store"
    if not note.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        begin = time.perf_counter()
        subprocess.run([binary, "load", "--location", store, "--file", data], check=True, capture_output=True)
        subprocess.run([binary, "optimize", "--location", store], check=True, capture_output=True)
        note.write_text(json.dumps(time.perf_counter() - begin), encoding="utf-8")
    return store, float(json.loads(note.read_text(encoding="utf-8")))


def oxigraph_binary() -> str:
    """Oxigraph's server.

    Raises:
        Absent: it is not installed.
    """
    beside = Path(sys.executable).parent / "oxigraph"
    found = str(beside) if beside.is_file() else shutil.which("oxigraph")
    if found is None:
        raise Absent("oxigraph")
    return found


def oxigraph_version(binary: str) -> str:
    """What it says it is."""
    return subprocess.run([binary, "--version"], capture_output=True, text=True, check=True).stdout.split()[-1]
