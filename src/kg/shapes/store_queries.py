"""Queries that columns cannot follow, asked of an Oxigraph store in memory, which is made when the first one is met.

The store gives numbers and dates their canonical form: `"01"^^xsd:integer` is `"1"` there. Where that could change an
answer, the query is not asked, but left to pySHACL.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from pyoxigraph import NamedNode, Quad, QuerySolutions, Store
from rdflib import Graph

from kg.columns.columns import Columns, Index
from kg.columns.store import oxigraph_term, to_store
from kg.columns.terms import Ids
from kg.dataset import to_quads
from kg.namespaces import FOREIGN, SHAPES
from kg.shapes.faults import fault
from kg.shapes.model import Query
from kg.shapes.prebinding import INPUTS, Prepared, input_iri
from kg.turtle.terms import OxigraphTerm

__all__ = ["OtherForms", "StoreQueries"]

_XSD = re.escape(FOREIGN["xsd"])
_CHANGED = re.compile(
    rf'(?!"(?:0|-?[1-9][0-9]{{0,17}})"\^\^<{_XSD}integer>)(?!"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}"\^\^<{_XSD}date>)'
    rf'".*"\^\^<{_XSD}(?!string>)\w+>',
    re.DOTALL,
)
"""Literals that the store may write otherwise."""
_LEXICAL = re.compile(r"\b(?:STR|GROUP_CONCAT)\b|string>?\s*\(", re.IGNORECASE)
"""What looks at a lexical form."""
_AT_ONCE = 20_000

_INPUTS = NamedNode(INPUTS)
_SHAPES_GRAPH = NamedNode(SHAPES)


class OtherForms(Exception):
    """A query that the store could answer wrongly; the message says why."""


class StoreQueries:
    """Answers queries over one graph, whose terms are those of `columns`."""

    def __init__(self, columns: Columns, shapes: Graph) -> None:
        self._columns = columns
        self._shapes = shapes

    @cached_property
    def _written(self) -> Mapping[str, str] | None:
        """What the data has for forms that the store gives literals; None where it has two forms of one literal."""
        texts = self._columns.terms.texts
        changed = [text for text in texts if _CHANGED.fullmatch(text)]
        forms: dict[str, str] = {}
        for place in range(0, len(changed), _AT_ONCE):
            forms |= _forms(changed[place : place + _AT_ONCE])
        written = {stored: text for text, stored in forms.items() if stored != text}
        other = sum(stored != text for text, stored in forms.items())
        return None if other > len(written) or not written.keys().isdisjoint(texts) else written

    def refuse_other_forms(self, prepared: Prepared) -> None:
        """Raises `OtherForms` if the store could answer otherwise than the data say."""
        if self._written is None:
            raise OtherForms("the data has two forms of one number or date, which are the same for the store")
        if self._written and _LEXICAL.search(prepared.text):
            raise OtherForms("it looks at the forms of numbers or dates, some of which are not canonical in the data")

    @cached_property
    def store(self) -> Store:
        """The data graph as the default graph."""
        return to_store(self._columns)

    def select(
        self, query: Query, prepared: Prepared, owner: Index, inputs: Mapping[str, Ids]
    ) -> Iterator[tuple[int, dict[str, int]]]:
        """The solutions of a SELECT query: index of the focus node, and the variables by name.

        Raises:
            EngineError: the query is no SELECT, or does not return the focus node.
        """
        number_of, places, written = self._columns.terms.number_of, owner.tolist(), self._written or {}
        if "this" not in prepared.used:  # the same for all
            for solution in self._solutions(query, prepared, {name: column[:1] for name, column in inputs.items()}):
                texts = {name: str(term) for name, term in solution.items()}
                found = {name: number_of(written.get(text, text)) for name, text in texts.items()}
                yield from ((place, found) for place in places)
            return
        stored = self._stored(inputs["this"])
        for part in [[row] for row in range(len(places))] if prepared.one_at_a_time else _told_apart(stored):
            asked = {stored[row]: places[row] for row in part}
            for solution in self._solutions(query, prepared, {name: column[part] for name, column in inputs.items()}):
                place = asked[str(solution.pop("this"))]
                texts = {name: str(term) for name, term in solution.items()}
                yield place, {name: number_of(written.get(text, text)) for name, text in texts.items()}

    def ask(self, query: Query, prepared: Prepared, inputs: Mapping[str, Ids]) -> Iterator[int]:
        """The rows for which an ASK query answers yes."""
        names = [name for name in ("this", "value") if name in prepared.used]
        passed = {
            tuple(str(solution.get(name)) for name in names) for solution in self._solutions(query, prepared, inputs)
        }
        for row, found in enumerate(zip(*(self._stored(inputs[name]) for name in names), strict=True)):
            if found in passed:
                yield row
        if not names and passed:
            yield from range(len(inputs["this"]))

    def _stored(self, numbers: Ids) -> list[str]:
        """Terms as the store gives them back, which writes numbers in their canonical form."""
        texts = [self._columns.terms.text(number) for number in numbers.tolist()]
        forms = _forms([text for text in texts if text[0] == '"' and text.endswith(">")])
        return [forms.get(text, text) for text in texts]

    def _solutions(
        self, query: Query, prepared: Prepared, inputs: Mapping[str, Ids]
    ) -> Iterator[dict[str, OxigraphTerm]]:
        """The solutions of a query; its inputs are in the store while it is asked."""
        store, quads = self.store, list(self._inputs(prepared, inputs))
        store.extend(quads)
        if "shapesGraph" in prepared.used:
            store.extend(to_quads(self._shapes, _SHAPES_GRAPH))
        try:
            result = store.query(prepared.text, prefixes=dict(query.prefixes))
            if not isinstance(result, QuerySolutions):
                raise fault(self._shapes, query.node, "has a query that is no SELECT")
            names = [variable.value for variable in result.variables]
            if not query.is_ask and "this" not in names:
                raise fault(self._shapes, query.node, "has a query that does not return $this")
            for solution in result:
                yield {name: term for name in names if (term := solution[name]) is not None}
        finally:
            if quads:
                store.remove_graph(_INPUTS)
            if "shapesGraph" in prepared.used:
                store.remove_graph(_SHAPES_GRAPH)

    def _inputs(self, prepared: Prepared, inputs: Mapping[str, Ids]) -> Iterator[Quad]:
        texts = self._columns.terms.texts
        used = {name: column.tolist() for name, column in inputs.items() if name in prepared.used}
        for row in range(len(inputs["this"]) if prepared.used else 0):
            subject = NamedNode(f"{INPUTS}:{row}")
            for name, column in used.items():
                yield Quad(subject, NamedNode(input_iri(name)), oxigraph_term(texts[column[row]]), _INPUTS)
            if "shapesGraph" in prepared.used:
                yield Quad(subject, NamedNode(input_iri("shapesGraph")), _SHAPES_GRAPH, _INPUTS)


def _told_apart(stored: Sequence[str]) -> list[list[int]]:
    """The rows in parts in which no form of a term is there twice: 1 and "1"^^xsd:int are the same to the store."""
    parts: list[list[int]] = [[]]
    times: Counter[str] = Counter()
    for row, text in enumerate(stored):
        if times[text] == len(parts):
            parts.append([])
        parts[times[text]].append(row)
        times[text] += 1
    return parts


def _forms(texts: Iterable[str]) -> dict[str, str]:
    """The forms that the store gives literals."""
    values = " ".join(f"({text} {_quoted(text)})" for text in set(texts))
    if not values:
        return {}
    result = Store().query(f"SELECT ?stored ?text {{ VALUES (?stored ?text) {{ {values} }} }}")
    assert isinstance(result, QuerySolutions)  # noqa: S101 - it is a SELECT
    return {solution["text"].value: str(solution["stored"]) for solution in result}


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
