"""What is wrong with a shapes graph: an error that says which part of which shape it is, blank nodes included."""

from __future__ import annotations

from rdflib import RDF, SH, Graph, Literal, URIRef
from rdflib.term import Node

from kg.errors import EngineError
from kg.namespaces import prefixes, shorten

__all__ = ["TERMS", "ShapeFault", "fault"]

TERMS = {prefix: iri for prefix, iri in prefixes("urn:nobody:").items() if not iri.startswith("urn:")}
"""The prefixes that terms are shortened with in messages."""

_IN_LISTS = {RDF.first, RDF.rest}
_IN_PATHS = {SH.path, SH.inversePath, SH.alternativePath, SH.zeroOrMorePath, SH.oneOrMorePath, SH.zeroOrOnePath}


class ShapeFault(EngineError):
    """A shapes graph is not well-formed, or asks for what is not there: `subject` and `predicate` say where it does."""

    def __init__(self, message: str, *, subject: Node, predicate: Node | None, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.subject = subject
        self.predicate = predicate


def fault(shapes: Graph, node: Node, what: str, *, at: URIRef | None = None, hint: str | None = None) -> ShapeFault:
    """The error that `node`, a shape or a part of one, is wrong: `what` goes on after its name; `at` is the predicate.

    A blank node is named by what refers to it: `sh:path of sh:property of <…>`.
    """
    steps: list[str] = []
    seen: set[Node] = set()
    predicate: Node | None = at
    while (not isinstance(node, URIRef) or node == RDF.nil) and node not in seen:
        above = _reference(shapes, node)
        if above is None:
            break
        seen.add(node)
        node, step = above
        predicate = step if step not in _IN_LISTS else predicate
        if step not in _IN_LISTS:
            steps.append(shorten(str(step), TERMS))
    name = shorten(str(node), TERMS) if isinstance(node, URIRef) else f"{node}"
    return ShapeFault(f"{' of '.join([*steps, name])} {what}", subject=node, predicate=predicate, hint=hint)


def _reference(shapes: Graph, node: Node) -> tuple[Node, Node] | None:
    """A node that refers to this one, and the predicate."""
    found = sorted(shapes.subject_predicates(node))
    if isinstance(node, Literal) or node == RDF.nil:  # it may stand in many places: a path is where it is wrong
        in_paths = [pair for pair in found if pair[1] in _IN_PATHS]
        found = in_paths or [pair for pair in found if pair[1] == RDF.first]
    return found[0] if found else None
