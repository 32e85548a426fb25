"""Derivation: the plain edges, date bounds and general types that follow from the data, by one rule for every kind.

Beside them, what follows from networks of relations that are actual and in force: effective ownership
(`kg.network.effective`), components and interlocks.

Only relations that are `actual` and in force on the as-of date give shortcuts. A date of lower precision is an
interval (ISO 8601-2, EDTF): `validFrom 2019` starts at the earliest on 2019-01-01 and at the latest on 2019-12-31.
Everything is a join of columns; texts are read and written once for each different value.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray
from rdflib import RDF, RDFS, XSD, Literal, URIRef

from kg.columns.columns import Columns, Pairs, Statements, Triples, distinct, distinct_pairs, gather, is_among
from kg.columns.terms import IRI, Ids, TermTable, datatype_of, lexical_of
from kg.namespaces import CODE, GOV
from kg.network.components import components
from kg.network.effective import effective_ownership
from kg.network.interlocks import interlocks
from kg.network.ties import Ties, named, read_ties, together
from kg.registry import RelationKind, ShortcutRule, read_registry

__all__ = ["Bounds", "date_bounds", "derive", "with_derived"]

_ACTUAL = URIRef(CODE["modality/actual"])
_OWNERSHIP = URIRef(GOV.Ownership)
_DAY = str(XSD.date)
_ZONE = r"(?:Z|[+-][0-9]{2}:[0-9]{2})?"
_FORMS = {
    _DAY: re.compile(rf"([0-9]{{4}})-([0-9]{{2}})-([0-9]{{2}}){_ZONE}"),
    str(XSD.gYearMonth): re.compile(rf"([0-9]{{4}})-([0-9]{{2}}){_ZONE}"),
    str(XSD.gYear): re.compile(rf"([0-9]{{4}}){_ZONE}"),
}
_XML_SPACE = " \t\n\r"


@dataclass(frozen=True, slots=True)
class Bounds:
    """The first and the last day that a date of any precision can mean."""

    earliest: date
    latest: date


def date_bounds(text: str) -> Bounds | None:
    """The bounds of an `xsd:date`, `xsd:gYearMonth` or `xsd:gYear` as N-Triples writes it.

    A time zone is left out: the day is that which is written. None for anything else (rule TIM-37 reports what is no
    date), and for years before 1 and after 9999.
    """
    form = _FORMS.get(datatype_of(text))
    match = form.fullmatch(lexical_of(text).strip(_XML_SPACE)) if form else None
    if match is None:
        return None
    year, *rest = map(int, match.groups())
    first, last = (rest[0], rest[0]) if rest else (1, 12)
    try:
        if len(rest) == 2:
            return Bounds(date(year, first, rest[1]), date(year, last, rest[1]))
        return Bounds(date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1]))
    except ValueError:
        return None


def with_derived(columns: Columns, as_of: date) -> Columns:
    """A graph (data and ontology) with all that follows from it.

    Raises:
        SourceError: a kind of relation or a shortcut rule lacks a role.
    """
    return columns.plus(derive(columns, read_registry(columns), as_of))


def derive(columns: Columns, kinds: Iterable[RelationKind], as_of: date) -> Triples:
    """What follows from a graph (data and ontology): shortcut edges, date bounds, types, and the as-of date itself.

    Triples over the terms of `columns`, each once and none that is there already.
    """
    types = _general_types(columns)
    typed = columns.plus(columns.lacking([types]))  # a shortcut may ask for a class above the one that is stated
    return columns.lacking([types, *_statements(typed, kinds, as_of)])


def _statements(columns: Columns, kinds: Iterable[RelationKind], as_of: date) -> Iterator[Statements]:
    terms = columns.terms
    day = Literal(as_of.isoformat(), datatype=XSD.date)
    yield Statements(terms.number(URIRef(GOV.asOf)), terms.numbers([URIRef(str(GOV))]), terms.numbers([day]))
    begin, end = _read_dates(columns, GOV.validFrom), _read_dates(columns, GOV.validTo)
    yield from _bounds(terms, begin, GOV.earliestStart, GOV.latestStart)
    yield from _bounds(terms, end, GOV.earliestEnd, GOV.latestEnd)
    today = as_of.toordinal()
    out_of_force = distinct(np.concatenate([begin.subject[begin.earliest > today], end.subject[end.latest <= today]]))
    in_force = columns.subjects(terms.number(URIRef(GOV.modality)), terms.number(_ACTUAL))
    in_force = in_force[~is_among(in_force, out_of_force)]
    places: list[Ties] = []
    for kind in kinds:
        relations = columns.subjects(terms.number(RDF.type), terms.number(kind.iri))
        relations = relations[is_among(relations, in_force)]
        if kind.excluded:
            relations = relations[~is_among(relations, columns.subjects_with(terms.numbers(kind.excluded)))]
        for rule in kind.rules:
            ties = read_ties(columns, relations, rule, self_allowed=kind.self_allowed)
            yield from _edges(terms, ties, rule)
            if rule.forms_components:
                yield from components(terms, rule.shortcut, named(columns, ties))
            if rule.forms_interlocks:
                places.append(named(columns, ties))
        if kind.iri == _OWNERSHIP:
            yield from effective_ownership(columns, relations)
    yield from interlocks(terms, together(places))


def _general_types(columns: Columns) -> Statements:
    """`rdf:type` up the class tree of the ontology (RDF 1.1 Semantics, rule rdfs9): general questions become easy."""
    terms = columns.terms
    kind, sub_class = terms.number(RDF.type), terms.number(RDFS.subClassOf)
    classes = distinct(columns.forward(sub_class)[0])
    above = columns.values(classes, sub_class)
    known = 0
    while len(above) > known:
        known, step = len(above), columns.values(above.value, sub_class)
        above = distinct_pairs([above, Pairs(above.owner[step.owner], step.value)])
    is_general = terms.kinds(above.value) == IRI
    thing, own = columns.forward(kind)
    general = gather(classes[above.owner[is_general]], above.value[is_general], own)
    return Statements(kind, thing[general.owner], general.value)


@dataclass(frozen=True, slots=True)
class _Dates:
    """The values of one property that are dates: the first and the last day that each can mean, as ordinals."""

    subject: Ids
    earliest: NDArray[np.int64]
    latest: NDArray[np.int64]


def _read_dates(columns: Columns, given: str) -> _Dates:
    subject, value = columns.forward(columns.terms.number(URIRef(given)))
    values, which = np.unique(value, return_inverse=True)
    read = [date_bounds(columns.terms.text(number)) for number in values.tolist()]
    days = np.array([(b.earliest.toordinal(), b.latest.toordinal()) if b else (0, 0) for b in read], np.int64)
    earliest, latest = days.reshape(-1, 2)[which].T
    return _Dates(subject[earliest > 0], earliest[earliest > 0], latest[earliest > 0])


def _bounds(terms: TermTable, dates: _Dates, earliest: str, latest: str) -> Iterator[Statements]:
    for predicate, days in ((earliest, dates.earliest), (latest, dates.latest)):
        ordinals, which = np.unique(days, return_inverse=True)
        texts = [f'"{date.fromordinal(ordinal).isoformat()}"^^<{_DAY}>' for ordinal in ordinals.tolist()]
        yield Statements(terms.number(URIRef(predicate)), dates.subject, terms.numbers_of(texts)[which])


def _edges(terms: TermTable, ties: Ties, rule: ShortcutRule) -> Iterator[Statements]:
    yield Statements(terms.number(rule.shortcut), ties.one, ties.other)
    if rule.inverse is not None:
        yield Statements(terms.number(rule.inverse), ties.other, ties.one)
