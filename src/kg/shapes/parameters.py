"""The values of the parameters of a shape, each checked to be what SHACL asks for (SHACL §2 to §4)."""

from __future__ import annotations

from rdflib import RDF, SH, Graph, Literal, URIRef
from rdflib.term import Node

from kg.namespaces import GOV, shorten
from kg.shapes.faults import TERMS, fault

__all__ = ["code_of", "iri", "is_true", "listed", "messages_of", "objects", "single", "whole"]

_CODE = URIRef(GOV.shapeCode)


def objects(shapes: Graph, node: Node, predicate: URIRef) -> list[Node]:
    """The values of a parameter, in a stable order."""
    return sorted(shapes.objects(node, predicate), key=str)


def single(shapes: Graph, node: Node, predicate: URIRef) -> Node | None:
    """The value of a parameter that has one at most.

    Raises:
        ShapeFault: it has more.
    """
    found = list(shapes.objects(node, predicate))
    if len(found) > 1:
        raise fault(shapes, node, f"has more than one {_name(predicate)}", at=predicate)
    return found[0] if found else None


def whole(shapes: Graph, node: Node, predicate: URIRef, term: Node) -> int:
    """The number that a literal says.

    Raises:
        ShapeFault: it is no whole number.
    """
    if isinstance(term, Literal) and isinstance(term.value, int):
        return term.value
    raise fault(shapes, node, f"has as {_name(predicate)} {term.n3()}, which is not a whole number", at=predicate)


def iri(shapes: Graph, node: Node, predicate: URIRef, term: Node) -> URIRef:
    """The term, which must be an IRI.

    Raises:
        ShapeFault: it is none.
    """
    if isinstance(term, URIRef):
        return term
    raise fault(shapes, node, f"has as {_name(predicate)} {term.n3()}, which is not an IRI", at=predicate)


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
