"""Names of graphs, whatever they look like: they are looked up in the release, and never opened or asked for."""

from __future__ import annotations

import errno
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote_from_bytes, urlencode

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from target import Target, attacked
from wire import Client, connect, read_response

from serving import GRAPH, OTHER, make_release

EXAMPLES = 150
QUERIES = (b"ASK { ?s ?p ?o }", b"SELECT * { GRAPH ?g { ?s ?p ?o } } LIMIT 1", b"CONSTRUCT WHERE { ?s ?p ?o }")
PIECES = (
    GRAPH, OTHER, "file://", "file:", "http://", "https://", "ftp://", "jar:", "data:text/turtle,", "urn:", "HTTP://",
    "localhost", "127.0.0.1", "[::1]", ":@port", "@fifo", "/etc/passwd", "..", "/", "\\", "//", "?", "#", "%00", "%2e", "\x00", " ",
    "<", ">", "{", "}", "|", "^", "`", '"', "'", "\n", "\t", "é", "𝄞", "\u202e", "a", ":", "@", "user:secret@", "$(id)", "../../",
)  # fmt: skip
NAMES = (
    st.lists(st.sampled_from(PIECES), max_size=6).map(lambda pieces: "".join(pieces).encode())
    | st.sampled_from((GRAPH.encode(), OTHER.encode(), b"http://127.0.0.1:@port/x", b"file://@fifo", b"@fifo"))
    | st.text(max_size=20).map(str.encode)
    | st.binary(max_size=20)
)
WHERE = ("default-graph-uri", "named-graph-uri", "graph")


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with attacked(make_release(tmp_path_factory.mktemp("names"), extra=50), workers=2, deadline=20) as made:
        yield made


def test_any_name(target: Target, tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    met: Counter[int] = Counter()

    def fill(name: bytes) -> bytes:
        return name.replace(b"@port", str(target.port).encode()).replace(b"@fifo", bytes(fifo))

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        names=st.lists(st.tuples(st.sampled_from(WHERE), NAMES), min_size=1, max_size=3),
        query=st.sampled_from(QUERIES),
        is_form=st.booleans(),
    )
    @example(names=[("graph", GRAPH.encode())], query=b"", is_form=False)
    @example(names=[("graph", b"http://e/nowhere")], query=b"", is_form=False)
    @example(names=[("named-graph-uri", OTHER.encode())], query=QUERIES[1], is_form=False)
    def ask(names: list[tuple[str, bytes]], query: bytes, is_form: bool) -> None:
        chosen = [(where, fill(name)) for where, name in names]
        if chosen[0][0] == "graph":
            data = f"GET /graph-store?graph={quote_from_bytes(chosen[0][1])} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        else:
            data = asked([("query", query), *chosen], is_form=is_form)
        with connect(target.url) as connection:
            connection.sendall(data)
            found = read_response(connection.makefile("rb"))
        met[found.status] += 1
        assert found.status in (200, 400, 404), (chosen, found.body[:300])
        assert not is_open(fifo)
        target.must_not_be_trapped()

    ask()
    assert sum(met.values()) >= EXAMPLES
    assert {200, 400, 404} <= set(met)
    with Client(target.url, "203.0.113.2") as other:
        target.must_be_well(other)


def asked(fields: list[tuple[str, bytes]], *, is_form: bool) -> bytes:
    """A request of `/sparql`."""
    encoded = urlencode(fields)
    if not is_form:
        return f"GET /sparql?{encoded} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    head = f"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(encoded)}"
    return f"{head}\r\n\r\n{encoded}".encode()


def is_open(fifo: Path) -> bool:
    """Whether anybody has it open or waits to read from it: a worker that did would not answer before its deadline."""
    try:
        os.close(os.open(fifo, os.O_WRONLY | os.O_NONBLOCK))
    except OSError as error:
        if error.errno != errno.ENXIO:
            raise
        return False
    return True
