"""SHACL property paths (SHACL §2.3.1), read from a shapes graph and followed from many nodes at once.

Value nodes are a set (§2.3.1.1): a value that a path reaches twice from one node counts once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from rdflib import RDF, SH, Graph, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from kg.errors import EngineError
from kg.shapes.columns import Columns, Pairs, distinct_pairs
from kg.shapes.terms import Ids

__all__ = ["Alternative", "Inverse", "Path", "Predicate", "Repeated", "Sequence", "follow", "path_text", "read_path"]


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


def read_path(shapes: Graph, node: Node, above: frozenset[Node] = frozenset()) -> Path:
    """The path that `node` of the shapes graph denotes.

    Raises:
        EngineError: it is not a well-formed path (SHACL §2.3.1).
    """
    if isinstance(node, URIRef) and node != RDF.nil:
        return Predicate(node)
    if node in above:
        raise EngineError(f"the path {node} contains itself")
    inner = above | {node}
    if (node, RDF.first, None) in shapes:
        members = tuple(read_path(shapes, item, inner) for item in Collection(shapes, node))
        if len(members) < 2:
            raise EngineError(f"the path {node} is a list of fewer than two paths")
        return Sequence(members)
    for predicate, value in shapes.predicate_objects(node):
        if predicate == SH.inversePath:
            return Inverse(read_path(shapes, value, inner))
        if predicate == SH.alternativePath:
            members = tuple(read_path(shapes, item, inner) for item in Collection(shapes, value))
            if len(members) < 2:
                raise EngineError(f"the path {node} has fewer than two alternatives")
            return Alternative(members)
        if sign := _REPEATED.get(predicate):  # type: ignore[call-overload]
            return Repeated(read_path(shapes, value, inner), sign)
    raise EngineError(f"{node} is not a property path")


def path_text(path: Path) -> str:
    """The path as SPARQL 1.1 writes it (SPARQL 1.1 §9.1)."""
    match path:
        case Predicate(iri):
            return f"<{iri}>"
        case Inverse(inner):
            return f"^({path_text(inner)})"
        case Sequence(paths):
            return "/".join(f"({path_text(inner)})" for inner in paths)
        case Alternative(paths):
            return "|".join(f"({path_text(inner)})" for inner in paths)
        case Repeated(inner, sign):
            return f"({path_text(inner)}){sign}"


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
    reached, which = np.unique(pairs.value, return_inverse=True)
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


def _keys(pairs: Pairs) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return (pairs.owner.astype(np.int64) << 32) | pairs.value
