"""Rows of an answer, counted from its bytes: against the engine's own writing of nasty literals, cut anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, QueryResultsFormat, QuerySolutions, RdfFormat, Store, serialize

from kg.engine.row_count import RowCount

FORMATS = {
    "csv": QueryResultsFormat.CSV,
    "json": QueryResultsFormat.JSON,
    "tsv": QueryResultsFormat.TSV,
    "xml": QueryResultsFormat.XML,
}
NASTY = ['"', ",", "\n", "\r", "\t", "\\", "}},{", '{"', "<result>", "}", "{", "]", '"bindings":[{', "a", "å", "'"]
VALUES = st.lists(st.sampled_from(NASTY), max_size=6).map("".join)
ROWS = st.lists(st.tuples(VALUES, st.one_of(st.none(), VALUES)), max_size=6)
CUTS = st.lists(st.integers(min_value=0, max_value=400), max_size=5)


def counted(format: str, pieces: Iterable[bytes]) -> int | None:
    count = RowCount(format)
    for piece in pieces:
        count.add(piece)
    return count.value


def cut(data: bytes, places: Sequence[int]) -> list[bytes]:
    edges = [0, *sorted(min(place, len(data)) for place in places), len(data)]
    return [data[start:end] for start, end in pairwise(edges)]


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return f'"{escaped}"'


def solutions(rows: Sequence[tuple[str, str | None]]) -> QuerySolutions:
    """Solutions that bind `?a` and sometimes `?b`."""
    values = " ".join(f"({quoted(a)} {'UNDEF' if b is None else quoted(b)})" for a, b in rows)
    result = Store().query(f"SELECT ?a ?b {{ VALUES (?a ?b) {{ {values} }} }}")
    assert isinstance(result, QuerySolutions)
    return result


@pytest.mark.parametrize("format", sorted(FORMATS))
@given(rows=ROWS, places=CUTS)
@example(rows=[("}},{", None), ("}},{", "}},{")], places=[])
@example(rows=[('"\n', None), ("\r\n,", '""\n"')], places=[])
def test_solutions_are_counted_as_the_engine_writes_them(
    format: str, rows: list[tuple[str, str | None]], places: list[int]
) -> None:
    data = solutions(rows).serialize(format=FORMATS[format])
    assert data is not None
    assert counted(format, cut(data, places)) == len(rows)


@pytest.mark.parametrize("format", sorted(FORMATS))
def test_it_does_not_matter_where_an_answer_is_cut(format: str) -> None:
    rows: list[tuple[str, str | None]] = [('"\n"', "}},{"), ("}},{", None), ("\r\n", "<result>"), ("", "")]
    data = solutions(rows).serialize(format=FORMATS[format])
    assert data is not None
    assert len(data) > 40
    for place in range(len(data) + 1):
        assert counted(format, cut(data, [place])) == len(rows), data[:place]
    assert counted(format, [data[at : at + 1] for at in range(len(data))]) == len(rows)


@given(values=st.lists(VALUES, max_size=6, unique=True), places=CUTS)
def test_triples_are_counted(values: list[str], places: list[int]) -> None:
    node = NamedNode("http://example.org/a")
    data = serialize([Quad(node, node, Literal(value)).triple for value in values], format=RdfFormat.N_TRIPLES)
    assert data is not None
    assert counted("nt", cut(data, places)) == len(values)


@pytest.mark.parametrize("format", ["csv", "tsv", "xml"])
def test_solutions_that_bind_nothing_are_counted(format: str) -> None:
    for text, rows in (
        ("SELECT * {}", 1),
        ("SELECT ?a { VALUES ?a { UNDEF 1 UNDEF } }", 3),
        ("SELECT ?a { ?a ?b 1 }", 0),
    ):
        result = Store().query(text)
        assert isinstance(result, QuerySolutions)
        assert counted(format, [result.serialize(format=FORMATS[format]) or b""]) == rows


@pytest.mark.parametrize("format", ["ttl", "rdf", "jsonld", ""])
def test_formats_that_do_not_show_it_have_no_count(format: str) -> None:
    assert counted(format, [b"anything\n"]) is None
