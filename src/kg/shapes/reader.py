"""Shapes graphs read into shapes (SHACL §2 to §6).

What is not well-formed is an error with the shape's name; shapes that refer to themselves are left to pySHACL, because
SHACL §3.4.3 does not define what they mean.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from rdflib import RDF, RDFS, SH, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from kg.errors import EngineError
from kg.namespaces import GOV
from kg.shapes.declared import Component, declared_components, read_query
from kg.shapes.model import (
    Closed,
    Comparison,
    Constraint,
    Count,
    HasValue,
    Logic,
    Qualified,
    Shape,
    Shapes,
    Sparql,
    Target,
    UniqueLang,
    ValueTest,
    references,
)
from kg.shapes.paths import read_path

__all__ = ["read_shapes_graph"]

_TARGETS = (SH.targetNode, SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf)
_CODE = URIRef(GOV.shapeCode)
_RANGES = (SH.minExclusive, SH.minInclusive, SH.maxExclusive, SH.maxInclusive)
_ONE_VALUE = (SH.datatype, SH.nodeKind, *_RANGES, SH.minLength, SH.maxLength)
_LISTED = (SH["in"], SH.languageIn)
_PAIRS = (SH.equals, SH.disjoint, SH.lessThan, SH.lessThanOrEquals)
_ONLY_PROPERTY_SHAPES = (SH.lessThan, SH.lessThanOrEquals)


def read_shapes_graph(graph: Graph) -> Shapes:
    """The shapes of a shapes graph.

    Raises:
        EngineError: a shape is not well-formed.
    """
    reader = _Reader(graph, declared_components(graph))
    nodes = sorted(_roots(graph), key=str)
    for node in nodes:
        reader.shape(node)
    refused = {node: "it refers to itself" for node in nodes if _is_recursive(node, reader.known)}
    roots = tuple(reader.known[node] for node in nodes if node not in refused)
    return Shapes(roots, reader.known, refused)


def _roots(graph: Graph) -> set[Node]:
    classes = {RDFS.Class, *graph.transitive_subjects(RDFS.subClassOf, RDFS.Class)}
    implicit = {
        node
        for kind in (SH.NodeShape, SH.PropertyShape)
        for node in graph.subjects(RDF.type, kind)
        if any(one in classes for one in graph.objects(node, RDF.type))
    }
    return implicit.union(*(graph.subjects(target) for target in _TARGETS))


def _is_recursive(root: Node, shapes: dict[Node, Shape]) -> bool:
    """Whether some shape that can be reached from `root` can be reached from itself."""
    done: set[Node] = set()
    stack: list[tuple[Node, Iterator[Node]]] = [(root, iter(references(shapes[root].constraints)))]
    open_nodes = {root}
    while stack:
        node, rest = stack[-1]
        following = next(rest, None)
        if following is None:
            stack.pop()
            open_nodes.discard(node)
            done.add(node)
        elif following in open_nodes:
            return True
        elif following not in done:
            open_nodes.add(following)
            stack.append((following, iter(references(shapes[following].constraints))))
    return False


@dataclass(frozen=True, slots=True)
class _Reader:
    """The shapes that have been read so far."""

    graph: Graph
    components: tuple[Component, ...]
    known: dict[Node, Shape] = field(default_factory=dict)

    def shape(self, root: Node) -> None:
        """Reads a shape and those that it refers to."""
        waiting = [root]
        while waiting:
            node = waiting.pop()
            if node not in self.known:
                self.known[node] = self._read(node)
                waiting.extend(references(self.known[node].constraints))

    def _read(self, node: Node) -> Shape:
        graph = self.graph
        path_node = _single(graph, node, SH.path)
        severity = _single(graph, node, SH.severity) or SH.Violation
        if not isinstance(severity, URIRef):
            raise EngineError(f"the severity of {node} is not an IRI")
        return Shape(
            node=node,
            path=read_path(graph, path_node) if path_node is not None else None,
            path_node=path_node,
            targets=tuple(self._targets(node)),
            constraints=tuple(self._constraints(node, is_property=path_node is not None)),
            severity=severity,
            messages=_texts(graph, node),
            code=_code(graph, node),
            deactivated=_is_true(_single(graph, node, SH.deactivated)),
        )

    def _targets(self, node: Node) -> Iterator[Target]:
        for kind in _TARGETS:
            for term in sorted(self.graph.objects(node, kind), key=str):
                yield Target(kind, term)
        types = set(self.graph.objects(node, RDF.type))
        classes = {RDFS.Class, *self.graph.transitive_subjects(RDFS.subClassOf, RDFS.Class)}
        if types & {SH.NodeShape, SH.PropertyShape} and types & classes:
            yield Target(SH.targetClass, node)

    def _constraints(self, node: Node, *, is_property: bool) -> Iterator[Constraint]:
        graph = self.graph
        yield from self._tests(node)
        for name in (SH.minCount, SH.maxCount) if is_property else ():
            if (number := _single(graph, node, name)) is not None:
                yield Count(_component(name), _whole(node, name, number))
        for term in _objects(graph, node, SH.hasValue):
            yield HasValue(_component(SH.hasValue), term)
        if is_property and _is_true(_single(graph, node, SH.uniqueLang)):
            yield UniqueLang(_component(SH.uniqueLang))
        for name in _PAIRS:
            for predicate in _objects(graph, node, name) if is_property or name not in _ONLY_PROPERTY_SHAPES else ():
                yield Comparison(_component(name), _iri(node, name, predicate))
        yield from self._logic(node)
        if is_property:
            yield from self._qualified(node)
        if _is_true(_single(graph, node, SH.closed)):
            yield Closed(_component(SH.closed), tuple(self._allowed(node)))
        for constraint in _objects(graph, node, SH.sparql):
            if not _is_true(_single(graph, constraint, SH.deactivated)):
                query = read_query(graph, constraint, SH.select)
                yield Sparql(SH.SPARQLConstraintComponent, query, {}, _code(graph, constraint))
        for component in self.components:
            yield from component.constraints(graph, node, is_property=is_property)

    def _tests(self, node: Node) -> Iterator[Constraint]:
        graph = self.graph
        for term in _objects(graph, node, SH["class"]):
            yield ValueTest(_component(SH["class"]), (term,))
        for name in _ONE_VALUE:
            if (given := _single(graph, node, name)) is not None:
                if name in (SH.minLength, SH.maxLength):
                    _whole(node, name, given)
                yield ValueTest(_component(name), (given,))
        flags = str(_single(graph, node, SH.flags) or "")
        for term in _objects(graph, node, SH.pattern):
            yield ValueTest(_component(SH.pattern), (term,), flags)
        for name in _LISTED:
            if (listed := _single(graph, node, name)) is not None:
                yield ValueTest(_component(name), tuple(Collection(graph, listed)))

    def _logic(self, node: Node) -> Iterator[Constraint]:
        for name in (SH["not"], SH.node, SH.property):
            for shape in _objects(self.graph, node, name):
                yield Logic(_component(name), (shape,))
        for name in (SH["and"], SH["or"], SH.xone):
            for listed in _objects(self.graph, node, name):
                yield Logic(_component(name), tuple(Collection(self.graph, listed)))

    def _qualified(self, node: Node) -> Iterator[Constraint]:
        graph = self.graph
        shapes = _objects(graph, node, SH.qualifiedValueShape)
        siblings: set[Node] = set()
        if _is_true(_single(graph, node, SH.qualifiedValueShapesDisjoint)):
            around = {
                item for parent in graph.subjects(SH.property, node) for item in graph.objects(parent, SH.property)
            }
            siblings = {shape for item in around for shape in graph.objects(item, SH.qualifiedValueShape)}
        for shape in shapes:
            others = tuple(sorted(siblings - {shape}, key=str))
            for name in (SH.qualifiedMinCount, SH.qualifiedMaxCount):
                if (number := _single(graph, node, name)) is not None:
                    yield Qualified(_component(name), _whole(node, name, number), shape, others)

    def _allowed(self, node: Node) -> Iterator[Node]:
        for shape in self.graph.objects(node, SH.property):
            yield from (path for path in self.graph.objects(shape, SH.path) if isinstance(path, URIRef))
        if (ignored := _single(self.graph, node, SH.ignoredProperties)) is not None:
            yield from Collection(self.graph, ignored)


def _component(parameter: URIRef) -> URIRef:
    """The constraint component of a parameter of SHACL Core: `sh:minCount` has `sh:MinCountConstraintComponent`."""
    name = parameter.removeprefix(str(SH))
    return URIRef(f"{SH}{name[0].upper()}{name[1:]}ConstraintComponent")


def _objects(graph: Graph, node: Node, predicate: URIRef) -> list[Node]:
    return sorted(graph.objects(node, predicate), key=str)


def _single(graph: Graph, node: Node, predicate: URIRef) -> Node | None:
    found = list(graph.objects(node, predicate))
    if len(found) > 1:
        raise EngineError(f"{node} has more than one {predicate.removeprefix(str(SH))}")
    return found[0] if found else None


def _texts(graph: Graph, node: Node) -> tuple[Literal, ...]:
    return tuple(sorted(text for text in graph.objects(node, SH.message) if isinstance(text, Literal)))


def _code(graph: Graph, node: Node) -> str:
    return min((str(code) for code in graph.objects(node, _CODE)), default="")


def _is_true(term: Node | None) -> bool:
    """Whether it is the term `true`: SHACL compares terms, so that `"1"^^xsd:boolean` is not it."""
    return term == Literal(True)


def _whole(node: Node, name: URIRef, term: Node) -> int:
    if isinstance(term, Literal) and isinstance(term.value, int):
        return term.value
    raise EngineError(f"{name.removeprefix(str(SH))} of {node} is not a whole number")


def _iri(node: Node, name: URIRef, term: Node) -> URIRef:
    if isinstance(term, URIRef):
        return term
    raise EngineError(f"{name.removeprefix(str(SH))} of {node} is not an IRI")
