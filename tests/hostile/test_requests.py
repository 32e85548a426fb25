"""Requests of strange shapes: each gets one true response for each request that it is, or a connection that ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from corpus import RequestCase, requests
from target import Target, attacked
from wire import Client, connect, hear, request

from serving import make_release

CASES = requests()


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with attacked(make_release(tmp_path_factory.mktemp("requests"), extra=2000), workers=2, deadline=20) as made:
        yield made


@pytest.fixture(scope="module")
def other(target: Target) -> Iterator[Client]:
    with Client(target.url, "203.0.113.2") as client:
        yield client


def test_the_corpus_is_as_large_as_it_says() -> None:
    assert len(CASES) >= 115
    assert [name for name, count in Counter(case.name for case in CASES).items() if count > 1] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_strange_request(target: Target, other: Client, case: RequestCase) -> None:
    quiet = (heard.split().index("silence") for heard in case.heard if "silence" in heard)
    heard, said = hear(target.url, case.data, heads=case.heads, quiet_after=min(quiet, default=None))
    assert heard in case.heard, said[-300:]
    assert not case.never or case.never not in said
    assert b"Traceback" not in said
    target.must_be_well(other)


@pytest.mark.parametrize(
    "headers",
    [
        {"Accept": "a/b" + ",a/b" * 60_000},
        {"Accept": "a/b" + ";q=1" * 60_000},
        {"Accept": "text/html", "Accept-Language": "zz" + ",zz" * 60_000},
        {"Accept-Encoding": "a" + ",a" * 100_000},
        {"If-None-Match": '"a"' + ',"a"' * 50_000},
    ],
    ids=["many types", "many weights", "many languages", "many codings", "many tags"],
)
def test_a_header_is_read_in_no_time(target: Target, headers: dict[str, str]) -> None:
    """It is read in the process that answers everybody, so that all wait for as long as it takes."""
    with Client(target.url, "203.0.113.1") as attacker:
        asked = (attacker.ask(f"ASK {{}} # {turn}", method="GET", headers=headers) for turn in range(20))
        assert any(found.seconds < 0.1 for found in asked), "a busy machine is late now and then, not each time"


def test_nonsense_after_a_request_does_not_end_its_answer(target: Target, other: Client) -> None:
    """What a parser has to say of it must not get into an answer that is on its way."""
    for seconds in ("1", "2", "4", "8"):
        with connect(target.url) as connection:
            text, parameters = "SELECT * { ?a ?b ?c . ?d ?e ?f }", {"timeout": seconds}
            connection.sendall(request(text, parameters=parameters, headers={"Accept": "text/csv"}))
            said = connection.recv(1 << 16)
            connection.sendall(b"\x00\x01\x02\r\n\r\n")
            while piece := connection.recv(1 << 16):
                said += piece
        if not said.startswith(b"HTTP/1.1 504"):  # as of a machine that is too busy to begin
            break
    assert said.startswith(b"HTTP/1.1 200")
    assert b"Invalid HTTP request" not in said
    assert not said.endswith(b"0\r\n\r\n")
    target.must_be_well(other)
