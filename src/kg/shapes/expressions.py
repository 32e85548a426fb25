"""Expressions of a query over columns: each asked of Oxigraph once for each distinct combination of its variables.

The store that is asked is empty: the combinations are written into the query as VALUES. So an expression means exactly
what it means in a store, and its cost is that of the different values that there are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import numpy as np
from pyoxigraph import QuerySolutions, Store

from kg.shapes.columns import Index
from kg.shapes.patterns import Expression, NotCompiled, Select
from kg.shapes.tables import UNBOUND, Table, distinct
from kg.shapes.terms import BLANK, IRI, Ids, Mask, TermTable

__all__ = ["Expressions"]

_CHUNK = 20_000
_SAME = re.compile(r"\(? ?\?(\w+) (!?=) \?(\w+) ?\)?")


class Expressions:
    """Evaluates expressions over tables of identifiers of `terms`."""

    def __init__(self, terms: TermTable) -> None:
        self._terms = terms
        self._store = Store()

    def holds(self, expression: Expression, table: Table) -> Mask:
        """In which solutions the effective boolean value is true (SPARQL 1.1 §17.2.2); an error is not."""
        text, names = expression.text, _names(expression, table)
        if (match := _SAME.fullmatch(text)) and self._are_iris(table, match[1], match[3]):
            same: Mask = table.columns[match[1]] == table.columns[match[3]]
            return same if match[2] == "=" else ~same
        first, which = distinct([table.columns[name] for name in names], table.rows)
        passed = np.zeros(len(first), np.bool_)
        for start, values in self._chunks(names, table, first):
            for solution in self._ask(f"SELECT ?kgRow {{ {values} FILTER ({text}) }}", expression.prefixes):
                passed[start + _number(solution[0])] = True
        return passed[which]

    def values(self, expression: Expression, table: Table) -> Ids:
        """The value in each solution; an error leaves it unbound."""
        text, names = expression.text, _names(expression, table)
        first, which = distinct([table.columns[name] for name in names], table.rows)
        found = np.full(len(first), UNBOUND, np.int32)
        for start, values in self._chunks(names, table, first):
            for solution in self._ask(f"SELECT ?kgRow (({text}) AS ?kgValue) {{ {values} }}", expression.prefixes):
                if solution[1] is not None:
                    found[start + _number(solution[0])] = self._terms.number_of(solution[1])
        return found[which]

    def aggregate(self, query: Select, table: Table) -> Iterator[list[str | None]]:
        """The rows that a query which groups solutions gives for those of its group, as texts of N-Triples."""
        names = sorted(query.inputs & set(table.columns))
        values = self._values(names, table, np.arange(table.rows))
        text = f"SELECT {query.clause} {{ {values} }} {query.aggregation}"
        yield from self._ask(text, query.prefixes)

    def _chunks(self, names: list[str], table: Table, first: Index) -> Iterator[tuple[int, str]]:
        for start in range(0, len(first), _CHUNK):
            yield start, self._values(["kgRow", *names], table, first[start : start + _CHUNK])

    def _values(self, names: list[str], table: Table, rows: Index) -> str:
        """A VALUES block; the variable `kgRow` is the number of the row."""
        texts, parts = self._terms.texts, list[list[str]]()
        for name in names:
            if name == "kgRow":
                parts.append([str(number) for number in range(len(rows))])
                continue
            column = table.columns[name][rows]
            if (self._terms.kinds(column[column != UNBOUND]) == BLANK).any():
                raise NotCompiled("a blank node in an expression")
            parts.append(["UNDEF" if number == UNBOUND else texts[number] for number in column.tolist()])
        if not names:
            return "VALUES () { " + "() " * len(rows) + "}"
        lines = " ".join(f"({' '.join(row)})" for row in zip(*parts, strict=True))
        return f"VALUES ({' '.join('?' + name for name in names)}) {{ {lines} }}"

    def _ask(self, text: str, prefixes: Mapping[str, str]) -> Iterator[list[str | None]]:
        try:
            result = self._store.query(text, prefixes=dict(prefixes))
        except SyntaxError as error:
            raise NotCompiled(f"an expression: {error}") from error
        assert isinstance(result, QuerySolutions)  # noqa: S101 - all these queries are SELECT
        for solution in result:
            yield [str(term) if term is not None else None for term in solution]

    def _are_iris(self, table: Table, *names: str) -> bool:
        for name in names:
            if not table.is_bound(name) or (self._terms.kinds(table.columns[name]) != IRI).any():
                return False
        return True


def _names(expression: Expression, table: Table) -> list[str]:
    """The variables of an expression that the solutions have, those that stand for EXISTS among them."""
    wanted = expression.variables.union(name for name, _ in expression.exists)
    return sorted(wanted & set(table.columns))


def _number(text: str | None) -> int:
    """The number that an xsd:integer of N-Triples says."""
    return int(text[1 : text.index('"', 1)]) if text else 0
