"""Constraint components that look at each value node alone (SHACL §4.1, §4.3, §4.4, §4.8.3).

Each gives, for an array of terms, which of them pass; a term is looked at once, however many nodes have it.
"""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial

import numpy as np
from rdflib import RDF, RDFS, SH
from rdflib.term import Node

from kg.columns.columns import Columns, is_among
from kg.columns.places import numbered
from kg.columns.terms import BLANK, IRI, LITERAL, Ids, Mask, datatype_of, language_of, lexical_of, text_of
from kg.shapes.linear_patterns import longest_for_re, matches
from kg.shapes.literals import comes_before, is_well_formed, read_value
from kg.shapes.matcher import FLAGS, limited_matcher, matcher
from kg.shapes.model import ValueTest
from kg.shapes.paths import Inverse, Predicate, Repeated, follow
from kg.shapes.time_limit import OutOfTime

__all__ = ["NODE_KINDS", "instances", "passes"]

NODE_KINDS: dict[Node, tuple[int, ...]] = {
    SH.IRI: (IRI,),
    SH.BlankNode: (BLANK,),
    SH.Literal: (LITERAL,),
    SH.BlankNodeOrIRI: (BLANK, IRI),
    SH.BlankNodeOrLiteral: (BLANK, LITERAL),
    SH.IRIOrLiteral: (IRI, LITERAL),
}
_PATIENCE = 10.0
"""Seconds that one text may take of a pattern that may need time without end."""
_SUPERCLASSES = Repeated(Inverse(Predicate(RDFS.subClassOf)), "*")


def passes(columns: Columns, test: ValueTest, values: Ids) -> Mask:
    """Which of the values pass the test.

    Raises:
        OutOfTime: a text takes its pattern too long.
    """
    name = test.component.removeprefix(str(SH)).removesuffix("ConstraintComponent")
    if name == "Class":
        return is_among(values, instances(columns, test.arguments[0]))
    if name == "In":
        return is_among(values, columns.terms.numbers(test.arguments))
    if name == "NodeKind":
        return np.isin(columns.terms.kinds(values), NODE_KINDS[test.arguments[0]])
    known = columns.terms.texts
    texts = [known[number] for number in values]
    if name == "Pattern":
        return _have_pattern(test, texts)
    return np.fromiter(_each(_CHECKS[name](test), texts), np.bool_, len(texts))


def instances(columns: Columns, kind: Node) -> Ids:
    """The SHACL instances of a class (SHACL §1.3): of it, or of a class below it."""
    below = follow(columns, _SUPERCLASSES, columns.terms.numbers([kind])).value
    found = columns.values(below, columns.terms.number(RDF.type), inverse=True)
    return numbered(found.value)[0]


def _datatype(test: ValueTest) -> Callable[[str], bool]:
    wanted = str(test.arguments[0])
    return lambda text: datatype_of(text) == wanted and is_well_formed(lexical_of(text), wanted)


def _length(holds: Callable[[int, int], bool], test: ValueTest) -> Callable[[str], bool]:
    bound = int(str(test.arguments[0]))
    return lambda text: text[0] != "_" and holds(len(lexical_of(text)), bound)


def _range(*, above: bool, or_equal: bool, test: ValueTest) -> Callable[[str], bool]:
    bound = read_value(text_of(test.arguments[0]))

    def check(text: str) -> bool:
        value = read_value(text)
        first, second = (bound, value) if above else (value, bound)
        return comes_before(first, second, or_equal=or_equal) is True

    return check


def _have_pattern(test: ValueTest, texts: list[str]) -> Mask:
    """Which texts have a pattern: `re` is asked about those that are short enough for it, however hostile they are."""
    pattern, flags = str(test.arguments[0]), "".join(letter for letter in test.flags if letter in FLAGS)
    longest = sys.maxsize if "q" in test.flags else longest_for_re(pattern)
    if max(map(len, texts), default=0) <= longest:
        search = matcher(pattern, test.flags)
        each = _each(lambda text: text[0] != "_" and search(lexical_of(text)), texts)
        return np.fromiter(each, np.bool_, len(texts))
    has = np.fromiter((text[0] != "_" for text in texts), np.bool_, len(texts))
    is_long = np.fromiter((len(text) > longest for text in texts), np.bool_, len(texts))
    short, long = np.flatnonzero(has & ~is_long), np.flatnonzero(has & is_long)
    if len(short):
        found = matcher(pattern, test.flags)
        has[short] = list(_each(lambda text: found(lexical_of(text)), [texts[place] for place in short]))
    if len(long):
        has[long] = _have_hard_pattern(pattern, flags, [texts[place] for place in long])
    return has


def _have_hard_pattern(pattern: str, flags: str, texts: list[str]) -> list[bool]:
    """As `_have_pattern`, where `re` could be kept busy for ever."""
    known = matches(pattern, flags, [lexical_of(text) for text in texts])
    if known is not None:
        return known
    found = limited_matcher(pattern, flags, _PATIENCE)
    return list(_each(lambda text: found(lexical_of(text)), texts))


def _each(check: Callable[[str], bool], texts: Iterable[str]) -> Iterator[bool]:
    """What a check says of each text; one that takes too long is named."""
    for text in texts:
        try:
            yield check(text)
        except OutOfTime as late:
            late.value = late.value or text
            raise


def _language_in(test: ValueTest) -> Callable[[str], bool]:
    ranges = tuple(str(term).lower() for term in test.arguments)

    @cache
    def matches(language: str) -> bool:
        """Basic filtering (RFC 4647 §3.3.1), as LANGMATCHES does it."""
        return bool(language) and any(one in ("*", language) or language.startswith(one + "-") for one in ranges)

    return lambda text: matches(language_of(text))


_CHECKS: dict[str, Callable[[ValueTest], Callable[[str], bool]]] = {
    "Datatype": _datatype,
    "MinLength": partial(_length, operator.ge),
    "MaxLength": partial(_length, operator.le),
    "MinExclusive": lambda test: _range(above=True, or_equal=False, test=test),
    "MinInclusive": lambda test: _range(above=True, or_equal=True, test=test),
    "MaxExclusive": lambda test: _range(above=False, or_equal=False, test=test),
    "MaxInclusive": lambda test: _range(above=False, or_equal=True, test=test),
    "LanguageIn": _language_in,
}
