"""Errors of a query in its own text: placed where its writer made them, in words that say what was meant.

The engine is the parser. It is given the text widened, so that the place that it reports can be told exactly.
"""

from __future__ import annotations

from collections.abc import Mapping

from kg.errors import QuerySyntaxError
from kg.query import ParsedQuery, prologue
from kg.sparql_lexer import Kind, Token, index_of, position, tokens
from kg.sparql_words import is_known
from kg.suggestions import DID_YOU_MEAN, misspelt_word, undeclared_hint

__all__ = ["explain", "widened"]

_GAP = " " * 40  # wider than any keyword: see `widened`


def widened(text: str) -> str:
    """`text` with 40 blanks in every gap between terminals, so that an engine's error can be placed by `explain`.

    A PEG parser that looks ahead for keywords reports an error up to one keyword too far to the right. With gaps
    wider than any keyword that is still the right terminal.
    """
    return _widened(text)[0]


def _widened(text: str) -> tuple[str, list[tuple[int, Token]]]:
    parts: list[str] = []
    places: list[tuple[int, Token]] = []
    length = 0
    previous: Token | None = None
    for token in tokens(text):
        gap = _GAP if previous is None or token.start > previous.end or _part(previous, token) else ""
        parts += (gap, token.text)
        places.append((length + len(gap), token))
        length += len(gap) + len(token.text)
        previous = token
    return "".join(parts) + _GAP, places


def _part(one: Token, other: Token) -> bool:
    """Whether one of two neighbours is no word of SPARQL: what is wrong already may be set apart."""
    return any(token.kind is Kind.WORD and not is_known(token.text) for token in (one, other))


def explain(query: ParsedQuery, error: QuerySyntaxError, house: Mapping[str, str]) -> QuerySyntaxError:
    """The error that an engine reported for `widened(query.text)`, in terms of the text as the caller wrote it.

    An undeclared prefix is named, with the line that declares it if `house` has the prefix or one near it. A misspelt
    word at the place of the error, or just before, comes with the word that was meant.
    """
    found = tuple(tokens(query.text))
    declared, _, _ = prologue(found, query.base)  # `query` may be one whose prefixes nobody has read
    for token in found:
        if token.kind is Kind.PREFIXED and (prefix := token.text.partition(":")[0]) not in declared:
            hint = undeclared_hint(prefix, declared, house)
            return _placed(query.text, token.start, f"the prefix {prefix}: is not declared", hint)
    if error.line is None or error.column is None:
        return error
    wide, places = _widened(query.text)
    index = index_of(wide, error.line, error.column)
    at = max((number for number, (start, _) in enumerate(places) if start <= index), default=None)
    if at is None or index >= len(wide):
        message = error.message or "the query ends before it is complete"
        return _placed(query.text, len(query.text.rstrip()), message, error.hint)
    if not error.message and (misspelt := misspelt_word(found, at)):
        token, meant = misspelt
        return _placed(query.text, token.start, f"unexpected {token.shown}", DID_YOU_MEAN.format(meant))
    return _placed(query.text, found[at].start, error.message or f"unexpected {found[at].shown}", error.hint)


def _placed(text: str, start: int, message: str, hint: str | None) -> QuerySyntaxError:
    line, column = position(text, start)
    return QuerySyntaxError(message, line=line, column=column, hint=hint)
