"""Regular expressions of `sh:pattern` are those of SPARQL."""

import re

import pytest

from kg.shapes.matcher import limited_matcher, matcher


def test_flags_of_a_pattern() -> None:
    assert matcher("^A.", "i")("ab")
    assert matcher("a.b", "s")("a\nb")
    assert not matcher("a.b", "q")("acb")
    assert matcher("a.b", "q")("a.b")
    assert matcher("a$", "q")("a$\n")


def test_the_end_of_a_pattern_is_that_of_the_text() -> None:
    """XPath Functions §5.6.1; Python's `$` is before a line feed at the end, too."""
    assert not matcher("^abc$", "")("abc\n")
    assert matcher("^abc$", "m")("abc\n")
    assert matcher(r"^a\$[$]$", "")("a$$")
    assert matcher("a$|b", "")("b\n")


def test_what_python_lacks_is_asked_of_oxigraph() -> None:
    assert matcher(r"^\p{Lu}", "")("Åre")
    assert not matcher(r"^\p{Lu}", "")('åre\n"')
    assert matcher(r"^\p{Lu}", "i")("åre")
    with pytest.raises(re.error):
        matcher(r"(\p{Lu}", "")


def test_counts_that_are_multiplied_take_no_memory_without_end() -> None:
    found = limited_matcher("^((a{1000}){1000}){1000}", "", 1.0)
    assert not found("b")
