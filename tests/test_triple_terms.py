"""Triple terms that are nested so deep that the parser would end the process are an error with its place."""

from __future__ import annotations

import pytest

from kg.errors import SourceError
from kg.turtle.reader import check_turtle
from kg.turtle.triple_terms import MOST, refuse_deep_triple_terms


def nested(levels: int, within: str = "") -> str:
    return "<urn:s> <urn:p> " + f"<<( {within}<urn:s> <urn:p> " * levels + "1" + " )>>" * levels + " .\n"


def test_deep_triple_terms_are_an_error_where_they_get_too_deep() -> None:
    text = "# a comment\n" + nested(20_000)
    with pytest.raises(SourceError, match=f"nested deeper than {MOST} levels") as error:
        check_turtle(text)
    assert error.value.line == 2
    assert error.value.column == len("<urn:s> <urn:p> ") + MOST * len("<<( <urn:s> <urn:p> ") + 1


@pytest.mark.parametrize(
    "hidden", ["# )>>\n", "<urn:)>>", '<urn:a> ")>>", ', "<urn:a> ''')>>''', ", r"e:\) ", '""" )>> """ ']
)
def test_what_looks_like_an_end_does_not_hide_depth(hidden: str) -> None:
    with pytest.raises(SourceError, match="nested deeper"):
        refuse_deep_triple_terms(nested(20_000, hidden))


@pytest.mark.parametrize(
    "text",
    [
        nested(1) * 1000,
        f'<urn:s> <urn:p> "{"<<(" * 1000}" .',
        f"<urn:s> <urn:p> '''{'<<(' * 1000}'''@en .",
        "#" + "<<(" * 1000,
        f"<urn:{'<<(' * 1000}> <urn:p> 1 .".replace("<<(", "(("),
        r"<urn:s> <urn:p> e:\',1 . " + nested(1) * 1000,
    ],
)
def test_openings_that_are_not_deep_are_none_of_its_business(text: str) -> None:
    refuse_deep_triple_terms(text)
