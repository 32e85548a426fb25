"""The registry of relation kinds: read from the ontology, where each kind states its roles and shortcuts.

A new kind of relation is a few triples on its class and no code; everything that treats relations reads this.
"""

from __future__ import annotations

from dataclasses import dataclass

from rdflib import RDF, Literal, URIRef

from kg.columns.columns import Columns
from kg.errors import SourceError
from kg.namespaces import GOV
from kg.turtle.terms import RdflibTerm

__all__ = ["RelationKind", "ShortcutRule", "read_registry"]


@dataclass(frozen=True, slots=True)
class ShortcutRule:
    """From each subject-role value to each object-role value of a relation: `shortcut`, and back: `inverse`.

    With a `subject_type` or an `object_type`, only between things of that type. The network of these edges may be asked
    for its components; where the subjects sit in the objects, for the interlocks of those.
    """

    subject_role: URIRef
    object_role: URIRef
    shortcut: URIRef
    inverse: URIRef | None = None
    subject_type: URIRef | None = None
    object_type: URIRef | None = None
    forms_components: bool = False
    forms_interlocks: bool = False


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


def read_registry(columns: Columns) -> tuple[RelationKind, ...]:
    """The relation kinds of a graph that holds the ontology, in IRI order.

    Raises:
        SourceError: a kind or a shortcut rule lacks a role, or one that is symmetric is said to form interlocks.
    """
    return tuple(_kind(columns, kind) for kind in _subjects(columns, RDF.type, URIRef(GOV.RelationKind)))


def _kind(columns: Columns, kind: URIRef) -> RelationKind:
    symmetric = _flag(columns, kind, "symmetric")
    roles = ("participantRole", "participantRole") if symmetric else ("fromRole", "toRole")
    rules = [_rule(columns, kind, *roles)] if _iri(columns, kind, "shortcut") else []
    own = _subjects(columns, URIRef(GOV.ofKind), kind)
    rules.extend(_rule(columns, rule, "subjectRole", "objectRole") for rule in own)
    return RelationKind(
        kind,
        tuple(rules),
        symmetric,
        _flag(columns, kind, "acyclic"),
        _flag(columns, kind, "selfAllowed"),
        frozenset(value for value in _values(columns, kind, "shortcutExcludes") if isinstance(value, URIRef)),
    )


def _rule(columns: Columns, node: URIRef, subject_role: str, object_role: str) -> ShortcutRule:
    forms_interlocks = _flag(columns, node, "formsInterlocks")
    if forms_interlocks and subject_role == object_role:
        raise SourceError(f"{node} is symmetric, so nobody sits in anything: take gov:formsInterlocks away")
    return ShortcutRule(
        _need(columns, node, subject_role),
        _need(columns, node, object_role),
        _need(columns, node, "shortcut"),
        _iri(columns, node, "inverseShortcut"),
        _iri(columns, node, "subjectType"),
        _iri(columns, node, "objectType"),
        _flag(columns, node, "formsComponents"),
        forms_interlocks,
    )


def _subjects(columns: Columns, predicate: URIRef, value: URIRef) -> list[URIRef]:
    """The IRIs that have the value, in their order."""
    terms = columns.terms
    nodes = columns.subjects(terms.number(predicate), terms.number(value)).tolist()
    return sorted(term for term in map(terms.term, nodes) if isinstance(term, URIRef))


def _values(columns: Columns, subject: URIRef, name: str) -> list[RdflibTerm]:
    terms = columns.terms
    return [terms.term(value) for value in columns.objects(terms.number(subject), terms.number(URIRef(GOV[name])))]


def _iri(columns: Columns, subject: URIRef, name: str) -> URIRef | None:
    return next((value for value in _values(columns, subject, name) if isinstance(value, URIRef)), None)


def _need(columns: Columns, subject: URIRef, name: str) -> URIRef:
    value = _iri(columns, subject, name)
    if value is None:
        raise SourceError(f"{subject} has no gov:{name}")
    return value


def _flag(columns: Columns, subject: URIRef, name: str) -> bool:
    values = _values(columns, subject, name)
    return any(isinstance(value, Literal) and value.toPython() is True for value in values)
