"""Triples and VALUES, as they are read from the terminals of a query."""

from __future__ import annotations

from itertools import count

import pytest
from rdflib import URIRef

from kg.shapes.paths import Predicate, Repeated
from kg.shapes.patterns import NotCompiled, Term, Triple, Values
from kg.shapes.query_blocks import read_triples, read_values
from kg.shapes.query_words import Words
from kg.sparql_lexer import tokens

A, B = Term("<urn:a>", False), Term("<urn:b>", False)
X, Y = Term("x", True), Term("y", True)
P, Q = (Predicate(URIRef(f"urn:{name}")) for name in "pq")
STEP = [Term(f"kgStep{number}", True) for number in range(3)]


def words(text: str) -> Words:
    return Words(text, list(tokens(text)), {"": "urn:"})


@pytest.mark.parametrize(
    ("text", "triples", "rest"),
    [
        (":a :p :b .", [Triple(A, P, B)], "."),
        (":a :p :b }", [Triple(A, P, B)], "}"),
        (":a :p :b FILTER", [Triple(A, P, B)], "FILTER"),
        (":a :p ?x , ?y ; ?x :b ;; . ?z", [Triple(A, P, X), Triple(A, P, Y), Triple(A, X, B)], "."),
        (":a :p :b ; }", [Triple(A, P, B)], "}"),
        (":a ^:p :b .", [Triple(B, P, A)], "."),
        (":a :p* :b .", [Triple(A, Repeated(P, "*"), B)], "."),
        (":a :p/:q :b .", [Triple(A, P, STEP[0]), Triple(STEP[0], Q, B)], "."),
        (":a ^(:p/:q) :b .", [Triple(B, P, STEP[0]), Triple(STEP[0], Q, A)], "."),
        (
            ":a :p/:q ?x ; :p/^:q ?y }",
            [Triple(A, P, STEP[0]), Triple(STEP[0], Q, X), Triple(A, P, STEP[1]), Triple(Y, Q, STEP[1])],
            "}",
        ),
    ],
)
def test_triples_that_share_a_subject(text: str, triples: list[Triple], rest: str) -> None:
    on = words(text)
    assert list(read_triples(on, count())) == triples
    assert on.peek().text == rest


@pytest.mark.parametrize("text", ["[] :p :b .", ":a :p ( :b ) .", ":a :p 1 .", ":a :p", ":a !:p :b ."])
def test_triples_that_are_not_read(text: str) -> None:
    with pytest.raises(NotCompiled):
        list(read_triples(words(text), count()))


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("?x { :a :b }", Values(("x",), (("<urn:a>",), ("<urn:b>",)))),
        ("(?x ?y) { (:a 'one') (:b true) }", Values(
            ("x", "y"), (("<urn:a>", '"one"'), ("<urn:b>", '"true"^^<http://www.w3.org/2001/XMLSchema#boolean>'))
        )),
        ("?x { }", Values(("x",), ())),
    ],
)  # fmt: skip
def test_values(text: str, values: Values) -> None:
    assert read_values(words(text)) == values


@pytest.mark.parametrize("text", ["?x { UNDEF }", "(?x) { (1) }", ":a { :b }", "?x { ?y }", "?x { :a"])
def test_values_that_are_not_read(text: str) -> None:
    with pytest.raises(NotCompiled):
        read_values(words(text))
