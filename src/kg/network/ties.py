"""What relations join: the two ends of each, as columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from rdflib import RDF, URIRef

from kg.columns.columns import Columns, Pairs, gather, is_among
from kg.columns.terms import IRI, LITERAL, Ids, Mask
from kg.namespaces import GOV
from kg.registry import ShortcutRule

__all__ = ["Ties", "named", "read_ties", "together"]


@dataclass(frozen=True, slots=True)
class Ties:
    """One row for each pair of ends that a relation joins: columns of equal length, of numbers of terms."""

    relation: Ids
    one: Ids
    other: Ids

    def where(self, kept: Mask) -> Ties:
        """The rows that are marked."""
        return Ties(self.relation[kept], self.one[kept], self.other[kept])


def read_ties(columns: Columns, relations: Ids, rule: ShortcutRule, *, self_allowed: bool) -> Ties:
    """The players of the two roles of a rule in each of the relations; a thing is tied to itself only where allowed."""
    one = _players(columns, relations, rule.subject_role, rule.subject_type)
    other = _players(columns, relations, rule.object_role, rule.object_type)
    pairs = gather(other.owner, other.value, one.owner)
    ties = Ties(relations[one.owner[pairs.owner]], one.value[pairs.owner], pairs.value)
    if rule.subject_role == rule.object_role or not self_allowed:
        return ties.where(ties.one != ties.other)
    return ties


def named(columns: Columns, ties: Ties) -> Ties:
    """The ties between things that have IRIs, but for declared absences (`gov:NoParty`), which tie nothing."""
    terms = columns.terms
    nobody = columns.subjects(terms.number(RDF.type), terms.number(URIRef(GOV.NoParty)))
    kept: Mask = (terms.kinds(ties.one) == IRI) & (terms.kinds(ties.other) == IRI)
    return ties.where(kept & ~is_among(ties.one, nobody) & ~is_among(ties.other, nobody))


def together(parts: list[Ties]) -> Ties:
    """The rows of all parts."""
    none = np.empty(0, np.int32)
    rows = [Ties(none, none, none), *parts]
    return Ties(
        np.concatenate([part.relation for part in rows]),
        np.concatenate([part.one for part in rows]),
        np.concatenate([part.other for part in rows]),
    )


def _players(columns: Columns, relations: Ids, role: URIRef, kind: URIRef | None) -> Pairs:
    """The values of a role that are things, of the type `kind` where one is asked for; a text can play no role."""
    terms = columns.terms
    found = columns.values(relations, terms.number(role))
    kept = terms.kinds(found.value) != LITERAL
    if kind is not None:
        kept &= is_among(found.value, columns.subjects(terms.number(RDF.type), terms.number(kind)))
    return Pairs(found.owner[kept], found.value[kept])
