"""Derivation: the plain edges, date bounds and general types that follow from the data, by one rule for every kind.

Beside them, effective ownership: what follows from ownerships that are actual and in force (`kg.network.holdings`).

Only relations that are `actual` and in force on the as-of date give shortcuts. A date of lower precision is an
interval (ISO 8601-2, EDTF): `validFrom 2019` starts at the earliest on 2019-01-01 and at the latest on 2019-12-31.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from rdflib import RDF, RDFS, XSD, Graph, Literal, URIRef
from rdflib.term import Node

from kg.namespaces import CODE, GOV
from kg.network.holdings import effective_ownership
from kg.registry import RelationKind, ShortcutRule

__all__ = ["Bounds", "date_bounds", "derive"]

Triple = tuple[Node, Node, Node]

_ACTUAL = URIRef(CODE["modality/actual"])
_MODALITY = URIRef(GOV.modality)
_BOUNDS = (
    (URIRef(GOV.validFrom), URIRef(GOV.earliestStart), URIRef(GOV.latestStart)),
    (URIRef(GOV.validTo), URIRef(GOV.earliestEnd), URIRef(GOV.latestEnd)),
)
_DEF = URIRef(str(GOV))
_OWNERSHIP = URIRef(GOV.Ownership)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The first and the last day that a date of any precision can mean."""

    earliest: date
    latest: date


def date_bounds(value: Literal) -> Bounds | None:
    """The bounds of an `xsd:date`, `xsd:gYearMonth` or `xsd:gYear`; None for anything else (rule TIM-37 reports it)."""
    text = str(value)
    try:
        if value.datatype == XSD.date:
            day = date.fromisoformat(text)
            return Bounds(day, day)
        if value.datatype == XSD.gYearMonth:
            year, month = int(text[:4]), int(text[5:7])
            return Bounds(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))
        if value.datatype == XSD.gYear:
            return Bounds(date(int(text), 1, 1), date(int(text), 12, 31))
    except ValueError:
        return None
    return None


def derive(graph: Graph, kinds: Iterable[RelationKind], as_of: date) -> Graph:
    """What follows from `graph` (data and ontology): shortcut edges, date bounds, types, and the as-of date itself.

    The result is a graph of its own that repeats nothing of `graph`.
    """
    derived = Graph()
    derived.add((_DEF, URIRef(GOV.asOf), Literal(as_of.isoformat(), datatype=XSD.date)))
    for triple in [*_bound_triples(graph), *_general_types(graph)]:
        derived.add(triple)
    for kind in kinds:
        in_force = [r for r in graph.subjects(RDF.type, kind.iri) if _gives_shortcuts(graph, r, kind, as_of)]
        for relation in in_force:
            for rule in kind.rules:
                for triple in _edges(graph, relation, rule, self_allowed=kind.self_allowed):
                    derived.add(triple)
        for triple in effective_ownership(graph, in_force) if kind.iri == _OWNERSHIP else ():
            derived.add(triple)
    return derived


def _general_types(graph: Graph) -> Iterator[Triple]:
    """`rdf:type` up the class tree of the ontology (RDF 1.1 Semantics, rule rdfs9): general questions become easy."""
    for kind in set(graph.subjects(RDFS.subClassOf)):
        general = {parent for parent in graph.transitive_objects(kind, RDFS.subClassOf) if isinstance(parent, URIRef)}
        for thing in graph.subjects(RDF.type, kind):
            for parent in general:
                if (thing, RDF.type, parent) not in graph:
                    yield thing, RDF.type, parent


def _bound_triples(graph: Graph) -> Iterator[Triple]:
    for given, earliest, latest in _BOUNDS:
        for subject, value in graph.subject_objects(given):
            bounds = date_bounds(value) if isinstance(value, Literal) else None
            if bounds is not None:
                yield subject, earliest, Literal(bounds.earliest.isoformat(), datatype=XSD.date)
                yield subject, latest, Literal(bounds.latest.isoformat(), datatype=XSD.date)


def _gives_shortcuts(graph: Graph, relation: Node, kind: RelationKind, as_of: date) -> bool:
    """Whether the relation is actual, in force (half-open `[from, to)`), and has no excluding value."""
    if (relation, _MODALITY, _ACTUAL) not in graph:
        return False
    starts = [bounds.earliest for bounds in _all_bounds(graph, relation, URIRef(GOV.validFrom))]
    ends = [bounds.latest for bounds in _all_bounds(graph, relation, URIRef(GOV.validTo))]
    in_force = all(start <= as_of for start in starts) and all(end > as_of for end in ends)
    return in_force and not any((relation, None, value) in graph for value in kind.excluded)


def _all_bounds(graph: Graph, relation: Node, given: URIRef) -> Iterator[Bounds]:
    for value in graph.objects(relation, given):
        bounds = date_bounds(value) if isinstance(value, Literal) else None
        if bounds is not None:
            yield bounds


def _edges(graph: Graph, relation: Node, rule: ShortcutRule, *, self_allowed: bool) -> Iterator[Triple]:
    targets = list(_players(graph, relation, rule.object_role, rule.object_type))
    for subject in _players(graph, relation, rule.subject_role, rule.subject_type):
        for target in targets:
            if subject == target and (rule.subject_role == rule.object_role or not self_allowed):
                continue
            yield subject, rule.shortcut, target
            if rule.inverse is not None:
                yield target, rule.inverse, subject


def _players(graph: Graph, relation: Node, role: URIRef, kind: URIRef | None) -> Iterator[Node]:
    """The values of a role that are things, of the type `kind` where one is asked for; a text can play no role."""
    for node in graph.objects(relation, role):
        if not isinstance(node, Literal) and (kind is None or (node, RDF.type, kind) in graph):
            yield node
