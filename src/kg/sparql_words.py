"""The words of SPARQL 1.1, and where each may stand.

The keywords are those of the grammar (§19.8), the functions those of §17.4 and the aggregates of §18.5. Where a word
may stand is told by its neighbours and by the bracket around it; that is coarser than the grammar, and enough to say
which word was meant.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kg.sparql_lexer import Kind, Token

__all__ = ["FUNCTIONS", "KEYWORDS", "expected_starts", "expected_words", "is_known"]

_FUNCTIONS = """
    ABS AVG BNODE BOUND CEIL COALESCE CONCAT CONTAINS COUNT DATATYPE DAY ENCODE_FOR_URI FLOOR GROUP_CONCAT HOURS IF IRI
    isBLANK isIRI isLITERAL isNUMERIC isURI LANG LANGMATCHES LCASE MAX MD5 MIN MINUTES MONTH NOW RAND REGEX REPLACE
    ROUND sameTerm SAMPLE SECONDS SHA1 SHA256 SHA384 SHA512 STR STRAFTER STRBEFORE STRDT STRENDS STRLANG STRLEN
    STRSTARTS STRUUID SUBSTR SUM TIMEZONE TZ UCASE URI UUID YEAR
"""
_QUERY = """
    AS ASC ASK BASE BIND BY CONSTRUCT DESC DESCRIBE DISTINCT EXISTS false FILTER FROM GRAPH GROUP HAVING IN LIMIT MINUS
    NAMED NOT OFFSET OPTIONAL ORDER PREFIX REDUCED SELECT SEPARATOR SERVICE SILENT true UNDEF UNION VALUES WHERE
"""
_UPDATE = "ADD ALL CLEAR COPY CREATE DATA DEFAULT DELETE DROP INSERT INTO LOAD MOVE TO USING WITH"

FUNCTIONS = frozenset(_FUNCTIONS.split())
"""The built-in functions and the aggregates, as the specification spells them."""
KEYWORDS = frozenset(f"a {_QUERY} {_UPDATE}".split())
"""The keywords of queries and updates, as the specification spells them."""

_KNOWN = frozenset(word.upper() for word in FUNCTIONS | KEYWORDS)
_TERM = {Kind.VARIABLE, Kind.NUMBER, Kind.STRING, Kind.LANGUAGE, Kind.IRI, Kind.PREFIXED}
_CLOSING = {"}": "{", ")": "(", "]": "["}


@dataclass(frozen=True, slots=True)
class _Use:
    """Words that may stand inside one of these brackets ("" is none), between these neighbours.

    A neighbour is a kind of terminal, a sign, a keyword, `term` (what ends an operand), or `operator` (what does not);
    none given is any.
    """

    words: frozenset[str]
    inside: frozenset[str]
    before: frozenset[str]
    after: frozenset[str]


def _use(words: str, *, inside: str = "top { (", before: str = "", after: str = "") -> _Use:
    brackets = frozenset("" if bracket == "top" else bracket for bracket in inside.split())
    return _Use(frozenset(words.split()), brackets, frozenset(before.split()), frozenset(after.split()))


_STARTS = (
    _use("SELECT", after="variable * ( word"),
    _use("ASK CONSTRUCT", after="{ word"),
    _use("DESCRIBE", after="variable iri prefixed *"),
    _use("PREFIX", after="prefixed"),
    _use("BASE", after="iri"),
)
_USES = (
    _use("SELECT", inside="{", before="{", after="variable * ( word"),
    _use("DISTINCT REDUCED", before="SELECT", after="variable * ("),
    _use("DISTINCT", inside="(", before="(", after="variable * ( iri prefixed word"),
    _use("FROM", inside="top", after="iri prefixed word"),
    _use("NAMED", before="FROM", after="iri prefixed"),
    _use("WHERE", inside="top {", after="{"),
    _use("GROUP ORDER", inside="top", after="word"),
    _use("GROUP ORDER", inside="{", before="}", after="word"),
    _use("BY", before="GROUP ORDER"),
    _use("HAVING", inside="top", after="( word"),
    _use("HAVING", inside="{", before="term }", after="( word"),
    _use("ASC DESC", inside="top {", before="BY term", after="( variable"),
    _use("LIMIT OFFSET", inside="top {", after="number"),
    _use("VALUES", inside="top {", after="variable ("),
    _use("OPTIONAL MINUS", inside="{", after="{"),
    _use("UNION", inside="{", before="}", after="{"),
    _use("GRAPH", inside="{", after="variable iri prefixed"),
    _use("BIND", inside="{", after="("),
    _use("FILTER", inside="{", after="( iri prefixed word"),
    _use("EXISTS", before="FILTER NOT", after="{"),
    _use("EXISTS", inside="(", before="operator", after="{"),
    _use("NOT", inside="{", before="FILTER", after="word"),
    _use("NOT", inside="(", after="word"),
    _use("IN", inside="(", before="term NOT", after="("),
    _use("AS", inside="(", before="term TRUE FALSE", after="variable"),
    _use("SEPARATOR", inside="(", before=";", after="="),
    _use("UNDEF", inside="( {", before="term ( { UNDEF", after=") } ( term word"),
    _use("true false", inside="(", before="operator term", after=") , = != && || word"),
    _use("true false", inside="{", before="iri prefixed variable", after=". ; , }"),
    _use(_FUNCTIONS, inside="(", before="operator", after="("),
    _use(_FUNCTIONS, before="FILTER HAVING BY", after="("),
    _use(_FUNCTIONS, inside="top", before="term", after="("),
)


def is_known(word: str) -> bool:
    """Whether a word is a keyword or a function, in any case."""
    return word.upper() in _KNOWN


def expected_starts(found: Sequence[Token], index: int) -> frozenset[str]:
    """The keywords that may stand at the place of a terminal where the query should begin."""
    return _words(_STARTS, found, index)


def expected_words(found: Sequence[Token], index: int) -> frozenset[str]:
    """The keywords and functions that may stand at the place of a terminal after the query has begun."""
    return _words(_USES, found, index)


def _words(uses: Sequence[_Use], found: Sequence[Token], index: int) -> frozenset[str]:
    bracket = _bracket(found[:index])
    before = _names(found[index - 1] if index else None)
    after = _names(found[index + 1] if index + 1 < len(found) else None)
    fitting = (
        use.words
        for use in uses
        if bracket in use.inside
        and (not use.before or use.before & before)
        and (not use.after or not after or use.after & after)
    )
    return frozenset().union(*fitting)


def _bracket(found: Sequence[Token]) -> str:
    """The bracket that is open after these terminals, the innermost one; "" if none is."""
    brackets = [""]
    for token in found:
        if token.kind is Kind.SIGN and token.text in _CLOSING.values():
            brackets.append(token.text)
        elif token.kind is Kind.SIGN and _CLOSING.get(token.text) == brackets[-1]:
            brackets.pop()
    return brackets[-1]


def _names(token: Token | None) -> set[str]:
    """What a terminal is called as a neighbour."""
    if token is None:
        return set()
    is_term = token.kind in _TERM or token.text == ")"
    return {token.kind.value, token.text.upper(), "term" if is_term else "operator"}
