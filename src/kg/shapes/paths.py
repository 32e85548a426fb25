"""SHACL property paths (SHACL §2.3.1), read from a shapes graph and followed from many nodes at once.

Value nodes are a set (§2.3.1.1): a value that a path reaches twice from one node counts once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from rdflib import RDF, SH, BNode, Graph, URIRef
from rdflib.term import Node

from kg.columns.columns import Columns, Pairs, distinct_pairs
from kg.columns.places import numbered
from kg.columns.terms import Ids
from kg.namespaces import shorten
from kg.shapes.faults import fault
from kg.shapes.parameters import listed

__all__ = [
    "Alternative",
    "Inverse",
    "Path",
    "Predicate",
    "Repeated",
    "Sequence",
    "follow",
    "path_text",
    "read_path",
    "write_path",
]


@dataclass(frozen=True, slots=True)
class Predicate:
    """A path of one predicate."""

    iri: URIRef


@dataclass(frozen=True, slots=True)
class Inverse:
    """A path walked backwards."""

    path: Path


@dataclass(frozen=True, slots=True)
class Sequence:
    """One path after the other."""

    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Alternative:
    """Any one of the paths."""

    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Repeated:
    """A path once or not at all (`?`), any number of times (`*`), or at least once (`+`)."""

    path: Path
    sign: str


Path: TypeAlias = Predicate | Inverse | Sequence | Alternative | Repeated

_REPEATED = {SH.zeroOrMorePath: "*", SH.oneOrMorePath: "+", SH.zeroOrOnePath: "?"}
_DEEPEST = 100
_FORMS = {SH.inversePath, SH.alternativePath, *_REPEATED}
_WRITTEN = {sign: predicate for predicate, sign in _REPEATED.items()}


def read_path(shapes: Graph, node: Node, above: frozenset[Node] = frozenset()) -> Path:
    """The path that `node` of the shapes graph denotes.

    Raises:
        ShapeFault: it is not a well-formed path (SHACL §2.3.1).
    """
    if isinstance(node, URIRef) and node != RDF.nil:
        return Predicate(node)
    if node in above:
        raise fault(shapes, node, "is a path that contains itself")
    if len(above) > _DEEPEST:
        raise fault(shapes, node, f"is a path that is nested too deep: {_DEEPEST} levels are read")
    inner = above | {node}
    if (node, RDF.first, None) in shapes:
        return Sequence(_members(shapes, node, node, inner))
    forms = [(predicate, value) for predicate, value in shapes.predicate_objects(node) if predicate in _FORMS]
    if len(forms) != 1:
        raise fault(shapes, node, "is two paths at once" if forms else "is not a property path")
    [(form, value)] = forms
    if form == SH.inversePath:
        return Inverse(read_path(shapes, value, inner))
    if form == SH.alternativePath:
        return Alternative(_members(shapes, node, value, inner))
    return Repeated(read_path(shapes, value, inner), _REPEATED[form])  # type: ignore[index]  # an IRI


def _members(shapes: Graph, node: Node, head: Node, above: frozenset[Node]) -> tuple[Path, ...]:
    members = tuple(read_path(shapes, item, above) for item in listed(shapes, node, SH.path, head))
    if len(members) < 2:
        raise fault(shapes, node, "is a list of fewer than two paths")
    return members


def path_text(path: Path, prefixes: Mapping[str, str] | None = None) -> str:
    """The path as SPARQL 1.1 writes it (SPARQL 1.1 §9.1), shortened where prefixes are given."""

    def inner(part: Path) -> str:
        text = path_text(part, prefixes)
        return text if isinstance(part, Predicate) else f"({text})"

    match path:
        case Predicate(iri):
            return shorten(iri, prefixes or {})
        case Inverse(one):
            return f"^{inner(one)}"
        case Sequence(paths):
            return "/".join(inner(one) for one in paths)
        case Alternative(paths):
            return "|".join(inner(one) for one in paths)
        case Repeated(one, sign):
            return f"{inner(one)}{sign}"


def write_path(graph: Graph, path: Path, name: str) -> Node:
    """Writes a path into a graph as SHACL does; its blank nodes are named after `name`. Gives its node."""
    if isinstance(path, Predicate):
        return path.iri
    node = BNode(name)
    match path:
        case Inverse(one):
            graph.add((node, SH.inversePath, write_path(graph, one, f"{name}-1")))
        case Repeated(one, sign):
            graph.add((node, _WRITTEN[sign], write_path(graph, one, f"{name}-1")))
        case Alternative(paths):
            graph.add((node, SH.alternativePath, _write_list(graph, paths, f"{name}-1")))
        case Sequence(paths):
            return _write_list(graph, paths, name)
    return node


def _write_list(graph: Graph, paths: tuple[Path, ...], name: str) -> Node:
    rest: Node = RDF.nil
    for number, path in reversed(list(enumerate(paths, start=1))):
        node = BNode(name if number == 1 else f"{name}-{number}")
        graph.add((node, RDF.first, write_path(graph, path, f"{name}-{number}i")))
        graph.add((node, RDF.rest, rest))
        rest = node
    return rest


def follow(columns: Columns, path: Path, nodes: Ids, *, inverse: bool = False) -> Pairs:
    """The values that `path` reaches from each of the nodes."""
    match path:
        case Predicate(iri):
            return columns.values(nodes, columns.terms.number(iri), inverse=inverse)
        case Inverse(inner):
            return follow(columns, inner, nodes, inverse=not inverse)
        case Alternative(paths):
            return distinct_pairs(follow(columns, inner, nodes, inverse=inverse) for inner in paths)
        case Sequence(paths):
            pairs = _themselves(nodes)
            for inner in reversed(paths) if inverse else paths:
                pairs = _step(columns, inner, pairs, inverse)
            return pairs
        case Repeated(inner, sign):
            return _repeat(columns, inner, sign, nodes, inverse)


def _themselves(nodes: Ids) -> Pairs:
    return Pairs(np.arange(len(nodes)), nodes)


def _step(columns: Columns, path: Path, pairs: Pairs, inverse: bool) -> Pairs:
    """From each value one path further; the owners stay."""
    reached, which = numbered(pairs.value)
    onward = follow(columns, path, reached, inverse=inverse)
    counts = np.bincount(onward.owner, minlength=len(reached))
    starts = np.cumsum(counts) - counts
    times = counts[which]
    owner = np.repeat(pairs.owner, times)
    within = np.arange(len(owner)) - np.repeat(np.cumsum(times) - times, times)
    return distinct_pairs([Pairs(owner, onward.value[np.repeat(starts[which], times) + within])])


def _repeat(columns: Columns, path: Path, sign: str, nodes: Ids, inverse: bool) -> Pairs:
    once = _themselves(nodes)
    if sign == "?":
        return distinct_pairs([once, _step(columns, path, once, inverse)])
    reached = once if sign == "*" else Pairs(once.owner[:0], once.value[:0])
    frontier = once
    while len(frontier):
        found = _step(columns, path, frontier, inverse)
        frontier = _without(found, reached)
        reached = distinct_pairs([reached, frontier])
    return reached


def _without(found: Pairs, known: Pairs) -> Pairs:
    """The pairs of `found` that `known` has not."""
    fresh = ~np.isin(_keys(found), _keys(known), assume_unique=True)
    return Pairs(found.owner[fresh], found.value[fresh])


def _keys(pairs: Pairs) -> NDArray[np.int64]:
    return (pairs.owner.astype(np.int64) << 32) | pairs.value
