"""Plain statements word by word have the form that they have as a tree."""

from __future__ import annotations

import pytest
from hypothesis import given

import kg.turtle_format
from canonical_turtle import TABLE
from generated_turtle import HEADER, RELAXED, SNIPPETS, registers


@RELAXED
@given(registers())
def test_statement_by_statement_a_document_gets_the_form_that_it_has_as_a_tree(text: str) -> None:
    base = "http://base.example/"
    as_tree = kg.turtle_format._formatted_as_tree(text, TABLE, None, base)
    assert kg.turtle_format._formatted(text, TABLE, None, base) == as_tree


@pytest.mark.parametrize("text", [*SNIPPETS, "@prefix gov: <http://other/> . gov:a gov:b gov:c . gov:a gov:b 1 ."])
def test_statement_by_statement_every_feature_has_the_form_that_it_has_as_a_tree(text: str) -> None:
    for document in (text, HEADER + "x:first a x:T .\n" + text):
        as_tree = kg.turtle_format._formatted_as_tree(document, TABLE, None, "http://base.example/")
        assert kg.turtle_format._formatted(document, TABLE, None, "http://base.example/") == as_tree
