"""Expressions of a query over columns: each asked of Oxigraph once for each distinct combination of its variables.

The store that is asked is empty: the combinations are written into the query as VALUES. So an expression means exactly
what it means in a store, and its cost is that of the different values that there are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from typing import TypeAlias

import numpy as np
from pyoxigraph import QuerySolutions, Store

from kg.columns.columns import Index
from kg.columns.terms import BLANK, LITERAL, Ids, Mask, TermTable
from kg.shapes.accessors import said, without_accessors
from kg.shapes.at_once import answer_at_once
from kg.shapes.patterns import Expression, NotCompiled
from kg.shapes.tables import UNBOUND, Table, distinct
from kg.sparql_lexer import Kind, tokens

__all__ = ["CHUNK", "Expressions", "number_of"]

CHUNK = 20_000
"""Solutions that are written into one query."""

Names: TypeAlias = Mapping[str, tuple[str, str] | None]
"""Variables of an expression; STR or DATATYPE and the variable that it is of, for those that stand for that."""

_VARIABLE = re.compile(r"[?$](\w+)")
_OF_LITERAL = re.compile(r'\(\s*REGEX\s*\(\s*\?(\w+)\s*,\s*"(?:[^"\\]|\\.)*"(?:\s*,\s*"\w*")?\s*\)\s*\)', re.IGNORECASE)


class Expressions:
    """Evaluates expressions over tables of identifiers of `terms`."""

    def __init__(self, terms: TermTable) -> None:
        self.terms = terms
        self._store = Store()

    def holds(self, expression: Expression, table: Table) -> Mask:
        """In which solutions the effective boolean value is true (SPARQL 1.1 §17.2.2); an error is not."""
        if (known := answer_at_once(self.terms, expression.text, table)) is not None:
            return known
        match = _OF_LITERAL.fullmatch(expression.text)
        if match is None or not table.is_bound(match[1]):
            return self._asked(expression, table)
        column = table.columns[match[1]]
        literal = np.flatnonzero(self.terms.kinds(column) == LITERAL)  # of any other term it is an error
        holds = np.zeros(table.rows, np.bool_)
        holds[literal] = self._asked(expression, Table({match[1]: column[literal]}, len(literal)))
        return holds

    def _asked(self, expression: Expression, table: Table) -> Mask:
        text, names, used = _names(expression, table)
        first, which = distinct([table.columns[name] for name in used], table.rows)
        passed = np.zeros(len(first), np.bool_)
        for start, values in self._chunks(names, table, first):
            for solution in self.ask(f"SELECT ?kgRow {{ {values} FILTER ({text}) }}", expression.prefixes):
                passed[start + number_of(solution[0])] = True
        return passed[which]

    def values(self, expression: Expression, table: Table) -> Ids:
        """The value in each solution; an error leaves it unbound."""
        if (match := _VARIABLE.fullmatch(expression.text)) and match[1] in table.columns:
            return table.columns[match[1]]
        text, names, used = _names(expression, table)
        first, which = distinct([table.columns[name] for name in used], table.rows)
        found = np.full(len(first), UNBOUND, np.int32)
        for start, values in self._chunks(names, table, first):
            for solution in self.ask(f"SELECT ?kgRow (({text}) AS ?kgValue) {{ {values} }}", expression.prefixes):
                if solution[1] is not None:
                    found[start + number_of(solution[0])] = self.terms.number_of(solution[1])
        return found[which]

    def _chunks(self, names: Names, table: Table, first: Index) -> Iterator[tuple[int, str]]:
        for start in range(0, len(first), CHUNK):
            yield start, self.values_block({"kgRow": None, **names}, table, first[start : start + CHUNK])

    def values_block(self, names: Names, table: Table, rows: Index, coded: Set[str] = frozenset()) -> str:
        """A VALUES block; `kgRow` is the number of the row, and `coded` variables are written as identifiers."""
        texts, parts = self.terms.texts, list[list[str]]()
        for name, accessor in names.items():
            if name == "kgRow":
                parts.append([str(number) for number in range(len(rows))])
                continue
            if accessor is not None:
                numbers = table.columns[accessor[1]][rows].tolist()
                parts.append(["UNDEF" if n == UNBOUND else said(accessor[0], texts[n]) for n in numbers])
                continue
            column = table.columns[name][rows]
            if name in coded:
                parts.append(["UNDEF" if number == UNBOUND else str(number) for number in column.tolist()])
                continue
            if (self.terms.kinds(column[column != UNBOUND]) == BLANK).any():
                raise NotCompiled("a blank node in an expression")
            parts.append(["UNDEF" if number == UNBOUND else texts[number] for number in column.tolist()])
        if not names:
            return "VALUES () { " + "() " * len(rows) + "}"
        lines = " ".join(f"({' '.join(row)})" for row in zip(*parts, strict=True))
        return f"VALUES ({' '.join('?' + name for name in names)}) {{ {lines} }}"

    def ask(self, text: str, prefixes: Mapping[str, str]) -> Iterator[list[str | None]]:
        """The solutions of a SELECT query over the empty store, as N-Triples writes their terms."""
        try:
            result = self._store.query(text, prefixes=dict(prefixes))
        except SyntaxError as error:
            raise NotCompiled(f"an expression: {error}") from error
        assert isinstance(result, QuerySolutions)  # noqa: S101 - all these queries are SELECT
        for solution in result:
            yield [str(term) if term is not None else None for term in solution]


def _names(expression: Expression, table: Table) -> tuple[str, Names, list[str]]:
    """An expression as it is asked, its variables of which the solutions say something, and the columns that say it."""
    text, accessors = without_accessors(expression.text)
    own = {token.text[1:] for token in tokens(text) if token.kind is Kind.VARIABLE} & set(table.columns)
    told = {name: accessor for name, accessor in accessors.items() if accessor[1] in table.columns}
    names: Names = {**dict.fromkeys(sorted(own)), **told}
    return text, names, sorted(own.union(of for _, of in told.values()))


def number_of(text: str | None) -> int:
    """The number that an xsd:integer of N-Triples says."""
    return int(text[1 : text.index('"', 1)]) if text else 0
