"""Saved queries: documents that run as they stand, with parameters that cannot break out."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, Store

from kg.errors import RequestError, SourceError
from kg.saved_query import Parameter, SavedQuery, read_saved_query

GOOD = """# title@sv: Vem äger?
# title@en: Who owns?
# keywords: ownership, owners
# front: 2
# parameter: thing iri Sak@sv Thing@en
# parameter: word string Ord@sv Word@en
SELECT ?thing ?word WHERE { VALUES ?thing { <https://example.org/a> } VALUES ?word { "x" } }
"""


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "ownership" / "who-owns.rq"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    return path


def test_document_is_read_whole(tmp_path: Path) -> None:
    query = read_saved_query(write(tmp_path, GOOD), tmp_path)
    assert (query.topic, query.name, query.front) == ("ownership", "who-owns", 2)
    assert query.titles == {"sv": "Vem äger?", "en": "Who owns?"}
    assert query.keywords == ("ownership", "owners")
    assert query.parameters[0] == Parameter("thing", "iri", {"sv": "Sak", "en": "Thing"}, "<https://example.org/a>")


def test_value_replaces_the_default(tmp_path: Path) -> None:
    query = read_saved_query(write(tmp_path, GOOD), tmp_path)
    assert "VALUES ?thing { <https://example.org/b> }" in query.bind({"thing": "https://example.org/b"}, {})
    assert "{ <https://example.org/b> }" in query.bind({"thing": "ex:b"}, {"ex": "https://example.org/"})


@given(st.text(max_size=40))
def test_string_value_is_always_one_literal(value: str) -> None:
    query = SavedQuery(
        "q", "t", 'SELECT ?word { VALUES ?word { "x" } }', {}, (), (Parameter("word", "string", {}, '"x"'),)
    )
    if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
        return
    [solution] = Store().query(query.bind({"word": value}, {}))
    assert solution["word"] == Literal(value)


@pytest.mark.parametrize("value", ["https://e.org/a> } { ?s ?p ?o", "no iri", "", 'x:"', "https://e.org/\\u003e"])
def test_iri_value_cannot_leave_its_brackets(value: str) -> None:
    query = SavedQuery("q", "t", "SELECT * { VALUES ?t { <a:b> } }", {}, (), (Parameter("t", "iri", {}, "<a:b>"),))
    with pytest.raises(RequestError):
        query.bind({"t": value}, {})


def test_backslash_in_a_string_is_not_an_escape_of_ours() -> None:
    query = SavedQuery("q", "t", 'SELECT ?w { VALUES ?w { "x" } }', {}, (), (Parameter("w", "string", {}, '"x"'),))
    assert query.bind({"w": r"\1 \g<open> }"}, {}) == r'SELECT ?w { VALUES ?w { "\\1 \\g<open> }" } }'


@pytest.mark.parametrize(
    ("kind", "good", "bad"), [("integer", "-3", "3.5"), ("decimal", "3.5", "x"), ("date", "2026-01-02", "2026")]
)
def test_kinds_are_kept(kind: str, good: str, bad: str) -> None:
    query = SavedQuery("q", "t", "SELECT * { VALUES ?v { 1 } }", {}, (), (Parameter("v", kind, {}, "1"),))
    store = Store()
    store.add(Quad(NamedNode("a:a"), NamedNode("a:a"), NamedNode("a:a")))
    assert list(store.query(query.bind({"v": good}, {})))
    with pytest.raises(RequestError, match=f"kind {kind}"):
        query.bind({"v": bad}, {})


def test_unknown_parameter_names_those_there_are(tmp_path: Path) -> None:
    query = read_saved_query(write(tmp_path, GOOD), tmp_path)
    with pytest.raises(RequestError, match="no parameter 'owner'") as caught:
        query.bind({"owner": "x"}, {})
    assert caught.value.hint == "parameters: thing, word"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("# title@sv: A\nASK {}", 1, "no title@en"),
        ("# title@sv: A\n# title@en: A\n# colour: red\nASK {}", 3, "unknown head line"),
        ("# title@sv: A\n# title@en: A\n# parameter: x iri X@en\nASK {}", 3, "bound by no VALUES"),
        ("# title@sv: A\n# title@en: A\n# parameter: x colour X@en\nASK {}", 3, "not a parameter"),
        ("# just words\nASK {}", 1, "not a head line"),
    ],
)
def test_bad_head_is_an_error_with_its_line(tmp_path: Path, text: str, line: int, message: str) -> None:
    with pytest.raises(SourceError, match=message) as caught:
        read_saved_query(write(tmp_path, text), tmp_path)
    assert caught.value.line == line


@pytest.mark.parametrize("front", ["²", "9" * 5000])
def test_a_front_that_is_no_number_is_an_error(tmp_path: Path, front: str) -> None:
    with pytest.raises(SourceError, match="unknown head line"):
        read_saved_query(write(tmp_path, GOOD.replace("front: 2", f"front: {front}")), tmp_path)


def test_a_file_that_cannot_be_read_is_an_error_with_its_place(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    path.write_bytes(GOOD.encode() + b"# \xe5")
    with pytest.raises(SourceError, match=r"who-owns\.rq:8: the file is not UTF-8"):
        read_saved_query(path, tmp_path)
    with pytest.raises(SourceError, match="cannot be read"):
        read_saved_query(tmp_path, tmp_path)


def test_a_byte_order_mark_is_no_part_of_a_query(tmp_path: Path) -> None:
    assert read_saved_query(write(tmp_path, "\ufeff" + GOOD), tmp_path).text == GOOD
