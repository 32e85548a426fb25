"""The examples in `deploy/`: nginx for real in front of a served release; the others against what they name."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from kg.release import Release
from kg.web.delivery import digest_of
from serving import free_port, make_release, served, wait_until, workers_of

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
needs_nginx = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")
ENDLESS = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
FRAME = """
daemon off;
{user}
pid {folder}/pid;
error_log {folder}/errors;
events {{}}
http {{
    access_log off;
    {paths}
    include {folder}/kg.conf;
}}
"""


@dataclass(frozen=True, slots=True)
class Site:
    """A proxy, the server behind it, that server's process, and its log."""

    proxy: str
    server: str
    pid: int
    log: Path


def replaced(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1, old
    return text.replace(old, new)


def configuration(folder: Path, server: str, port: int) -> Path:
    """The example, with its ports, without TLS, and with a folder of ours for its cache."""
    text = (DEPLOY / "nginx.conf").read_text("utf-8")
    text = replaced(text, "listen 443 ssl;", f"listen 127.0.0.1:{port};")
    text = replaced(text, "/var/cache/nginx/kg", f"{folder}/cache")
    text = replaced(text, "server 127.0.0.1:8000;", f"server {server.removeprefix('http://')};")
    text, removed = re.subn(r"^ *ssl_certificate\w* .*$", "", text, flags=re.MULTILINE)
    assert removed == 2
    (folder / "kg.conf").write_text(text, "utf-8")
    paths = " ".join(f"{name}_temp_path {folder}/{name};" for name in TEMPORARY)
    user = "user root;" if os.getuid() == 0 else ""
    (folder / "nginx.conf").write_text(FRAME.format(user=user, folder=folder, paths=paths), "utf-8")
    return folder / "nginx.conf"


@contextlib.contextmanager
def proxied(folder: Path, server: str) -> Iterator[str]:
    port = free_port()
    folder.mkdir()
    with running_nginx(folder, configuration(folder, server, port), port) as url:
        yield url


@contextlib.contextmanager
def running_nginx(folder: Path, path: Path, port: int) -> Iterator[str]:
    """The address of nginx with the configuration at `path`, when something answers behind it."""
    process = subprocess.Popen([str(NGINX), "-p", str(folder), "-c", str(path), "-e", f"{folder}/errors"])
    try:
        assert wait_until(lambda: process.poll() is not None or answers(port))
        assert process.poll() is None, (folder / "errors").read_text()
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(60)


def answers(port: int) -> bool:
    with contextlib.suppress(httpx.TransportError):
        httpx.get(f"http://127.0.0.1:{port}/health/live")
        return True
    return False


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return make_release(tmp_path_factory.mktemp("deploy"), extra=20000)


@pytest.fixture(scope="module")
def site(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("proxy")
    with (
        (folder / "log").open("wb") as stream,
        served(release, workers=3, deadline=20.0, admin_token="secret", stderr=stream) as (server, process),
        proxied(folder / "nginx", server) as proxy,
    ):
        assert is_complete(server)
        yield Site(proxy, server, process.pid, folder / "log")


def is_complete(server: str) -> bool:
    """Whether all workers live, or will soon."""
    return wait_until(lambda: httpx.get(server + "/health/ready").json()["workers"]["workers"] == 3)


def ask(url: str, text: str, **headers: str) -> httpx.Response:
    return httpx.get(url + "/sparql", params={"query": text}, headers=headers, timeout=20)


@needs_nginx
def test_answers_and_errors_pass_through(site: Site) -> None:
    text = "SELECT ?s ?o { ?s ?p ?o }"
    direct, proxied = ask(site.server, text), ask(site.proxy, text)
    assert len(proxied.content) > 1 << 20
    assert proxied.content == direct.content
    for name in ("etag", "vary", "content-type", "content-encoding", "x-content-type-options"):
        assert proxied.headers[name] == direct.headers[name]
    problem = ask(site.proxy, "nonsense")
    assert (problem.status_code, problem.json()["line"]) == (400, 1)
    assert httpx.get(site.proxy + "/").headers["content-type"].startswith("text/html")


@needs_nginx
@pytest.mark.parametrize(
    ("method", "letters", "status"), [("GET", 10_900, 200), ("GET", 11_200, 414), ("POST", 32_000, 200)]
)
def test_long_queries_pass_in_a_url_of_64_kb_or_in_a_form(site: Site, method: str, letters: int, status: int) -> None:
    form = f"query={quote('ASK {} # ' + 'å' * letters)}"
    target, body = (f"/sparql?{form}", None) if method == "GET" else ("/sparql", form)
    connection = HTTPConnection(site.proxy.removeprefix("http://"), timeout=20)
    with contextlib.closing(connection):
        connection.request(method, target, body, {"Content-Type": "application/x-www-form-urlencoded"})
        assert connection.getresponse().status == status


@needs_nginx
@pytest.mark.parametrize("kills", [False, True])
def test_an_answer_that_fails_on_its_way_is_seen_to_be_broken(site: Site, kills: bool) -> None:
    """By its deadline, and by the sudden death of its worker; what was kept of it is nothing."""
    text = f"{ENDLESS} # {kills}"
    url = f"{site.proxy}/sparql?query={quote(text)}&timeout=3"
    with pytest.raises(httpx.RemoteProtocolError, match="incomplete"), httpx.stream("GET", url, timeout=20) as answer:
        assert answer.status_code == 200
        for number, _ in enumerate(answer.iter_bytes()):
            if kills and number == 3:
                for worker in workers_of(site.pid):
                    os.kill(worker, signal.SIGKILL)
    assert is_complete(site.server)
    with pytest.raises(httpx.RemoteProtocolError, match="incomplete"):
        httpx.get(url, timeout=20)


@needs_nginx
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_client_of_http_1_0_gets_a_whole_answer_or_a_true_error(site: Site, method: str) -> None:
    for text, seconds, statuses in (("SELECT ?s ?o { ?s ?p ?o }", 20, (b"200",)), (ENDLESS, 3, (b"504", b"507"))):
        head, body = by_http_1_0(site.proxy, method, text, seconds)
        assert head.split(b" ")[1] in statuses
        length = re.search(rb"(?i)^content-length: (\d+)", head, re.MULTILINE)
        assert length is not None
        assert len(body) == int(length[1]) > 0


def by_http_1_0(url: str, method: str, text: str, seconds: int) -> tuple[bytes, bytes]:
    host, _, port = url.removeprefix("http://").partition(":")
    form = f"query={quote(text)}&timeout={seconds}"
    target, body = (f"/sparql?{form}", "") if method == "GET" else ("/sparql", form)
    head = f"{method} {target} HTTP/1.0\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    with socket.create_connection((host, int(port)), 20) as connection:
        connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())
        received = b""
        while piece := connection.recv(1 << 16):
            received += piece
    start, _, rest = received.partition(b"\r\n\r\n")
    return start, rest


@needs_nginx
def test_a_304_passes_and_costs_no_query(site: Site) -> None:
    text = "SELECT ?s { ?s ?p 'number 7' }"
    first = ask(site.proxy, text)
    again = ask(site.proxy, text, **{"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = ask(site.proxy, text, **{"If-None-Match": 'W/"other"'})
    assert (other.status_code, other.content) == (200, first.content)


@needs_nginx
def test_a_kept_answer_is_asked_for_again_and_each_media_type_is_kept_apart(site: Site) -> None:
    text = "SELECT ?s { ?s ?p 'number 8' }"
    csv, json = (ask(site.proxy, text, Accept=accept) for accept in ("text/csv", "application/json"))
    time.sleep(2.1)
    for accept, first in (("text/csv", csv), ("application/json", json)):
        before = len(lines_about(site, text, 304))
        assert ask(site.proxy, text, Accept=accept).content == first.content
        assert wait_until(lambda: len(lines_about(site, text, 304)) > before)  # noqa: B023 - called at once
        assert len(lines_about(site, text, 304)) == before + 1
    text = "SELECT ?s ?o { ?s ?p ?o } ORDER BY ?o"
    plain, zipped = (ask(site.proxy, text, **{"Accept-Encoding": coding}) for coding in ("identity", "gzip"))
    assert ("content-encoding" in plain.headers, "content-encoding" in zipped.headers) == (False, True)
    assert plain.content == zipped.content


def lines_about(site: Site, text: str, status: int) -> list[str]:
    about = (f'"query": "{digest_of(text)}"', f'"status": {status},')
    return [line for line in site.log.read_text("utf-8").split("\n") if all(part in line for part in about)]


@needs_nginx
def test_what_kg_does_not_let_keep_is_not_kept(site: Site) -> None:
    answers = {ask(site.proxy, "SELECT (RAND() AS ?n) {}").text for _ in range(3)}
    assert len(answers) == 3
    languages = [httpx.get(site.proxy + "/", headers={"Accept-Language": code}).text for code in ("sv", "en", "sv")]
    assert languages[0] == languages[2] != languages[1]


@needs_nginx
def test_who_asks_is_told_to_kg_and_nobody_can_pretend(site: Site) -> None:
    with httpx.Client(transport=httpx.HTTPTransport(local_address="127.0.0.2")) as client:
        response = client.get(site.proxy + "/nowhere", headers={"X-Forwarded-For": "192.0.2.7"})
    number = response.headers["x-request-id"]
    assert wait_until(lambda: number in site.log.read_text("utf-8"))
    line = next(line for line in site.log.read_text("utf-8").split("\n") if number in line)
    assert '"client": "127.0.0.2"' in line


@needs_nginx
@pytest.mark.parametrize(
    "path",
    ["/metrics", "/metrics/", "//metrics", "/%6detrics", "/./metrics", "/x/../metrics", "/metrics?a=b", "/admin/queries",
     "/%61dmin/queries", "//admin//queries", "/x/%2e%2e/admin/queries", "/admin"],
)  # fmt: skip
def test_operations_are_not_for_outsiders(site: Site, path: str) -> None:
    host, _, port = site.proxy.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), 20) as connection:
        head = f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer secret\r\nConnection: close\r\n\r\n"
        connection.sendall(head.encode())
        received = b""
        while piece := connection.recv(1 << 16):
            received += piece
    assert received.startswith(b"HTTP/1.1 404")
    assert b"nginx" in received
    assert httpx.get(site.server + "/metrics").status_code == 200


@needs_nginx
def test_slow_clients_do_not_hold_workers(site: Site) -> None:
    """Many who do not read: the proxy takes their answers, and others are answered."""
    for _ in range(4):  # a busy machine is late now and then, a server that is late is late again
        if seconds_beside_slow_clients(site) < 1.0:
            return
    raise AssertionError("somebody had to wait for the slow ones")


def seconds_beside_slow_clients(site: Site) -> float:
    host, _, port = site.proxy.removeprefix("http://").partition(":")
    text = quote("SELECT ?s ?o { ?s ?p ?o } # slow")
    with contextlib.ExitStack() as stack:
        for _ in range(12):
            connection = stack.enter_context(socket.create_connection((host, int(port)), 20))
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.sendall(f"GET /sparql?query={text} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        time.sleep(1.5)
        start = time.monotonic()
        assert ask(site.proxy, "ASK {}").status_code == 200
        return time.monotonic() - start
