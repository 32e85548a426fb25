"""Conditions that need no engine: what identifiers, kinds of terms, beginnings of texts and plain dates answer."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from functools import lru_cache

import numpy as np

from kg.columns.places import numbered
from kg.columns.terms import BLANK, IRI, LITERAL, Ids, Mask, TermTable, datatype_of, language_of, lexical_of
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
_LANGUAGE = re.compile(r"\(\s*LANG\s*\(\s*\?(\w+)\s*\)\s*=\s*\?(\w+)\s*\)", re.IGNORECASE)
_TRUTH = re.compile(r"\(*(!?)\?(kgExists\d+)\)*")
_TRUE, _FALSE = (f'"{truth}"^^<{FOREIGN["xsd"]}boolean>' for truth in ("true", "false"))
_KINDS = {"isiri": IRI, "isuri": IRI, "isblank": BLANK, "isliteral": LITERAL}
_COMPARE = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_DATE = FOREIGN["xsd"] + "date"
_PLAIN_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def answer_at_once(terms: TermTable, text: str, table: Table) -> Mask | None:
    """In which solutions a condition is true; None if it takes an engine to say."""
    for pattern, answer in _ANSWERS:
        if match := pattern.fullmatch(text):
            return answer(terms, match, table)
    return None


def _kind(terms: TermTable, match: re.Match[str], table: Table) -> Mask | None:
    """`isIRI`, `isBlank` and `isLiteral` (SPARQL 1.1 §17.4.2)."""
    if not table.is_bound(match[2]):
        return None
    kind: Mask = terms.kinds(table.columns[match[2]]) == _KINDS[match[1].lower()]
    return kind


def _truth(terms: TermTable, match: re.Match[str], table: Table) -> Mask | None:
    """Whether a group has a solution, which EXISTS has left as a variable."""
    column = table.columns.get(match[2], np.empty(0, np.int32))
    holds: Mask = column == terms.number_of(_TRUE)
    if len(column) != table.rows or not (holds | (column == terms.number_of(_FALSE))).all():
        return None
    return ~holds if match[1] else holds


def _starts(terms: TermTable, match: re.Match[str], table: Table) -> Mask | None:
    """Which terms have a lexical form or an IRI that starts so; a blank node has none (SPARQL 1.1 §17.4.2.5)."""
    if not table.is_bound(match[1]):
        return None
    column, texts = table.columns[match[1]], terms.texts
    different, starts = np.flatnonzero(np.bincount(column, minlength=1)), np.zeros(len(texts), np.bool_)
    starts[different] = [
        texts[number][0] != "_" and lexical_of(texts[number]).startswith(match[2]) for number in different
    ]
    found: Mask = starts[column]
    return found


def _language(terms: TermTable, match: re.Match[str], table: Table) -> Mask | None:
    """Which literals have the language tag that a plain literal beside them says (SPARQL 1.1 §17.4.2.6)."""
    if not (table.is_bound(match[1]) and table.is_bound(match[2])):
        return None
    pairs, which = numbered((table.columns[match[1]].astype(np.int64) << 32) | table.columns[match[2]])
    texts = terms.texts
    same = [
        texts[pair >> 32][0] == '"'
        and texts[pair & 0xFFFFFFFF] == f'"{language_of(texts[pair >> 32]).partition("--")[0].lower()}"'
        for pair in pairs.tolist()
    ]
    found: Mask = np.array(same, np.bool_)[which]
    return found


def _dates(terms: TermTable, match: re.Match[str], table: Table) -> Mask | None:
    """Comparison of dates without a time zone, whose order is that of their texts; an unbound one has the default."""
    nothing = np.full(table.rows, UNBOUND, np.int32)
    one, other = (table.columns.get(name, nothing) for name in (match[1], match[3]))
    bound = np.flatnonzero((one != UNBOUND) & (other != UNBOUND))
    found = np.full(table.rows, match.lastindex == 4 and match[4].lower() == "true", np.bool_)
    one, other = one[bound], other[bound]
    if not all(_is_plain_date(terms.text(number)) for number in numbered(np.concatenate([one, other]))[0].tolist()):
        return None
    one, other = _ranks(terms, one, other)
    found[bound] = _COMPARE[match[2]](one, other)
    return found


def _iris(terms: TermTable, match: re.Match[str], table: Table) -> Mask | None:
    """Comparison of IRIs: `=` and `!=` as terms, `<` and `>` as texts."""
    names = (match[1], match[3])
    if not all(table.is_bound(name) and (terms.kinds(table.columns[name]) == IRI).all() for name in names):
        return None
    one, other = (table.columns[name] for name in names)
    if "=" not in match[2]:
        one, other = _ranks(terms, one, other)
    holds: Mask = _COMPARE[match[2]](one, other)
    return holds


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


_ANSWERS: tuple[tuple[re.Pattern[str], Callable[[TermTable, re.Match[str], Table], Mask | None]], ...] = (
    (_TRUTH, _truth),
    (_KIND, _kind),
    (_STARTS, _starts),
    (_LANGUAGE, _language),
    (_DATES, _dates),
    (_DATES_OR, _dates),
    (_SAME, _iris),
    (_ORDER, _iris),
)
