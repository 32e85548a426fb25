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
    """From each subject-role value to each object-role value of a relation: `shortcut`, and back: `inverse`."""

    subject_role: URIRef
    object_role: URIRef
    shortcut: URIRef
    inverse: URIRef | None = None
    subject_type: URIRef | None = None


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
    subject_role = _iri(ontology, kind, "participantRole" if symmetric else "fromRole")
    object_role = _iri(ontology, kind, "participantRole" if symmetric else "toRole")
    rules = []
    if shortcut := _iri(ontology, kind, "shortcut"):
        if subject_role is None or object_role is None:
            raise SourceError(f"{kind} has gov:shortcut but not both roles", hint="state gov:fromRole and gov:toRole")
        rules.append(ShortcutRule(subject_role, object_role, shortcut, _iri(ontology, kind, "inverseShortcut")))
    rules.extend(
        ShortcutRule(
            _need(ontology, rule, "subjectRole"),
            _need(ontology, rule, "objectRole"),
            _need(ontology, rule, "shortcut"),
            _iri(ontology, rule, "inverseShortcut"),
            _iri(ontology, rule, "subjectType"),
        )
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
