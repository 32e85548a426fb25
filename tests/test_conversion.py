"""An answer of an engine elsewhere is read to its end, or is an error."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.engine.conversion import convert, refuse_unframed, with_columns
from kg.engine.frames import END, Frame
from kg.engine.oxigraph import ROWS, Query
from kg.engine.sender import Sender
from kg.errors import EngineError, KgError, ResultTooLarge
from kg.query import Form

JSON = "application/sparql-results+json"
TURTLE = "text/turtle; charset=UTF-8"
WHOLE = json.dumps(
    {
        "head": {"vars": ["x", "y"]},
        "results": {
            "bindings": [
                {"x": {"type": "uri", "value": f"http://e/{number}"}, "y": {"type": "literal", "value": 'å"}]}'}}
                for number in range(5)
            ]
        },
    }
).encode()
LINES = b'<http://e/a> <http://e/p> "1" .\n<http://e/a> <http://e/p> "2" .\n'


def converted(body: bytes, kind: str, form: Form, format: str, *, limit: int = 1 << 20, rows: int = 0) -> bytes:
    found: list[bytes] = []

    def send(frame: Frame, payload: bytes) -> None:
        found.append(payload[END.size :] if frame is Frame.DONE else payload)

    sender = Sender(send, limit, format=format)
    convert(io.BytesIO(body), kind, Query("", format, rows=rows), form, sender, prefixes={"e": "http://e/"})
    sender.finish(worn=False)
    return b"".join(found)


def test_solutions_in_every_format() -> None:
    assert json.loads(converted(WHOLE, JSON, Form.SELECT, "json")) == json.loads(WHOLE)
    assert converted(WHOLE, JSON, Form.SELECT, "csv").count(b"\r\n") == 6
    assert converted(WHOLE, JSON, Form.SELECT, "tsv").startswith(b"?x\t?y\n<http://e/0>\t")
    page = json.loads(converted(WHOLE, JSON, Form.SELECT, ROWS, rows=2))
    assert (len(page["results"]["bindings"]), page["complete"]) == (2, False)


def test_triples_in_every_format() -> None:
    for kind in ("application/n-triples", TURTLE):
        assert converted(LINES, kind, Form.CONSTRUCT, "nt") == LINES
        assert converted(LINES, kind, Form.DESCRIBE, "ttl").startswith(b"@prefix e: <http://e/>")
    page = json.loads(converted(LINES, TURTLE, Form.CONSTRUCT, ROWS, rows=5))
    assert (page["head"]["vars"], page["complete"]) == (["subject", "predicate", "object"], True)


@given(st.integers(0, len(WHOLE) - 1))
def test_no_beginning_of_an_answer_is_an_answer(end: int) -> None:
    with pytest.raises((SyntaxError, ValueError)):
        converted(WHOLE[:end], JSON, Form.SELECT, "csv")


@given(st.integers(0, len(WHOLE)), st.sampled_from([b"The operation has been cancelled", b"\nerror", b"<html>", b"}"]))
def test_no_answer_with_an_error_in_it_is_an_answer(at: int, text: bytes) -> None:
    """Wherever it is written, but in a string, where it cannot be told from one."""
    damaged = WHOLE[:at] + text + WHOLE[at:]
    try:
        json.loads(damaged)
    except ValueError:
        with pytest.raises((SyntaxError, ValueError, KgError)):
            converted(damaged, JSON, Form.SELECT, "csv")


ASKED: list[tuple[bytes, bool]] = [
    (b'{"head":{},"boolean":true}', True),
    (b'{"head":{"link":[]},"boolean":false}', False),
    (b'{"head":{"vars":["__ASK_RETVAL"]},"results":{"bindings":[]}}', False),
]
for digit in (0, 1):
    row = (
        b'{"__ASK_RETVAL":{"type":"typed-literal","datatype":"http://www.w3.org/2001/XMLSchema#integer","value":"%d"}}'
    )
    ASKED.append((b'{"head":{"vars":["__ASK_RETVAL"]},"results":{"bindings":[%s]}}' % (row % digit), bool(digit)))


@pytest.mark.parametrize(("body", "value"), ASKED)
def test_a_boolean_as_each_engine_writes_it(body: bytes, value: bool) -> None:
    assert json.loads(converted(body, JSON, Form.ASK, "json"))["boolean"] is value


@pytest.mark.parametrize(
    ("body", "kind", "form"),
    [
        (WHOLE, JSON, Form.ASK),
        (b'{"head":{},"boolean":true}', JSON, Form.SELECT),
        (WHOLE, "application/sparql-results+xml", Form.SELECT),
        (WHOLE, "text/html", Form.SELECT),
        (WHOLE, "", Form.SELECT),
        (LINES, "application/rdf+xml", Form.CONSTRUCT),
        (LINES, JSON, Form.CONSTRUCT),
    ],
)
def test_an_answer_of_another_kind_is_an_error(body: bytes, kind: str, form: Form) -> None:
    with pytest.raises(EngineError, match="the engine answers with"):
        converted(body, kind, form, "nt" if form.gives_graph else "json")


def test_a_limit_is_an_error() -> None:
    with pytest.raises(ResultTooLarge):
        converted(WHOLE, JSON, Form.SELECT, "json", limit=100)


def test_columns_are_put_in_the_order_of_the_query() -> None:
    start = b'{"head":{"link": [], "vars" : [ "a","\\u00e5" , "b" ]},"results":{'
    assert with_columns(start, ("b", "å", "a", "hidden")) == start.replace(
        b'[ "a","\\u00e5" , "b" ]', b'["b", "\\u00e5", "a"]'
    )
    assert with_columns(start[:40], ("b", "å", "a")) is None
    assert with_columns(start, ("b", "a")) == start


def test_triples_must_come_with_an_end() -> None:
    refuse_unframed({"content-length": "5"})
    refuse_unframed({"transfer-encoding": "chunked"})
    with pytest.raises(EngineError, match="end cannot be told"):
        refuse_unframed({"connection": "close"})
