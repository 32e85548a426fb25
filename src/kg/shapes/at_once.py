"""Conditions that need no engine: what identifiers, kinds of terms, beginnings of texts and plain dates answer."""

from __future__ import annotations

import operator
import re
from functools import lru_cache

import numpy as np

from kg.columns.places import numbered
from kg.columns.terms import BLANK, IRI, LITERAL, Ids, Mask, TermTable, datatype_of, lexical_of
from kg.namespaces import FOREIGN
from kg.shapes.literals import is_well_formed
from kg.shapes.tables import UNBOUND, Table

__all__ = ["answer_at_once"]

_SAME = re.compile(r"\(\s*\?(\w+)\s*(!?=)\s*\?(\w+)\s*\)")
_ORDER = re.compile(r"\(\s*STR\s*\(\s*\?(\w+)\s*\)\s*([<>])\s*STR\s*\(\s*\?(\w+)\s*\)\s*\)", re.IGNORECASE)
_KIND = re.compile(r"\(\s*(isIRI|isURI|isBlank|isLiteral)\s*\(\s*\?(\w+)\s*\)\s*\)", re.IGNORECASE)
_STARTS = re.compile(r"\(?\s*STRSTARTS\s*\(\s*STR\s*\(\s*\?(\w+)\s*\)\s*,\s*\"([^\"\\]*)\"\s*\)\s*\)?", re.IGNORECASE)
_DATES = re.compile(r"\(\s*\?(\w+)\s*(<=?|>=?)\s*\?(\w+)\s*\)")
_DATES_OR = re.compile(
    r"\(?\s*COALESCE\s*\(\s*\?(\w+)\s*(<=?|>=?)\s*\?(\w+)\s*,\s*(true|false)\s*\)\s*\)?", re.IGNORECASE
)
_KINDS = {"isiri": IRI, "isuri": IRI, "isblank": BLANK, "isliteral": LITERAL}
_COMPARE = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_DATE = FOREIGN["xsd"] + "date"
_PLAIN_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def answer_at_once(terms: TermTable, text: str, table: Table) -> Mask | None:
    """In which solutions a condition is true; None if it takes an engine to say."""
    if (match := _KIND.fullmatch(text)) and table.is_bound(match[2]):
        kind: Mask = terms.kinds(table.columns[match[2]]) == _KINDS[match[1].lower()]
        return kind
    if (match := _STARTS.fullmatch(text)) and table.is_bound(match[1]):
        return _start_with(terms, match[2], table.columns[match[1]])
    if match := _DATES.fullmatch(text) or _DATES_OR.fullmatch(text):
        default = match.lastindex == 4 and match[4].lower() == "true"
        return _dates(terms, match[2], table, (match[1], match[3]), default=default)
    match = _SAME.fullmatch(text) or _ORDER.fullmatch(text)
    if match is None or not _are_iris(terms, table, match[1], match[3]):
        return None
    one, other = table.columns[match[1]], table.columns[match[3]]
    if "=" in match[2]:
        same: Mask = one == other
        return same if match[2] == "=" else ~same
    one, other = _ranks(terms, one, other)
    before: Mask = _COMPARE[match[2]](one, other)
    return before


def _start_with(terms: TermTable, start: str, column: Ids) -> Mask:
    """Which terms have a lexical form or an IRI that starts so; a blank node has none (SPARQL 1.1 §17.4.2.5)."""
    texts, different = terms.texts, np.flatnonzero(np.bincount(column, minlength=1))
    starts = np.zeros(len(texts), np.bool_)
    starts[different] = [
        texts[number][0] != "_" and lexical_of(texts[number]).startswith(start) for number in different
    ]
    found: Mask = starts[column]
    return found


def _dates(terms: TermTable, sign: str, table: Table, names: tuple[str, str], *, default: bool) -> Mask | None:
    """Comparison of dates without a time zone, whose order is that of their texts; with an unbound one, `default`."""
    nothing = np.full(table.rows, UNBOUND, np.int32)
    one, other = (table.columns.get(name, nothing) for name in names)
    bound = np.flatnonzero((one != UNBOUND) & (other != UNBOUND))
    found = np.full(table.rows, default, np.bool_)
    one, other = one[bound], other[bound]
    if not all(_is_plain_date(terms.text(number)) for number in numbered(np.concatenate([one, other]))[0].tolist()):
        return None
    one, other = _ranks(terms, one, other)
    found[bound] = _COMPARE[sign](one, other)
    return found


@lru_cache(maxsize=1 << 16)
def _is_plain_date(text: str) -> bool:
    lexical = lexical_of(text)
    return datatype_of(text) == _DATE and _PLAIN_DATE.fullmatch(lexical) is not None and is_well_formed(lexical, _DATE)


def _ranks(terms: TermTable, one: Ids, other: Ids) -> tuple[Ids, Ids]:
    """Two columns of IRIs or of dates as their places in the order of their texts."""
    different, which = numbered(np.concatenate([one, other]))
    known = terms.texts
    texts = [known[number][:-1] for number in different.tolist()]  # `>` would come after `-` and `/` of a longer IRI
    order = sorted(range(len(different)), key=texts.__getitem__)
    ranks = np.empty(len(different), np.int32)
    ranks[order] = np.arange(len(different), dtype=np.int32)
    return ranks[which[: len(one)]], ranks[which[len(one) :]]


def _are_iris(terms: TermTable, table: Table, *names: str) -> bool:
    return all(table.is_bound(name) and (terms.kinds(table.columns[name]) == IRI).all() for name in names)
