"""What engines read or run each in its own way: refused before a query leaves for an engine elsewhere.

Virtuoso knows some prefixes that nobody declared, lets anybody call procedures of its database by IRIs, and dies of
some of them; some engines undo codepoint escapes before they parse (SPARQL 1.1 §19.2), others as they parse. So what
leaves has only words and functions of SPARQL 1.1, and is the same query whichever way it is read.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping

from kg.errors import QuerySyntaxError, RefusedFeature
from kg.query import ParsedQuery, iri_of, parse_query
from kg.query_errors import explain
from kg.sparql_lexer import Kind, Token, is_ambiguous, position, tokens
from kg.sparql_words import is_known
from kg.suggestions import DID_YOU_MEAN, misspelt_word

__all__ = ["refuse_foreign"]

_SCHEMES = ("bif:", "sql:", "long:", "short:", "sqlval:")
_CAST = re.compile(r"http://www\.w3\.org/2001/XMLSchema#[A-Za-z]+")
_READINGS = (
    re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})"),
    re.compile(r"\\\\|\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})"),
)
"""Escapes by the letter of §19.2, and where a backslash before them makes them none."""


def refuse_foreign(query: ParsedQuery, house: Mapping[str, str]) -> None:
    """Nothing, if the query declares its prefixes, and has only words and functions of SPARQL 1.1.

    Raises:
        QuerySyntaxError: a prefix is not declared (`house` are those to offer), or a word is none of SPARQL 1.1.
        RefusedFeature: a function that is none of SPARQL 1.1, or an escape that some would read as code.
    """
    nothing = QuerySyntaxError("")
    if (error := explain(query, nothing, house)) is not nothing:
        raise error
    found = tuple(tokens(query.text))
    _refuse_escapes(query.text, found)
    known = parse_query(query.text, base_iri=query.base, max_bytes=sys.maxsize, max_depth=sys.maxsize)
    for index, token in enumerate(found):
        if token.kind is Kind.WORD and not is_known(token.text):
            raise _unknown(query.text, found, index)
        iri = iri_of(token, known.prefixes, known.base)
        if iri is not None and (iri.lower().startswith(_SCHEMES) or _is_foreign_call(found, index, iri)):
            raise _refusal(query.text, token, "belongs to one engine only", "use the functions of SPARQL 1.1")
    if is_ambiguous(found, "("):
        raise RefusedFeature(
            "some engines would read an IRI with ( in this query as a comparison with a call",
            hint="put a blank behind <, or declare a prefix for the IRI",
        )


def _refuse_escapes(text: str, found: tuple[Token, ...]) -> None:
    if "\\u" not in text.lower():
        return
    for reading in _READINGS:
        undone = tuple((token.kind, token.text) for token in tokens(_undone(reading, text)))
        if undone != tuple((token.kind, _undone(reading, token.text)) for token in found):
            raise RefusedFeature(
                "some engines would read an escape in this query (\\u…) as code",
                hint='write the character itself; a quotation mark in a string is \\"',
            )


def _undone(reading: re.Pattern[str], text: str) -> str:
    def character(match: re.Match[str]) -> str:
        number = int(match[1] or match[2] or "0", 16)
        return chr(number) if 0 < number <= sys.maxunicode else match[0]

    return reading.sub(character, text)


def _unknown(text: str, found: tuple[Token, ...], index: int) -> QuerySyntaxError:
    line, column = position(text, found[index].start)
    misspelt = misspelt_word(found, index)
    hint = DID_YOU_MEAN.format(misspelt[1]) if misspelt is not None else None
    return QuerySyntaxError(f"unexpected {found[index].shown}", line=line, column=column, hint=hint)


def _is_foreign_call(found: tuple[Token, ...], index: int, iri: str) -> bool:
    """Whether an IRI is called as a function other than a cast (§17.5); a collection that follows it looks the same."""
    is_called = index + 1 < len(found) and found[index + 1].text == "("
    return is_called and _CAST.fullmatch(iri) is None


def _refusal(text: str, token: Token, why: str, hint: str) -> RefusedFeature:
    line, column = position(text, token.start)
    return RefusedFeature(f"{token.shown} (line {line}, column {column}) {why}", hint=hint)
