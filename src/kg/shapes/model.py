"""Shapes as values: what a shapes graph declares (SHACL §2), each shape with its targets and constraints.

A constraint is one of a few kinds, by what is needed to evaluate it: `ValueTest` looks at each value alone, `Count` at
how many there are, `Comparison` at the values of another property, `Logic` at other shapes, and so on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from rdflib import Literal, URIRef
from rdflib.term import Node

from kg.shapes.paths import Path

__all__ = [
    "Closed",
    "Comparison",
    "Constraint",
    "Count",
    "HasValue",
    "Logic",
    "Qualified",
    "Query",
    "Shape",
    "Shapes",
    "Sparql",
    "Target",
    "UniqueLang",
    "ValueTest",
    "references",
]


@dataclass(frozen=True, slots=True)
class Target:
    """A target declaration (SHACL §2.1.3): `kind` is `sh:targetNode`, `sh:targetClass`, and so on."""

    kind: URIRef
    term: Node


@dataclass(frozen=True, slots=True)
class ValueTest:
    """A constraint on each value node alone: class, datatype, node kind, range, length, pattern, languages, list."""

    component: URIRef
    arguments: tuple[Node, ...]
    flags: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    """`sh:minCount` or `sh:maxCount` (SHACL §4.2)."""

    component: URIRef
    number: int


@dataclass(frozen=True, slots=True)
class HasValue:
    """`sh:hasValue` (SHACL §4.8.2)."""

    component: URIRef
    term: Node


@dataclass(frozen=True, slots=True)
class UniqueLang:
    """`sh:uniqueLang true` (SHACL §4.4.5)."""

    component: URIRef


@dataclass(frozen=True, slots=True)
class Comparison:
    """A constraint on pairs of properties (SHACL §4.5)."""

    component: URIRef
    predicate: URIRef


@dataclass(frozen=True, slots=True)
class Logic:
    """`sh:not`, `sh:and`, `sh:or`, `sh:xone`, `sh:node`, `sh:property` (SHACL §4.6, §4.7)."""

    component: URIRef
    shapes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Qualified:
    """`sh:qualifiedValueShape` with one of its two counts (SHACL §4.7.3)."""

    component: URIRef
    number: int
    shape: Node
    siblings: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Closed:
    """`sh:closed true` and the predicates that are allowed all the same (SHACL §4.8.1)."""

    component: URIRef
    allowed: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """A SELECT or ASK query of a shapes graph, with the prefixes that it is declared with (SHACL §5.2)."""

    node: Node
    text: str
    prefixes: Mapping[str, str]
    messages: tuple[Literal, ...]
    is_ask: bool = False


@dataclass(frozen=True, slots=True)
class Sparql:
    """A SPARQL-based constraint (SHACL §5), or one of a component that is declared with SPARQL (§6)."""

    component: URIRef
    query: Query
    parameters: Mapping[str, Node]
    """The values of the component's parameters; empty for `sh:sparql`."""
    code: str = ""


Constraint: TypeAlias = ValueTest | Count | HasValue | UniqueLang | Comparison | Logic | Qualified | Closed | Sparql


@dataclass(frozen=True, slots=True)
class Shape:
    """A node shape, or with a `path` a property shape; `path_node` is how the shapes graph writes the path."""

    node: Node
    path: Path | None
    path_node: Node | None
    targets: tuple[Target, ...]
    constraints: tuple[Constraint, ...]
    severity: URIRef
    messages: tuple[Literal, ...]
    code: str
    deactivated: bool


@dataclass(frozen=True, slots=True)
class Shapes:
    """The shapes of a shapes graph: those with targets, and all that they refer to, by node."""

    roots: tuple[Shape, ...]
    by_node: Mapping[Node, Shape]
    refused: dict[Node, str]
    """Shapes with targets that are left to pySHACL, each with the reason."""


def references(constraints: Iterable[Constraint]) -> list[Node]:
    """The shapes that constraints refer to."""
    found: list[Node] = []
    for constraint in constraints:
        match constraint:
            case Logic(_, shapes):
                found.extend(shapes)
            case Qualified(_, _, shape, siblings):
                found.extend([shape, *siblings])
            case _:
                pass
    return found
