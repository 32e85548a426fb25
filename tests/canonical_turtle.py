"""Canonical Turtle as tests ask for it, and the laws that every text of it keeps."""

from __future__ import annotations

import re
from collections import Counter
from textwrap import dedent

import pyoxigraph

from kg.namespaces import prefixes
from kg.turtle.lexer import read_tokens
from kg.turtle_format import format_turtle

__all__ = ["BASE", "RDF", "TABLE", "assert_laws", "body", "formatted"]

BASE = "https://example.org/kg/"

TABLE = prefixes(BASE)

RDF = TABLE["rdf"]


def formatted(text: str) -> str:
    return format_turtle(dedent(text), prefixes=TABLE, base="http://base.example/")


def body(text: str) -> str:
    """The canonical form of a text that may use every prefix of the table, without its prefix lines."""
    declared = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in TABLE.items())
    result = formatted(declared + "@prefix x: <http://x/> .\n\n" + dedent(text))
    return re.sub(r"^@prefix .*\n+", "", result, flags=re.M)


def canonical(text: str) -> set[str]:
    """The graph of a text by the W3C's canonical form (RDFC-1.0): an oracle that is not ours."""
    quads = pyoxigraph.parse(text, pyoxigraph.RdfFormat.TURTLE, base_iri="http://base.example/")
    dataset = pyoxigraph.Dataset(quads)
    dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    return {str(quad) for quad in dataset}


def comments(text: str) -> Counter[str]:
    return Counter(token.text.rstrip() for token in read_tokens(text) if token.kind == "comment")


def assert_laws(text: str) -> str:
    """Same graph, same comments, and a second run changes nothing."""
    result = format_turtle(text, prefixes=TABLE, base="http://base.example/")
    assert canonical(result) == canonical(text)
    assert comments(result) == comments(text)
    assert format_turtle(result, prefixes=TABLE) == result
    return result
