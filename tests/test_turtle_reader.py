"""Turtle files as triples: lexical forms kept, and an error for whatever is not Turtle."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import SourceError
from kg.turtle import parse_triples, read_text, read_triples

XSD = "http://www.w3.org/2001/XMLSchema#"
S = "<http://a/s> <http://a/p> "


def values(text: str) -> list[str]:
    return [str(triple.object) for triple in parse_triples(text)]


def test_lexical_forms_and_order_are_kept() -> None:
    assert values(f'{S} "01"^^<{XSD}integer> , 1.00 , +1 , 1e0 , "x" .') == [
        f'"01"^^<{XSD}integer>',
        f'"1.00"^^<{XSD}decimal>',
        f'"+1"^^<{XSD}integer>',
        f'"1e0"^^<{XSD}double>',
        '"x"',
    ]


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment", "@prefix a: <http://a/> .\r\n"])
def test_a_file_without_triples_is_an_empty_graph(text: str) -> None:
    assert parse_triples(text) == []


def test_windows_line_ends_are_read() -> None:
    assert len(parse_triples(f"{S}1 .\r\n{S}2 .\r\n")) == 2


def test_relative_iris_are_resolved_against_the_given_base() -> None:
    assert values_of_subjects("<x> <http://a/p> 1 .", base="http://a/b/") == ["http://a/b/x"]


def values_of_subjects(text: str, *, base: str) -> list[str]:
    return [triple.subject.value for triple in parse_triples(text, base=base)]


def test_equal_blank_node_labels_in_two_files_are_different_nodes(tmp_path: Path) -> None:
    subjects = set()
    for name in ("one.ttl", "two.ttl"):
        (tmp_path / name).write_text("_:x <http://a/p> 1 .", encoding="utf-8")
        subjects |= {triple.subject for triple in read_triples(tmp_path / name)}
    assert len(subjects) == 2


def test_a_blank_node_label_is_one_node_within_a_file() -> None:
    assert len({triple.subject for triple in parse_triples("_:x <http://a/p> 1 .\n_:x <http://a/p> 2 .")}) == 1


def test_a_missing_file_is_a_source_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read"):
        read_triples(tmp_path / "none.ttl")


def test_text_keeps_its_line_ends_and_its_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "x.ttl"
    path.write_bytes(b"\xef\xbb\xbf# a\r\n")
    assert read_text(path) == "\ufeff# a\r\n"


@given(st.text(alphabet="<>a:/\"'.;,[]()@^_ \n#\\u0e1%{}", max_size=30))
def test_whatever_the_text_the_answer_is_triples_or_a_source_error(text: str) -> None:
    try:
        parse_triples(text)
    except SourceError as error:
        assert error.line is not None
        assert 1 <= error.line <= len(text.split("\n")) + 1
