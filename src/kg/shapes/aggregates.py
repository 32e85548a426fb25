"""Queries that group solutions: Oxigraph is asked about one group of each kind, and answers for all that are alike."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from kg.columns.columns import Index, gather
from kg.shapes.alike import Alike, alike_groups
from kg.shapes.expressions import CHUNK, Expressions, number_of
from kg.shapes.patterns import Select
from kg.shapes.tables import UNBOUND, Table

__all__ = ["aggregate"]

_GROUP = "kgGroup"
_GROUP_BY = re.compile(r"^\s*GROUP\s+BY", re.IGNORECASE)


def aggregate(expressions: Expressions, query: Select, table: Table) -> Table:
    """What a query that groups solutions gives for those of its group."""
    keys = [name for name in query.keys if name in table.columns]
    names = sorted(query.inputs & set(table.columns))
    if not keys:
        return _asked(expressions, query, table.take(np.arange(table.rows)), names)
    alike = alike_groups(table, keys, names, query.counted)
    of_kind = table.take(alike.rows).plus(_GROUP, alike.kinds.astype(np.int32))
    found = _asked(expressions, query, of_kind, [*names, _GROUP])
    return _spread(found, alike, table, keys)


def _asked(expressions: Expressions, query: Select, table: Table, names: list[str]) -> Table:
    """The answers in Oxigraph; where solutions have the number of their group, so do the answers."""
    coded, results = query.counted | {_GROUP}, list(query.names)
    clause, aggregation = query.clause, query.aggregation
    if _GROUP in names:
        clause, aggregation = f"{clause} ?{_GROUP}", _GROUP_BY.sub(rf"\g<0> ?{_GROUP}", aggregation)
        results.append(_GROUP)
    found: list[list[int]] = []
    for rows in _parts(table):
        text = (
            f"SELECT {clause} {{ {expressions.values_block(dict.fromkeys(names), table, rows, coded)} }} {aggregation}"
        )
        found += (
            [
                UNBOUND if term is None else number_of(term) if name in coded else expressions.terms.number_of(term)
                for name, term in zip(results, row, strict=True)
            ]
            for row in expressions.ask(text, query.prefixes)
        )
    columns = {name: np.array([row[place] for row in found], np.int32) for place, name in enumerate(results)}
    return Table(columns, len(found))


def _spread(found: Table, alike: Alike, table: Table, keys: list[str]) -> Table:
    """The answers for the kinds as those for the groups, each with its own keys."""
    order = np.argsort(alike.kind, kind="stable").astype(np.int32)
    pairs = gather(alike.kind[order].astype(np.int32), order, found.columns[_GROUP])
    groups = alike.first[pairs.value]
    spread = found.without(_GROUP).take(pairs.owner)
    own = {name: table.columns[name][groups] for name in keys if name in spread.columns}
    return Table({**spread.columns, **own}, spread.rows)


def _parts(table: Table) -> Iterator[Index]:
    """The solutions in parts of a bounded size, those of a group together; in one where there are no groups."""
    if _GROUP not in table.columns:
        yield np.arange(table.rows)
        return
    starts = np.flatnonzero(np.diff(table.columns[_GROUP], prepend=-1))
    begun = 0
    while begun < table.rows:
        end = starts[np.searchsorted(starts, begun + CHUNK)] if starts[-1] >= begun + CHUNK else table.rows
        yield np.arange(begun, end)
        begun = int(end)
