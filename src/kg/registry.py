"""The registry of relation kinds: read from the ontology, where each kind states its roles and shortcuts.

A new kind of relation is a few triples on its class and no code; everything that treats relations reads this.
"""

from __future__ import annotations

from dataclasses import dataclass

from rdflib import RDF, Graph, Literal, URIRef

from kg.errors import SourceError
from kg.namespaces import GOV

__all__ = ["RelationKind", "ShortcutRule", "read_registry"]


@dataclass(frozen=True, slots=True)
class ShortcutRule:
    """From each subject-role value to each object-role value of a relation: `shortcut`, and back: `inverse`.

    With a `subject_type` or an `object_type`, only between things of that type.
    """

    subject_role: URIRef
    object_role: URIRef
    shortcut: URIRef
    inverse: URIRef | None = None
    subject_type: URIRef | None = None
    object_type: URIRef | None = None


@dataclass(frozen=True, slots=True)
class RelationKind:
    """One class of relations and how its plain edges follow from it.

    `excluded` lists values (such as `seat-type:alternate`) with which a relation gives no shortcut.
    """

    iri: URIRef
    rules: tuple[ShortcutRule, ...]
    symmetric: bool
    acyclic: bool
    self_allowed: bool
    excluded: frozenset[URIRef]


def read_registry(ontology: Graph) -> tuple[RelationKind, ...]:
    """The relation kinds of an ontology, in IRI order.

    Raises:
        SourceError: a kind or a shortcut rule lacks a role.
    """
    kinds = [kind for kind in ontology.subjects(RDF.type, URIRef(GOV.RelationKind)) if isinstance(kind, URIRef)]
    return tuple(_kind(ontology, kind) for kind in sorted(set(kinds)))


def _kind(ontology: Graph, kind: URIRef) -> RelationKind:
    symmetric = _flag(ontology, kind, "symmetric")
    roles = ("participantRole", "participantRole") if symmetric else ("fromRole", "toRole")
    rules = [_rule(ontology, kind, *roles)] if _iri(ontology, kind, "shortcut") else []
    rules.extend(
        _rule(ontology, rule, "subjectRole", "objectRole")
        for rule in sorted(ontology.subjects(URIRef(GOV.ofKind), kind), key=str)
        if isinstance(rule, URIRef)
    )
    return RelationKind(
        kind,
        tuple(rules),
        symmetric,
        _flag(ontology, kind, "acyclic"),
        _flag(ontology, kind, "selfAllowed"),
        frozenset(o for o in ontology.objects(kind, URIRef(GOV.shortcutExcludes)) if isinstance(o, URIRef)),
    )


def _rule(ontology: Graph, node: URIRef, subject_role: str, object_role: str) -> ShortcutRule:
    return ShortcutRule(
        _need(ontology, node, subject_role),
        _need(ontology, node, object_role),
        _need(ontology, node, "shortcut"),
        _iri(ontology, node, "inverseShortcut"),
        _iri(ontology, node, "subjectType"),
        _iri(ontology, node, "objectType"),
    )


def _iri(graph: Graph, subject: URIRef, name: str) -> URIRef | None:
    value = graph.value(subject, URIRef(GOV[name]))
    return value if isinstance(value, URIRef) else None


def _need(graph: Graph, subject: URIRef, name: str) -> URIRef:
    value = _iri(graph, subject, name)
    if value is None:
        raise SourceError(f"{subject} has no gov:{name}")
    return value


def _flag(graph: Graph, subject: URIRef, name: str) -> bool:
    value = graph.value(subject, URIRef(GOV[name]))
    return isinstance(value, Literal) and value.toPython() is True
