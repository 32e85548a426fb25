"""Patterns that could keep `re` busy for ever are matched in linear time."""

from __future__ import annotations

import re
import sys
import time
from pathlib import Path

import pytest

import kg
from kg.shapes.linear_patterns import is_explosive, longest_for_re, matches


@pytest.mark.parametrize(
    "pattern",
    [
        "^(a+)+$",
        "(a|aa)*",
        r"^(\w+\s?)*$",
        "(a*){2,}",
        "([a-z]*){9}x",
        "(a?){30}a{30}",
        "(a|aa){40}",
        "(-[a-z-]+)*",
        "((x)+y?)+",
    ],
)
def test_repeated_groups_are_explosive(pattern: str) -> None:
    assert is_explosive(pattern)


@pytest.mark.parametrize(
    "pattern", ["^a+$", "/id/x/[a-z0-9]+(-[a-z0-9]+)*$", "(ab){3}", r"(?:\d\d-){2}", "(?:/[A-Za-z]+)+"]
)
def test_other_patterns_stay_with_re(pattern: str) -> None:
    assert not is_explosive(pattern)


@pytest.mark.parametrize(
    ("pattern", "length"),
    [
        ("^abc$", sys.maxsize),
        (r"^\*\+\?$", sys.maxsize),
        ("/id/x/[a-z0-9]+(-[a-z0-9]+)*$", 4472),
        ("^a*b*$", 4472),
        ("^a*a*a*x$", 391),
        ("^" + "a?" * 30 + "$", 20),
        ("^(a+)+$", 0),
    ],
)
def test_re_is_asked_about_texts_that_are_short_enough(pattern: str, length: int) -> None:
    assert longest_for_re(pattern) == pytest.approx(length, rel=0.05)


def test_matches_are_those_of_re() -> None:
    texts = ["", "ab ab", "ab  ab", 'a"b', "åäö åäö", "a\\b", "AB", "x\ny"]
    for pattern in (r"^(\w+\s?)*$", "(ä|ö)+", r"(\\|\")+", "(a(b|B))+"):
        for flags, value in (("", re.NOFLAG), ("i", re.IGNORECASE)):
            assert matches(pattern, flags, texts) == [re.search(pattern, text, value) is not None for text in texts]


def test_what_oxigraph_does_not_know_is_left_to_re() -> None:
    assert matches("(?=a)(a+)+", "", ["a"]) is None
    assert matches(r"(a)+\1", "", ["a"]) is None


def test_an_explosive_pattern_does_not_hold_up_a_validation(tmp_path: Path) -> None:
    shapes, data = tmp_path / "shapes.ttl", tmp_path / "data.ttl"
    shapes.write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix : <https://e.org/> .\n"
        ':S sh:targetSubjectsOf :p ; sh:property [ sh:path :p ; sh:pattern "^(a+)+$" ] .'
    )
    data.write_text(f'@prefix : <https://e.org/> .\n:x :p "{"a" * 5000}b", "{"a" * 5000}", :a, [] .')
    start = time.process_time()
    report = kg.validate(data, shapes)
    assert len(report.results) == 3
    assert time.process_time() - start < 30
