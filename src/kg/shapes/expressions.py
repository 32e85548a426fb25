"""Expressions of a query over columns: each asked of Oxigraph once for each distinct combination of its variables.

The store that is asked is empty: the combinations are written into the query as VALUES. So an expression means exactly
what it means in a store, and its cost is that of the different values that there are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set

import numpy as np
from pyoxigraph import QuerySolutions, Store

from kg.columns.columns import Index
from kg.columns.places import numbered
from kg.columns.terms import BLANK, IRI, LITERAL, Ids, Mask, TermTable, lexical_of
from kg.shapes.patterns import Expression, NotCompiled
from kg.shapes.tables import UNBOUND, Table, distinct

__all__ = ["CHUNK", "Expressions", "number_of"]

CHUNK = 20_000
"""Solutions that are written into one query."""

_SAME = re.compile(r"\(\s*\?(\w+)\s*(!?=)\s*\?(\w+)\s*\)")
_ORDER = re.compile(r"\(\s*STR\s*\(\s*\?(\w+)\s*\)\s*([<>])\s*STR\s*\(\s*\?(\w+)\s*\)\s*\)", re.IGNORECASE)
_OF_LITERAL = re.compile(r'\(\s*REGEX\s*\(\s*\?(\w+)\s*,\s*"(?:[^"\\]|\\.)*"(?:\s*,\s*"\w*")?\s*\)\s*\)', re.IGNORECASE)
_KIND = re.compile(r"\(\s*(isIRI|isURI|isBlank|isLiteral)\s*\(\s*\?(\w+)\s*\)\s*\)", re.IGNORECASE)
_STARTS = re.compile(r"\(?\s*STRSTARTS\s*\(\s*STR\s*\(\s*\?(\w+)\s*\)\s*,\s*\"([^\"\\]*)\"\s*\)\s*\)?", re.IGNORECASE)
_KINDS = {"isiri": IRI, "isuri": IRI, "isblank": BLANK, "isliteral": LITERAL}


class Expressions:
    """Evaluates expressions over tables of identifiers of `terms`."""

    def __init__(self, terms: TermTable) -> None:
        self.terms = terms
        self._store = Store()

    def holds(self, expression: Expression, table: Table) -> Mask:
        """In which solutions the effective boolean value is true (SPARQL 1.1 §17.2.2); an error is not."""
        if (known := self._at_once(expression.text, table)) is not None:
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
        text, names = expression.text, _names(expression, table)
        first, which = distinct([table.columns[name] for name in names], table.rows)
        passed = np.zeros(len(first), np.bool_)
        for start, values in self._chunks(names, table, first):
            for solution in self.ask(f"SELECT ?kgRow {{ {values} FILTER ({text}) }}", expression.prefixes):
                passed[start + number_of(solution[0])] = True
        return passed[which]

    def _at_once(self, text: str, table: Table) -> Mask | None:
        """The conditions that the identifiers themselves answer, or else None."""
        if (match := _KIND.fullmatch(text)) and table.is_bound(match[2]):
            kind: Mask = self.terms.kinds(table.columns[match[2]]) == _KINDS[match[1].lower()]
            return kind
        if (match := _STARTS.fullmatch(text)) and table.is_bound(match[1]):
            return self._start_with(match[2], table.columns[match[1]])
        match = _SAME.fullmatch(text) or _ORDER.fullmatch(text)
        if match is None or not self._are_iris(table, match[1], match[3]):
            return None
        one, other = table.columns[match[1]], table.columns[match[3]]
        if "=" in match[2]:
            same: Mask = one == other
            return same if match[2] == "=" else ~same
        one, other = self._ranks(one, other)
        before: Mask = one < other if match[2] == "<" else one > other
        return before

    def _start_with(self, start: str, column: Ids) -> Mask:
        """Which terms have a lexical form or an IRI that starts so; a blank node has none (SPARQL 1.1 §17.4.2.5)."""
        texts, different = self.terms.texts, np.flatnonzero(np.bincount(column, minlength=1))
        starts = np.zeros(len(texts), np.bool_)
        starts[different] = [
            texts[number][0] != "_" and lexical_of(texts[number]).startswith(start) for number in different
        ]
        found: Mask = starts[column]
        return found

    def _ranks(self, one: Ids, other: Ids) -> tuple[Ids, Ids]:
        """Two columns of IRIs as their places in the order of their texts."""
        terms, which = numbered(np.concatenate([one, other]))
        texts = self.terms.texts
        iris = [texts[number][:-1] for number in terms.tolist()]  # `>` would come after `-` and `/` of a longer one
        order = sorted(range(len(terms)), key=iris.__getitem__)
        ranks = np.empty(len(terms), np.int32)
        ranks[order] = np.arange(len(terms), dtype=np.int32)
        return ranks[which[: len(one)]], ranks[which[len(one) :]]

    def values(self, expression: Expression, table: Table) -> Ids:
        """The value in each solution; an error leaves it unbound."""
        text, names = expression.text, _names(expression, table)
        first, which = distinct([table.columns[name] for name in names], table.rows)
        found = np.full(len(first), UNBOUND, np.int32)
        for start, values in self._chunks(names, table, first):
            for solution in self.ask(f"SELECT ?kgRow (({text}) AS ?kgValue) {{ {values} }}", expression.prefixes):
                if solution[1] is not None:
                    found[start + number_of(solution[0])] = self.terms.number_of(solution[1])
        return found[which]

    def _chunks(self, names: list[str], table: Table, first: Index) -> Iterator[tuple[int, str]]:
        for start in range(0, len(first), CHUNK):
            yield start, self.values_block(["kgRow", *names], table, first[start : start + CHUNK])

    def values_block(self, names: list[str], table: Table, rows: Index, coded: Set[str] = frozenset()) -> str:
        """A VALUES block; `kgRow` is the number of the row, and `coded` variables are written as identifiers."""
        texts, parts = self.terms.texts, list[list[str]]()
        for name in names:
            if name == "kgRow":
                parts.append([str(number) for number in range(len(rows))])
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

    def _are_iris(self, table: Table, *names: str) -> bool:
        for name in names:
            if not table.is_bound(name) or (self.terms.kinds(table.columns[name]) != IRI).any():
                return False
        return True


def _names(expression: Expression, table: Table) -> list[str]:
    """The variables of an expression that the solutions have, those that stand for EXISTS among them."""
    wanted = expression.variables.union(name for name, _ in expression.exists)
    return sorted(wanted & set(table.columns))


def number_of(text: str | None) -> int:
    """The number that an xsd:integer of N-Triples says."""
    return int(text[1 : text.index('"', 1)]) if text else 0
