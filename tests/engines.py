"""Real SPARQL engines for the tests of the remote half, and a peer that breaks its promises on demand."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs

import httpx

from kg.engine.endpoint import Endpoint
from kg.progress import quiet
from kg.publish import publish
from kg.release import Release
from serving import free_port, wait_until

VIRTUOSO = shutil.which("virtuoso-t")
OXIGRAPH = Path(sys.executable).parent / "oxigraph"
PASSWORD = "dba"
_INI = """
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
NumberOfBuffers = 10000
MaxDirtyBuffers = 6000
CheckpointInterval = 0
[HTTPServer]
ServerPort = 127.0.0.1:{port}
ServerRoot = {folder}
ServerThreads = 20
MaxKeepAlives = 20
KeepAliveTimeout = 10
[SPARQL]
MaxQueryCostEstimationTime = 0
"""


@dataclass(frozen=True, slots=True)
class Engine:
    """A running engine; `engine` is what KG_ENGINE says."""

    query: str
    update: str
    graph_store: str
    pid: int
    user: str = ""
    password: str = ""

    @property
    def engine(self) -> str:
        return f"sparql+{self.query}"

    @property
    def endpoint(self) -> Endpoint:
        return Endpoint(self.query, self.user, self.password)

    def load(self, release: Release, *, by_update: bool = False) -> int:
        """`kg publish`."""
        ways: dict[str, str | None] = {"graph_store": self.graph_store, "update": None}
        if by_update:
            ways = {"graph_store": None, "update": self.update}
        return publish(release, self.endpoint, progress=quiet, **ways)

    def change(self, text: str) -> None:
        """A SPARQL Update behind everybody's back."""
        auth = httpx.DigestAuth(self.user, self.password) if self.user else None
        headers = {"Content-Type": "application/sparql-update"}
        httpx.post(self.update, content=text, headers=headers, auth=auth, timeout=30).raise_for_status()


def _await(url: str, process: subprocess.Popen[bytes]) -> None:
    assert wait_until(lambda: process.poll() is not None or _answers(url)), "the engine does not answer"
    if process.poll() is not None:
        raise RuntimeError(f"the engine ended with {process.returncode}")


def _answers(url: str) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return httpx.get(url, params={"query": "ASK {}"}, timeout=5).status_code == 200
    return False


@contextlib.contextmanager
def _running(command: list[str], url: str, log: Path) -> Iterator[int]:
    with log.open("wb") as stream:
        process = subprocess.Popen(command, stdout=stream, stderr=stream)
    try:
        _await(url, process)
        yield process.pid
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGCONT)
        process.kill()
        process.wait(60)


@contextlib.contextmanager
def oxigraph(folder: Path, *, seconds: int = 60, port: int = 0) -> Iterator[Engine]:
    """An Oxigraph server in memory that stops queries after so many `seconds`."""
    folder.mkdir(parents=True, exist_ok=True)
    base = f"http://127.0.0.1:{port or free_port()}"
    command = [str(OXIGRAPH), "serve", "--bind", base.removeprefix("http://"), "--timeout-s", str(seconds)]
    with _running(command, f"{base}/query", folder / "log") as pid:
        yield Engine(f"{base}/query", f"{base}/update", f"{base}/store", pid)


@contextlib.contextmanager
def virtuoso(folder: Path) -> Iterator[Engine]:
    """A Virtuoso with a database of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    (folder / "virtuoso.ini").write_text(_INI.format(folder=folder, port=port, sql=free_port()), "utf-8")
    command = [str(VIRTUOSO), "+foreground", "+configfile", str(folder / "virtuoso.ini")]
    base = f"http://127.0.0.1:{port}"
    with _running(command, f"{base}/sparql", folder / "log") as pid:
        yield Engine(
            f"{base}/sparql", f"{base}/sparql-auth", f"{base}/sparql-graph-crud-auth", pid, "dba", PASSWORD
        )  # fmt: skip


@contextlib.contextmanager
def rdflib_endpoint(folder: Path) -> Iterator[Engine]:
    """An engine that heeds no default-graph-uri, and is of no use here."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    command = [str(OXIGRAPH.parent / "rdflib-endpoint"), "serve", "--host", "127.0.0.1", "--port", str(port)]
    with _running([*command, "--enable-update"], f"http://127.0.0.1:{port}/", folder / "log") as pid:
        yield Engine(f"http://127.0.0.1:{port}/", f"http://127.0.0.1:{port}/", "", pid)


JSON = "application/sparql-results+json"
_ROW = b'{"x":{"type":"literal","value":"%d"}}'
_BEGIN = b'{"head":{"vars":["x"]},"results":{"bindings":['
_MANY = b",".join(_ROW % number for number in range(20_000))
_WHOLE = _BEGIN + _MANY + b"]}}"
_LINES = b"".join(b'<http://e/s> <http://e/p> "%d" .\n' % number for number in range(20_000))


class _Peer(BaseHTTPRequestHandler):
    """Holds the release of its server, and answers a query as its comment says: `# behave: …`."""

    protocol_version = "HTTP/1.1"
    server: Peer

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing is logged."""

    is_rude = False

    def do_POST(self) -> None:
        if self.is_rude:
            self.server.ended += 1
            self.close_connection = True
            return
        fields = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
        text = fields["query"][0]
        self.server.asked.append((dict(self.headers), fields))
        if (wanted := self.server.demands) and self.headers.get("authorization") != wanted:
            self._reply(401, b"who are you?", "text/plain", {"WWW-Authenticate": 'Basic realm="engine"'})
        elif "hasVersion" in text:
            self._reply(200, b'{"head":{"vars":["v"]},"results":{"bindings":[{"v":{"type":"literal","value":"%s"}}]}}'
                        % self.server.version.encode())  # fmt: skip
        elif "COUNT(*)" in text:
            is_union = fields["default-graph-uri"][0].endswith("engine/union")
            self._reply(200, b'{"head":{"vars":["n"]},"results":{"bindings":[{"n":{"type":"literal","value":"%d"}}]}}'
                        % (self.server.quads if is_union else 0))  # fmt: skip
        elif "ResultSetMaxRows" in text:
            self._reply(
                200, b'{"head":{"vars":["n"]},"results":{"bindings":[{"n":{"type":"literal","value":"10000"}}]}}'
            )
        elif "behave: " in text:
            getattr(self, "behave_" + text.rpartition("behave: ")[2].strip())()
        else:  # the same query again, without its comment, to place its error
            self.behave_status_400()

    def version_string(self) -> str:
        return self.server.name

    def _reply(self, status: int, body: bytes, kind: str = JSON, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _chunks(self, *pieces: bytes, kind: str = JSON) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for piece in pieces:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.wfile.flush()

    def behave_well(self) -> None:
        self._chunks(_BEGIN, _MANY, b"]}}", b"")

    def behave_cut(self) -> None:
        self._chunks(_BEGIN, _MANY)
        self.close_connection = True

    def behave_short(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", JSON)
        self.send_header("Content-Length", str(len(_WHOLE) + 1000))
        self.end_headers()
        self.wfile.write(_WHOLE[:-1000])
        self.close_connection = True

    def behave_false_end(self) -> None:
        self._chunks(_BEGIN, _MANY, b"")

    def behave_error_in_the_middle(self) -> None:
        self._chunks(_BEGIN, _MANY, b",something went wrong", b"]}}", b"")

    def behave_small_false_end(self) -> None:
        self._reply(200, _BEGIN + _ROW % 1)

    def behave_text_behind_the_end(self) -> None:
        self._reply(200, _BEGIN + _ROW % 1 + b"]}} sorry")

    def behave_time_limit(self) -> None:
        self._reply(200, _BEGIN + b"The SPARQL operation has been cancelled")

    def behave_html(self) -> None:
        self._reply(200, b"<html>welcome</html>", "text/html")

    def behave_no_rows_of_a_boolean(self) -> None:
        self._reply(200, b'{"head":{},"boolean":true}')

    def behave_part(self) -> None:
        self._reply(200, _WHOLE, headers={"X-SPARQL-MaxRows": "10000"})

    def behave_part_of_the_time(self) -> None:
        self._reply(200, _WHOLE, headers={"X-SQL-State": "S1TAT"})

    def behave_triples(self) -> None:
        self._chunks(_LINES, b"", kind="application/n-triples")

    def behave_triples_cut(self) -> None:
        self._chunks(_LINES, kind="application/n-triples")
        self.close_connection = True

    def behave_triples_with_an_error(self) -> None:
        self._chunks(_LINES, b"oh no", b"", kind="application/n-triples")

    def behave_triples_without_an_end(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/n-triples")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(_LINES)
        self.close_connection = True

    def behave_as_if_replaced(self) -> None:
        """Until somebody sets its `version` again."""
        self.server.version = "another"
        self._reply(200, _BEGIN + _ROW % 1 + b"]}}")

    def behave_briefly(self) -> None:
        self._reply(200, _BEGIN + _ROW % 1 + b"]}}")

    def behave_as_if_loaded_anew(self) -> None:
        self.server.version = f"{self.server.version.partition(' ')[0]} {len(self.server.asked)}"
        self._reply(200, _BEGIN + _ROW % 1 + b"]}}")

    def behave_slow(self) -> None:
        self._chunks(_BEGIN, _MANY)
        with contextlib.suppress(OSError):
            for _ in range(3000):
                self.wfile.write(b"1\r\n \r\n")
                time.sleep(0.01)
        self.server.ended += 1

    def behave_rude(self) -> None:
        """Hangs up on the next request without a word, as if the connection had been idle for too long."""
        self.is_rude = True
        self.behave_well()

    def behave_huge(self) -> None:
        with contextlib.suppress(OSError):
            self._chunks(_BEGIN, *[_MANY + b","] * 400, _MANY + b"]}}", b"")

    def behave_silent(self) -> None:
        time.sleep(3)
        self.close_connection = True

    def behave_status_400(self) -> None:
        self._reply(400, b"the query is odd", "text/plain")

    def behave_status_401(self) -> None:
        self._reply(401, b"", "text/plain")

    def behave_status_500(self) -> None:
        self._reply(500, b"<html>Traceback: /home/secret</html>", "text/html")

    def behave_redirect(self) -> None:
        self._reply(307, b"", "text/plain", {"Location": f"http://127.0.0.1:{self.server.server_port}/elsewhere"})

    def behave_status_502(self) -> None:
        self._reply(502, b"bad gateway", "text/plain")

    def behave_status_503(self) -> None:
        self._reply(503, b"full", "text/plain", {"Retry-After": "7"})

    def behave_status_504(self) -> None:
        self._reply(504, b"", "text/plain")

    def behave_late(self) -> None:
        self._reply(500, b"Virtuoso S1T00 Error SR171: Transaction timed out", "text/plain")


class Peer(ThreadingHTTPServer):
    """An engine that holds a release by its word only."""

    daemon_threads = True

    def __init__(self, release: Release, demands: str = "") -> None:
        super().__init__(("127.0.0.1", 0), _Peer)
        self.version = release.version
        self.quads = release.manifest.counts["quads"]
        self.demands = demands
        self.name = "Peer/1"
        self.ended = 0
        self.asked: list[tuple[dict[str, str], dict[str, list[str]]]] = []

    @property
    def engine(self) -> str:
        return f"sparql+http://127.0.0.1:{self.server_port}/sparql"

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever hangs up may."""


@contextlib.contextmanager
def peer(release: Release, demands: str = "") -> Iterator[Peer]:
    """A peer; `demands` is the Authorization header that it wants."""
    with Peer(release, demands) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
