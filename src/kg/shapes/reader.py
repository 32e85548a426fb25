"""Shapes graphs read into shapes (SHACL §2 to §6).

What is not well-formed is an error with the shape's name; shapes that refer to themselves are left to pySHACL, because
SHACL §3.4.3 does not define what they mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass, field

from rdflib import SH, BNode, Graph, URIRef
from rdflib.term import Node

from kg.shapes.declared import Component, Declared, declared_components, read_query
from kg.shapes.faults import fault
from kg.shapes.matcher import matcher
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
    UniqueLang,
    ValueTest,
    references,
)
from kg.shapes.parameters import Parameters, code_of, messages_of
from kg.shapes.paths import read_path
from kg.shapes.targets import class_shapes, targeted, targets_of
from kg.shapes.value_tests import NODE_KINDS

__all__ = ["read_shapes_graph"]

_RANGES = (SH.minExclusive, SH.minInclusive, SH.maxExclusive, SH.maxInclusive)
_ONE_VALUE = (SH.datatype, SH.nodeKind, *_RANGES, SH.minLength, SH.maxLength)
_LISTED = (SH["in"], SH.languageIn)
_PAIRS = (SH.equals, SH.disjoint, SH.lessThan, SH.lessThanOrEquals)
_SHOWN = 200
"""Characters of a pattern in an error."""
_ONLY_PROPERTY_SHAPES = (SH.lessThan, SH.lessThanOrEquals)


def read_shapes_graph(graph: Graph) -> Shapes:
    """The shapes of a shapes graph.

    Raises:
        ShapeFault: a shape is not well-formed.
    """
    for subject, regime in graph.subject_objects(SH.entailment):  # a failure, says SHACL §1.5
        raise fault(graph, subject, f"asks for the entailment {regime}, which there is not here", at=SH.entailment)
    reader = _Reader(graph, declared_components(graph), class_shapes(graph))
    nodes = sorted(targeted(graph), key=str)
    for node in nodes:
        reader.shape(node)
    refused = {node: "it refers to itself" for node in nodes if _is_recursive(node, reader.known)}
    roots = tuple(reader.known[node] for node in nodes if node not in refused)
    return Shapes(roots, reader.known, refused)


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
    classes: Set[Node]
    known: dict[Node, Shape] = field(default_factory=dict)
    declared: Declared = field(default_factory=dict)

    def shape(self, root: Node) -> None:
        """Reads a shape and those that it refers to."""
        waiting = [root]
        while waiting:
            node = waiting.pop()
            if node not in self.known:
                self.known[node] = self._read(node)
                waiting.extend(references(self.known[node].constraints))

    def _read(self, node: Node) -> Shape:
        graph, own = self.graph, Parameters.of(self.graph, node)
        path_node = own.single(SH.path)
        severity = own.single(SH.severity) or SH.Violation
        if not isinstance(severity, URIRef):
            raise fault(graph, node, "has a severity that is not an IRI", at=SH.severity)
        return Shape(
            node=node,
            path=read_path(graph, path_node) if path_node is not None else None,
            path_node=path_node,
            targets=tuple(targets_of(graph, node, self.classes)),
            constraints=tuple(self._constraints(own, is_property=path_node is not None)),
            severity=severity,
            messages=messages_of(graph, node),
            code=code_of(graph, node),
            deactivated=own.is_true(SH.deactivated),
        )

    def _constraints(self, own: Parameters, *, is_property: bool) -> Iterator[Constraint]:
        graph = self.graph
        yield from self._tests(own)
        for name in (SH.minCount, SH.maxCount) if is_property else ():
            if (number := own.whole(name)) is not None:
                yield Count(_component(name), number)
        for term in own.all(SH.hasValue):
            yield HasValue(_component(SH.hasValue), term)
        if is_property and own.is_true(SH.uniqueLang):
            yield UniqueLang(_component(SH.uniqueLang))
        for name in _PAIRS:
            for predicate in own.iris(name) if is_property or name not in _ONLY_PROPERTY_SHAPES else ():
                yield Comparison(_component(name), predicate)
        yield from self._logic(own)
        if is_property:
            yield from self._qualified(own)
        if own.is_true(SH.closed):
            yield Closed(_component(SH.closed), tuple(self._allowed(own)))
        for constraint in own.all(SH.sparql):
            if not Parameters.of(graph, constraint).is_true(SH.deactivated):
                query = read_query(graph, constraint, SH.select, self.declared)
                yield Sparql(SH.SPARQLConstraintComponent, query, {}, code_of(graph, constraint))
        for component in self.components:
            yield from component.constraints(graph, own.node, is_property=is_property)

    def _tests(self, own: Parameters) -> Iterator[Constraint]:
        for name in own.iris(SH["class"]):
            yield ValueTest(_component(SH["class"]), (name,))
        for name in _ONE_VALUE:
            if (given := own.single(name)) is not None:
                if name in (SH.minLength, SH.maxLength):
                    own.whole(name)
                elif name == SH.nodeKind and given not in NODE_KINDS:
                    text = f"has as sh:nodeKind {given.n3()}, which is none of the six"
                    raise fault(self.graph, own.node, text, at=name)
                elif name == SH.datatype:
                    own.iris(name)
                yield ValueTest(_component(name), (given,))
        flags = str(own.single(SH.flags) or "")
        for term in own.all(SH.pattern):
            _check_pattern(self.graph, own.node, str(term), flags)
            yield ValueTest(_component(SH.pattern), (term,), flags)
        for name in _LISTED:
            if own.single(name) is not None:
                yield from (ValueTest(_component(name), members) for members in own.lists(name))

    def _logic(self, own: Parameters) -> Iterator[Constraint]:
        for name in (SH["not"], SH.node, SH.property):
            for shape in own.all(name):
                self._check_kind(own.node, name, shape)
                yield Logic(_component(name), (shape,))
        for name in (SH["and"], SH["or"], SH.xone):
            yield from (Logic(_component(name), members) for members in own.lists(name))

    def _check_kind(self, node: Node, name: URIRef, shape: Node) -> None:
        """That `sh:property` refers to a property shape, and `sh:node` to a node shape (SHACL §4.7)."""
        has_path = (shape, SH.path, None) in self.graph
        if name == SH.property and not has_path:
            if isinstance(shape, BNode):
                raise fault(self.graph, shape, "has no sh:path", at=name)
            raise fault(self.graph, node, f"has as sh:property {shape.n3()}, which has no sh:path", at=name)
        if name == SH.node and has_path:
            raise fault(self.graph, node, f"has as sh:node {shape.n3()}, which has a sh:path", at=name)

    def _qualified(self, own: Parameters) -> Iterator[Constraint]:
        graph, siblings = self.graph, set[Node]()
        if own.is_true(SH.qualifiedValueShapesDisjoint):
            around = {
                item for parent in graph.subjects(SH.property, own.node) for item in graph.objects(parent, SH.property)
            }
            siblings = {shape for item in around for shape in graph.objects(item, SH.qualifiedValueShape)}
        for shape in own.all(SH.qualifiedValueShape):
            others = tuple(sorted(siblings - {shape}, key=str))
            for name in (SH.qualifiedMinCount, SH.qualifiedMaxCount):
                if (number := own.whole(name)) is not None:
                    yield Qualified(_component(name), number, shape, others)

    def _allowed(self, own: Parameters) -> Iterator[Node]:
        for shape in own.all(SH.property):
            yield from (path for path in self.graph.objects(shape, SH.path) if isinstance(path, URIRef))
        if own.single(SH.ignoredProperties) is not None:
            yield from own.lists(SH.ignoredProperties)[0]


def _component(parameter: URIRef) -> URIRef:
    """The constraint component of a parameter of SHACL Core: `sh:minCount` has `sh:MinCountConstraintComponent`."""
    name = parameter.removeprefix(str(SH))
    return URIRef(f"{SH}{name[0].upper()}{name[1:]}ConstraintComponent")


def _check_pattern(graph: Graph, node: Node, written: str, flags: str) -> None:
    try:
        matcher(written, flags)
    except (re.error, RecursionError) as error:
        why = error if isinstance(error, re.error) else "it is nested too deep"
        text = f"has as sh:pattern {written[:_SHOWN]!r}, which is not a regular expression: {why}"
        raise fault(graph, node, text, at=SH.pattern) from error
