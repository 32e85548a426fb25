"""The values of the parameters of a shape, each checked to be what SHACL asks for (SHACL §2 to §4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rdflib import RDF, SH, Graph, Literal, URIRef
from rdflib.term import Node

from kg.namespaces import GOV, shorten
from kg.shapes.faults import TERMS, ShapeFault, fault

__all__ = ["Parameters", "code_of", "is_true", "listed", "messages_of"]

_CODE = URIRef(GOV.shapeCode)


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a shape says of itself, asked of the shapes graph once: `values` by predicate."""

    shapes: Graph
    node: Node
    values: Mapping[Node, list[Node]]

    @classmethod
    def of(cls, shapes: Graph, node: Node) -> Parameters:
        """Those of a node of a shapes graph."""
        values: dict[Node, list[Node]] = {}
        for predicate, value in shapes.predicate_objects(node):
            values.setdefault(predicate, []).append(value)
        return cls(shapes, node, values)

    def all(self, predicate: URIRef) -> list[Node]:
        """The values of a parameter, in a stable order."""
        return sorted(self.values.get(predicate, ()), key=str)

    def single(self, predicate: URIRef) -> Node | None:
        """The value of a parameter that has one at most.

        Raises:
            ShapeFault: it has more.
        """
        found = self.values.get(predicate, ())
        if len(found) > 1:
            raise self._fault(predicate, f"has more than one {_name(predicate)}")
        return found[0] if found else None

    def is_true(self, predicate: URIRef) -> bool:
        """Whether the value of a parameter is `true`; it has one at most.

        Raises:
            ShapeFault: it has more.
        """
        return is_true(self.single(predicate))

    def whole(self, predicate: URIRef) -> int | None:
        """The number that the value of a parameter says, which has one at most.

        Raises:
            ShapeFault: it is no whole number, or there are more.
        """
        term = self.single(predicate)
        if term is None or (isinstance(term, Literal) and isinstance(term.value, int)):
            return None if term is None else term.value
        raise self._fault(predicate, f"has as {_name(predicate)} {term.n3()}, which is not a whole number")

    def iris(self, predicate: URIRef) -> list[URIRef]:
        """The values of a parameter, which must be IRIs.

        Raises:
            ShapeFault: one is none.
        """
        found = self.all(predicate)
        for term in found:
            if not isinstance(term, URIRef):
                raise self._fault(predicate, f"has as {_name(predicate)} {term.n3()}, which is not an IRI")
        return [term for term in found if isinstance(term, URIRef)]

    def lists(self, predicate: URIRef) -> list[tuple[Node, ...]]:
        """The members of each list that is a value of a parameter.

        Raises:
            ShapeFault: one is not a well-formed SHACL list (§1.2).
        """
        return [listed(self.shapes, self.node, predicate, head) for head in self.all(predicate)]

    def _fault(self, predicate: URIRef, text: str) -> ShapeFault:
        return fault(self.shapes, self.node, text, at=predicate)


def listed(shapes: Graph, node: Node, predicate: URIRef, head: Node) -> tuple[Node, ...]:
    """The members of a list.

    Raises:
        ShapeFault: it is not a well-formed SHACL list (§1.2).
    """
    members, seen, rest = list[Node](), set[Node](), head
    while rest != RDF.nil:
        first, after = list(shapes.objects(rest, RDF.first)), list(shapes.objects(rest, RDF.rest))
        if len(first) != 1 or len(after) != 1 or rest in seen:
            raise fault(shapes, node, f"has as {_name(predicate)} what is not a list", at=predicate)
        seen.add(rest)
        members.append(first[0])
        rest = after[0]
    return tuple(members)


def is_true(term: Node | None) -> bool:
    """Whether it is the term `true`: SHACL compares terms, so that `"1"^^xsd:boolean` is not it."""
    return term == Literal(True)


def messages_of(shapes: Graph, node: Node) -> tuple[Literal, ...]:
    """The messages of a shape, constraint or component."""
    return tuple(sorted(text for text in shapes.objects(node, SH.message) if isinstance(text, Literal)))


def code_of(shapes: Graph, node: Node) -> str:
    """The stable code of a shape or constraint; empty where it has none."""
    return min((str(code) for code in shapes.objects(node, _CODE)), default="")


def _name(predicate: URIRef) -> str:
    return shorten(str(predicate), TERMS)
