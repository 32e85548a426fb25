"""Rules over the whole graph: each query asked once, of an Oxigraph store in memory.

Such a rule has the one target `gov:WholeGraph` and returns the node at fault as `?value`, perhaps with a `?path`. It is
standard SHACL-SPARQL (SHACL §5), and pySHACL gives the same results, which a test keeps so; but it evaluates the query
in Python, thirty times slower.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import DefaultGraph, QuerySolutions, Store
from rdflib import SH, Graph, Literal, URIRef
from rdflib.term import Node

from kg.dataset import to_quads
from kg.errors import EngineError, LimitError, RequestError
from kg.namespaces import GOV, SHAPES
from kg.query import parse_query
from kg.turtle.terms import to_rdflib

__all__ = ["WHOLE_GRAPH", "Finding", "find_at_once", "whole_graph_shapes"]

WHOLE_GRAPH = URIRef(GOV.WholeGraph)
_LONGEST = 1 << 16


@dataclass(frozen=True, slots=True)
class Finding:
    """One solution of a rule's query: the shape, its constraint, and the variables by name."""

    shape: Node
    constraint: Node
    bindings: dict[str, Node]


def whole_graph_shapes(shapes: Graph) -> list[Node]:
    """The shapes whose one target is the whole graph, in IRI order."""
    marked = shapes.subjects(URIRef(GOV.wholeGraph), Literal(True))
    return sorted((shape for shape in marked if (shape, SH.targetNode, WHOLE_GRAPH) in shapes), key=str)


def find_at_once(data: Graph, shapes: Graph) -> Iterator[Finding]:
    """What the rules over the whole graph find in `data`.

    Raises:
        EngineError: a query is not SPARQL, or returns no `?value`.
    """
    store = Store()
    store.extend(to_quads(data, DefaultGraph()))
    for shape in whole_graph_shapes(shapes):
        for constraint in sorted(shapes.objects(shape, SH.sparql), key=str):
            for solution in _solutions(store, shapes, constraint):
                yield Finding(shape, constraint, solution)


def _solutions(store: Store, shapes: Graph, constraint: Node) -> Iterator[dict[str, Node]]:
    select = str(shapes.value(constraint, SH.select))
    try:
        parse_query(select, base_iri=str(SHAPES), max_bytes=_LONGEST, max_depth=100)  # refuses SERVICE
        result = store.query(select, prefixes=_prefixes(shapes, constraint))
    except (SyntaxError, RequestError, LimitError) as error:
        raise EngineError(f"the query of {constraint} is not SPARQL: {error}") from error
    if not isinstance(result, QuerySolutions):
        raise EngineError(f"the query of {constraint} is no SELECT")
    names = [variable.value for variable in result.variables]
    for solution in result:
        found = {name: to_rdflib(term) for name in names if (term := solution[name]) is not None}
        if "value" not in found:
            raise EngineError(f"the query of {constraint} does not return the node at fault as ?value")
        yield {"this": WHOLE_GRAPH, **found}


def _prefixes(shapes: Graph, constraint: Node) -> dict[str, str]:
    """The prefixes that the constraint's `sh:prefixes` declare (SHACL §5.2.1)."""
    declarations = [d for p in shapes.objects(constraint, SH.prefixes) for d in shapes.objects(p, SH.declare)]
    return {str(shapes.value(d, SH.prefix)): str(shapes.value(d, SH.namespace)) for d in declarations}
