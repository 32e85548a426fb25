"""Answers as values."""

from __future__ import annotations

import pytest

from kg.results import Boolean, Solutions, Term, Triples, read_results


def test_solutions_with_unbound_variables_and_all_kinds_of_terms() -> None:
    text = """{"head": {"vars": ["a", "b"]}, "results": {"bindings": [
        {"a": {"type": "uri", "value": "http://e/"}, "b": {"type": "literal", "value": "x", "xml:lang": "sv"}},
        {"b": {"type": "literal", "value": "1", "datatype": "http://e/int"}}, {"a": {"type": "bnode", "value": "b0"}}]}}"""
    result = read_results(text)
    assert result == Solutions(
        ("a", "b"),
        (
            {"a": Term("uri", "http://e/"), "b": Term("literal", "x", None, "sv")},
            {"b": Term("literal", "1", "http://e/int")},
            {"a": Term("bnode", "b0")},
        ),
    )


def test_boolean_and_triples() -> None:
    assert read_results('{"head": {}, "boolean": true}') == Boolean(True)
    row = '{"subject": {"type": "uri", "value": "s"}, "predicate": {"type": "uri", "value": "p"}, "object": {"type": "literal", "value": "o"}}'
    text = f'{{"head": {{"vars": []}}, "results": {{"bindings": [{row}]}}, "complete": false}}'
    expected = Triples(((Term("uri", "s"), Term("uri", "p"), Term("literal", "o")),), is_whole=False)
    assert read_results(text, gives_graph=True) == expected


@pytest.mark.parametrize(
    "text", ["{}", "[]", "{", '{"head": {}, "results": {"bindings": [{"a": {"type": "x", "value": ""}}]}}']
)
def test_what_is_no_result_is_an_error(text: str) -> None:
    with pytest.raises(ValueError):
        read_results(text)
