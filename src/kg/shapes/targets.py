"""Which nodes the shapes of a shapes graph are about (SHACL §2.1.3)."""

from __future__ import annotations

from collections.abc import Iterator, Set

from rdflib import RDF, RDFS, SH, Graph, URIRef
from rdflib.term import Node

from kg.shapes.model import Target

__all__ = ["TARGETS", "class_shapes", "targeted", "targets_of"]

TARGETS = (SH.targetNode, SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf)
"""The predicates that declare a target."""
_PARAMETERS = (
    *(SH["class"], SH.datatype, SH.nodeKind, SH.minCount, SH.maxCount),
    *(SH.minExclusive, SH.minInclusive, SH.maxExclusive, SH.maxInclusive),
    *(SH.minLength, SH.maxLength, SH.pattern, SH.languageIn, SH.uniqueLang),
    *(SH.equals, SH.disjoint, SH.lessThan, SH.lessThanOrEquals),
    *(SH["not"], SH["and"], SH["or"], SH.xone, SH.node, SH.property, SH.qualifiedValueShape),
    *(SH.closed, SH.hasValue, SH["in"], SH.sparql),
)


def targeted(graph: Graph) -> set[Node]:
    """The shapes that have a target, implicit class targets among them."""
    return class_shapes(graph).union(*(graph.subjects(target) for target in TARGETS))


def targets_of(graph: Graph, node: Node, classes: Set[Node]) -> Iterator[Target]:
    """The targets of a shape; `classes` are the `class_shapes` of the graph."""
    for kind in TARGETS:
        for term in sorted(graph.objects(node, kind), key=str):
            yield Target(kind, term)
    if node in classes:
        yield Target(SH.targetClass, node)


def class_shapes(graph: Graph) -> set[Node]:
    """The classes that are shapes, too (§2.1.3.3): so declared, or the subject of a parameter or a target (§2.1)."""
    classes: set[Node] = {one for one in _instances(graph, RDFS.Class) if isinstance(one, URIRef)}
    shapes = {node for kind in (SH.NodeShape, SH.PropertyShape) for node in _instances(graph, kind)}
    own = {path for parameter in graph.objects(None, SH.parameter) for path in graph.objects(parameter, SH.path)}
    for predicate in (*_PARAMETERS, *TARGETS, *own):
        shapes.update(graph.subjects(predicate))
    return classes & shapes


def _instances(graph: Graph, kind: URIRef) -> Iterator[Node]:
    for below in {kind, *graph.transitive_subjects(RDFS.subClassOf, kind)}:
        yield from graph.subjects(RDF.type, below)
