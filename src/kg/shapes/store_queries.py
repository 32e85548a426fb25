"""Queries that columns cannot follow, asked of an Oxigraph store in memory, which is made when the first one is met."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from pyoxigraph import NamedNode, Quad, QuerySolutions, Store
from rdflib import Graph

from kg.columns.columns import Columns, Index
from kg.columns.store import oxigraph_term, to_store
from kg.columns.terms import Ids
from kg.dataset import to_quads
from kg.namespaces import SHAPES
from kg.shapes.faults import fault
from kg.shapes.model import Query
from kg.shapes.prebinding import INPUTS, Prepared, input_iri
from kg.turtle.terms import OxigraphTerm

__all__ = ["StoreQueries"]

_INPUTS = NamedNode(INPUTS)
_SHAPES_GRAPH = NamedNode(SHAPES)


class StoreQueries:
    """Answers queries over one graph, whose terms are those of `columns`."""

    def __init__(self, columns: Columns, shapes: Graph) -> None:
        self._columns = columns
        self._shapes = shapes

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
        number_of, places = self._columns.terms.number_of, owner.tolist()
        if "this" not in prepared.used:  # the same for all
            for solution in self._solutions(query, prepared, {name: column[:1] for name, column in inputs.items()}):
                found = {name: number_of(str(term)) for name, term in solution.items()}
                yield from ((place, found) for place in places)
            return
        stored = self._stored(inputs["this"])
        for part in [[row] for row in range(len(places))] if prepared.one_at_a_time else _told_apart(stored):
            asked = {stored[row]: places[row] for row in part}
            for solution in self._solutions(query, prepared, {name: column[part] for name, column in inputs.items()}):
                place = asked[str(solution.pop("this"))]
                yield place, {name: number_of(str(term)) for name, term in solution.items()}

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
        literals = {text for text in texts if text[0] == '"' and text.endswith(">")}
        values = " ".join(f"({text} {_quoted(text)})" for text in literals)
        forms: dict[str, str] = {}
        if values:
            result = Store().query(f"SELECT ?stored ?text {{ VALUES (?stored ?text) {{ {values} }} }}")
            assert isinstance(result, QuerySolutions)  # noqa: S101 - it is a SELECT
            forms = {solution["text"].value: str(solution["stored"]) for solution in result}
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


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
