"""The structure of a SPARQL query, as far as columns can follow it: groups of patterns, and expressions as they stand.

Groups are taken apart (SPARQL 1.1 §5, §6, §7, §9, §10.2, §12); an expression is kept as its text with the variables
that it uses, because Oxigraph evaluates it. What is not known here raises `NotCompiled`, and the query is asked of a
store.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from kg.shapes.paths import Path

__all__ = [
    "Bind",
    "Element",
    "Expression",
    "Filter",
    "Group",
    "NotCompiled",
    "Optional",
    "Select",
    "Term",
    "Triple",
    "Union",
    "Values",
]


class NotCompiled(Exception):
    """The query has something that is not evaluated in columns; the message says what."""


@dataclass(frozen=True, slots=True)
class Term:
    """A variable by its name, or a term in the text of N-Triples."""

    text: str
    is_variable: bool


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression: its text, its variables, and the groups of its EXISTS, each in the text as a variable."""

    text: str
    variables: frozenset[str]
    exists: tuple[tuple[str, Group], ...] = ()
    prefixes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Triple:
    """A triple pattern; its predicate is a variable or a path."""

    subject: Term
    predicate: Term | Path
    object: Term

    def variables(self) -> set[str]:
        parts = (self.subject, self.predicate, self.object)
        return {part.text for part in parts if isinstance(part, Term) and part.is_variable}


@dataclass(frozen=True, slots=True)
class Filter:
    """FILTER."""

    condition: Expression


@dataclass(frozen=True, slots=True)
class Bind:
    """BIND, or an expression that SELECT gives a name."""

    expression: Expression
    variable: str


@dataclass(frozen=True, slots=True)
class Optional:
    """OPTIONAL."""

    group: Group


@dataclass(frozen=True, slots=True)
class Union:
    """Groups joined by UNION; a group alone is a union of one."""

    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Values:
    """VALUES: variables, and rows of as many terms, each in the text of N-Triples."""

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A group graph pattern."""

    elements: tuple[Element, ...]

    def variables(self) -> set[str]:
        """Every variable that stands in the group or below."""
        found: set[str] = set()
        for element in self.elements:
            match element:
                case Triple():
                    found |= element.variables()
                case Filter(condition):
                    found |= _used(condition)
                case Bind(expression, variable):
                    found |= _used(expression) | {variable}
                case Optional(group):
                    found |= group.variables()
                case Union(groups):
                    found = found.union(*(group.variables() for group in groups))
                case Select() | Values():
                    found |= set(element.names)
        return found


@dataclass(frozen=True, slots=True)
class Select:
    """A SELECT query; `aggregation` is the text from GROUP BY on, and `clause` what stands between SELECT and WHERE."""

    names: tuple[str, ...]
    binds: tuple[Bind, ...]
    is_distinct: bool
    group: Group
    clause: str
    aggregation: str
    is_aggregated: bool
    inputs: frozenset[str]
    """The variables of the group that the clause and the aggregation use."""
    counted: frozenset[str]
    """Those of them that are only grouped by, counted or returned, so that it does not matter what they stand for."""
    keys: tuple[str, ...]
    """The variables that it groups by; none where it groups by anything else, too, or not at all."""
    prefixes: Mapping[str, str]


Element: TypeAlias = Triple | Filter | Bind | Optional | Union | Values | Select


def _used(expression: Expression) -> set[str]:
    return set(expression.variables).union(*(group.variables() for _, group in expression.exists))
