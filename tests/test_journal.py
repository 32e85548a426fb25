"""The log and the counts behind it: of a served release, and alone."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import Message

from kg.release import Release
from kg.web.delivery import digest_of
from kg.web.exchange import Exchange
from kg.web.journal import BOUNDS, Journal
from serving import CARTESIAN, make_release, served, wait_until

ENDLESS = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
OPERATIONS = Path(__file__).parents[1] / "docs" / "operations.md"


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return make_release(tmp_path_factory.mktemp("journal"), extra=300)


class Log:
    """What a server writes to standard error."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def lines(self) -> list[dict[str, Any]]:
        """All lines; each is JSON."""
        return [json.loads(line) for line in self._path.read_text("utf-8").split("\n")[:-1]]

    def line(self, response: httpx.Response) -> dict[str, Any]:
        """The line of the request that got this response."""
        return self.where(id=response.headers["x-request-id"])

    def where(self, **facts: Any) -> dict[str, Any]:
        """The line with these facts, when it is there."""
        found: list[dict[str, Any]] = []
        comes = wait_until(
            lambda: found.extend(line for line in self.lines() if facts.items() <= line.items()) or found
        )
        assert comes, f"no line with {facts} in {self.lines()}"
        return found[0]


@pytest.fixture(scope="module")
def server(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Log, int]]:
    path = tmp_path_factory.mktemp("log") / "log"
    settings = {"workers": 2, "deadline": 20.0, "result_bytes": 1 << 20}
    with path.open("wb") as stream, served(release, stderr=stream, **settings) as (url, process):
        yield url, Log(path), process.pid


def ask(url: str, text: str, **parameters: str) -> httpx.Response:
    return httpx.get(url + "/sparql", params={"query": text, **parameters}, timeout=10)


@pytest.mark.parametrize("format", ["json", "csv", "tsv", "xml"])
@pytest.mark.parametrize("limit", [0, 1, 250])
def test_solutions_are_counted(server: tuple[str, Log, int], format: str, limit: int) -> None:
    url, log, _ = server
    text = f"SELECT ?s ?o {{ ?s ?p ?o }} LIMIT {limit}"
    for cache in ("miss", "hit"):
        line = log.line(ask(url, text, format=format))
        assert (line["rows"], line["cache"]) == (limit, cache)


def test_triples_are_counted(server: tuple[str, Log, int]) -> None:
    url, log, _ = server
    response = ask(url, "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 7", format="nt")
    assert response.text.count("\n") == log.line(response)["rows"] == 7
    assert log.line(ask(url, "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 7", format="ttl"))["rows"] is None


def test_a_line_has_what_an_operator_asks_for(server: tuple[str, Log, int]) -> None:
    url, log, _ = server
    text = "SELECT ?s { ?s ?p 'né' }"
    response = httpx.get(url + "/sparql", params={"query": text}, headers={"Accept-Encoding": "identity"})
    line = log.line(response)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line.pop("time"))
    assert 0 <= line.pop("query_ms") <= line.pop("ms") + 1 < 30_000  # the clock of the loop has whole milliseconds
    assert line.pop("wait_ms") >= 0
    assert line == {
        "id": response.headers["x-request-id"],
        "client": "127.0.0.1",
        "method": "GET",
        "path": "/sparql",
        "status": 200,
        "bytes": len(response.content),
        "query": digest_of(text),
        "rows": 0,
        "cache": "miss",
        "outcome": "ok",
    }


def test_what_failed_says_how(server: tuple[str, Log, int]) -> None:
    url, log, _ = server
    for text, status, outcome in (
        (CARTESIAN, 504, "deadline-exceeded"),
        ("SELECT", 400, "query-syntax"),
        ("ASK { SERVICE <http://127.0.0.1/> {} }", 422, "refused-feature"),
    ):
        line = log.line(ask(url, text, timeout="1"))
        assert (line["status"], line["outcome"]) == (status, outcome)
    line = log.line(httpx.get(url + "/nowhere"))
    assert (line["path"], line["status"], line["outcome"]) == ("/nowhere", 404, "not-found")
    assert "query" not in line


def test_a_broken_answer_and_a_client_that_went_are_told_apart(server: tuple[str, Log, int]) -> None:
    url, log, _ = server
    with pytest.raises(httpx.RemoteProtocolError):  # it grows larger than an answer may be
        httpx.get(url + "/sparql", params={"query": ENDLESS, "format": "csv"}, headers={"Accept-Encoding": "identity"})
    line = log.where(outcome="broken")
    assert (line["status"], line["rows"], line["query"]) == (200, None, digest_of(ENDLESS))
    assert line["bytes"] > 65536
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(url + "/sparql", params={"query": CARTESIAN}, timeout=0.3)
    assert log.where(outcome="gone")["status"] == 0


def test_a_line_is_one_line_whatever_is_asked(server: tuple[str, Log, int]) -> None:
    url, log, _ = server
    response = httpx.get(url + '/a%0A{"time": "forged"}%0D%1B[31m%00%22%E2%80%A8')
    assert log.line(response)["path"] == '/a\n{"time": "forged"}\r\x1b[31m\x00"\u2028'


def test_requests_have_numbers_of_their_own(server: tuple[str, Log, int]) -> None:
    url, log, _ = server
    with httpx.Client(base_url=url) as client:
        responses = [client.get("/sparql", params={"query": "ASK {}"}) for _ in range(20)]
    assert len({response.headers["x-request-id"] for response in responses}) == 20
    assert [log.line(response)["bytes"] for response in responses] == [len(item.content) for item in responses]


def test_without_a_log_of_requests_nothing_is_written_for_them(release: Release, tmp_path: Path) -> None:
    path = tmp_path / "log"
    with path.open("wb") as stream, served(release, workers=1, stderr=stream, log="warnings") as (url, _):
        assert ask(url, "ASK {}").status_code == 200
        time.sleep(0.5)
    assert path.read_bytes() == b""


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_the_last_lines_are_written_when_the_server_stops(
    release: Release, tmp_path: Path, sent: signal.Signals
) -> None:
    path = tmp_path / "log"
    with path.open("wb") as stream, served(release, workers=1, stderr=stream) as (url, process):
        response = ask(url, "ASK {}")
        os.kill(process.pid, sent)
        process.wait(60)
    assert response.headers["x-request-id"] in [line["id"] for line in Log(path).lines()]


def test_a_switch_of_release_and_a_release_that_cannot_be_served_are_events(release: Release, tmp_path: Path) -> None:
    current, path = tmp_path / "current", tmp_path / "log"
    current.symlink_to(release.path)
    second = make_release(tmp_path / "second")

    def point(target: Path) -> None:
        (tmp_path / "next").symlink_to(target)
        (tmp_path / "next").replace(current)

    with path.open("wb") as stream, served(release, workers=1, stderr=stream, follow=current) as (url, _):
        log = Log(path)
        (tmp_path / "empty").mkdir()
        point(tmp_path / "empty")
        assert "no release" in log.where(event="a release cannot be served")["reason"]
        assert ask(url, "ASK {}").status_code == 200
        point(second.path)
        line = log.where(event="the release was switched")
        assert (line["release"], line["earlier"]) == (second.version, release.version)


def test_every_field_of_a_line_is_documented(server: tuple[str, Log, int]) -> None:
    url, log, _ = server
    line = log.line(ask(url, "ASK {}"))
    section = OPERATIONS.read_text("utf-8").partition("## Logs")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == set(line) | {"event"}


# alone


async def _nothing() -> Message:
    raise AssertionError("nothing is received here")


async def _nowhere(message: Message) -> None:
    raise AssertionError("nothing is sent here")


def exchange(*, took: float) -> Exchange:
    scope = {"type": "http", "method": "GET", "path": "/sparql", "headers": [], "client": ("10.0.0.1", 1)}
    made = Exchange(scope, _nothing, _nowhere)
    made.began -= took
    return made


def test_seconds_are_sorted_into_classes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.perf_counter", lambda: 5000.0)
    journal = Journal(is_verbose=False)
    for took in (0.0, BOUNDS[0] / 2, 0.04, 3600.0):
        journal.note(exchange(took=took), "/sparql")
    assert sum(journal.classes["/sparql"]) == sum(journal.requests.values()) == 4
    assert journal.classes["/sparql"][0] == 2
    assert journal.classes["/sparql"][BOUNDS.index(0.05)] == 1
    assert journal.classes["/sparql"][-1] == 1
    assert journal.seconds["/sparql"] == pytest.approx(3600.0405)


def test_a_log_that_cannot_be_written_stops_nothing() -> None:
    class Full(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(28, "no space left")

    import asyncio

    async def write() -> None:
        journal = Journal(is_verbose=True, stream=Full())
        journal.note(exchange(took=0), "/sparql")
        journal.flush()
        assert sum(journal.requests.values()) == 1

    asyncio.run(write())
