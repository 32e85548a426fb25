"""Where each statement of a Turtle document begins and ends, found without a token for each of its words.

Most statements of a register are plain: IRIs and literals, no comment, bracket or label of a blank node. One regular
expression takes such a statement at a time; the others are read token by token (`kg.turtle.lexer`).
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from itertools import takewhile

from kg.turtle.lexer import Token, TokenError, read_tokens

__all__ = ["Head", "Kind", "Statement", "first_term", "read_head", "read_statements", "read_words", "tokens_before"]

_IRI = r"<[A-Za-z][A-Za-z0-9+.\-]*+:[^\x00-\x20<>\"{}|^`\\]*+>"
_LETTER = r"""[^ \t\r\n.;,"'<>#\[\](){}|~\\@^]"""
_WORD = rf"(?!_:){_LETTER}++(?:\.++{_LETTER}++)*+"
_STRING = "|".join(
    (
        r'"""(?:[^"\\]|\\[\s\S]|"(?!""))*+"""',
        r"'''(?:[^'\\]|\\[\s\S]|'(?!''))*+'''",
        r'"(?!"")(?:[^"\\\r\n]|\\[^\r\n])*+"',
        r"'(?!'')(?:[^'\\\r\n]|\\[^\r\n])*+'",
    )
)
_TERM = rf"(?>{_WORD}|{_IRI}|(?:{_STRING})(?:@[a-zA-Z]++(?:-[a-zA-Z0-9]++)*+|\^\^(?:{_WORD}|{_IRI}))?+)"
_SPACE = r"[ \t\r\n]"
_KEYWORD = rf"{_SPACE}*+(?i:prefix|base|version)(?!{_LETTER})"
_PLAIN = re.compile(rf"(?!{_KEYWORD})(?:{_SPACE}++|{_TERM}|[;,])++\.(?={_SPACE}|\Z)(?![ \t]*#)")
_FIRST = re.compile(rf"{_SPACE}*+({_TERM})")
_WORDS = re.compile(rf"{_TERM}|[;,]")
_HEAD = re.compile(
    rf"{_SPACE}*+(?:#[^\r\n]*|@prefix{_SPACE}++([^\s:<>#]*+):{_SPACE}*+({_IRI}){_SPACE}*+\."
    rf"|(?i:prefix){_SPACE}++([^\s:<>#]*+):{_SPACE}*+({_IRI}))"
)
_BESIDE = re.compile(r"[ \t]*#[^\r\n]*")
_DIRECTIVES = {"@prefix": 4, "@base": 3, "prefix": 3, "base": 2}
"""How many tokens a directive has."""


class Kind(Enum):
    """What a statement is made of: an IRI and IRIs and literals alone, something more, or no triples."""

    PLAIN = 1
    OTHER = 2
    DIRECTIVE = 3


@dataclass(frozen=True, slots=True)
class Head:
    """The prefixes that a document declares at its top, between comments, and where that part ends."""

    prefixes: Mapping[str, str]
    end: int


@dataclass(frozen=True, slots=True)
class Statement:
    """From the end of the statement before, so with the comments above it, to the comment beside its dot."""

    kind: Kind
    start: int
    end: int


def read_head(text: str) -> Head:
    """The prefixes at the top of a document, where they are written in one of the usual ways."""
    prefixes, offset = dict[str, str](), 0
    while found := _HEAD.match(text, offset):
        offset = found.end()
        if iri := found[2] or found[4]:
            prefixes[found[1] or found[3] or ""] = iri[1:-1]
    return Head(prefixes, offset)


def read_statements(text: str, offset: int) -> Iterator[Statement]:
    """The statements from an offset on, of a text that the strict parser accepts as far as this is read.

    The last one is what stands behind all statements, if anything does. Raises `TokenError` as `read_tokens`.
    """
    while offset < len(text):
        found = _PLAIN.match(text, offset)
        statement = Statement(Kind.PLAIN, offset, found.end()) if found else _other(text, offset)
        yield statement
        offset = statement.end


def _other(text: str, offset: int) -> Statement:
    number, whole = 0, 0
    for token in read_tokens(text, offset):
        if token.kind == "comment":
            continue
        number += 1
        if number == 1:
            whole = _DIRECTIVES.get(token.text.lower(), 0)
        if number == whole or (token.text == "." and not whole):
            beside = _BESIDE.match(text, token.end)
            return Statement(Kind.DIRECTIVE if whole else Kind.OTHER, offset, beside.end() if beside else token.end)
    return Statement(Kind.OTHER, offset, len(text))


def first_term(text: str, statement: Statement) -> str:
    """The first term of a plain statement."""
    found = _FIRST.match(text, statement.start)
    return found[1] if found else ""


def read_words(text: str, statement: Statement) -> list[str]:
    """The terms of a plain statement, literals with their language or datatype, and what separates them, `;` or `,`."""
    return _WORDS.findall(text, statement.start, statement.end)


def tokens_before(text: str, offset: int) -> tuple[tuple[Token, ...], int | None]:
    """The tokens before an offset, comments left out, and the place of the first character that begins no token.

    Those of directives, of the statement that the offset is in, and of the one before that; others explain nothing.
    """
    statements = deque[Statement]([Statement(Kind.OTHER, 0, 0)], maxlen=2)
    tokens: list[Token] = []
    with suppress(TokenError):
        for statement in read_statements(text, 0):
            if statement.start >= offset:
                break
            if len(statements) == 2 and statements[0].kind is Kind.DIRECTIVE:
                tokens += _tokens(text, statements[0].start, statements[0].end)
            statements.append(statement)
    try:
        for token in _tokens(text, statements[0].start, offset):
            tokens.append(token)
    except TokenError as error:
        return tuple(tokens), error.offset
    return tuple(tokens), None


def _tokens(text: str, start: int, end: int) -> Iterator[Token]:
    """The tokens that begin in a part of the text, comments left out."""
    tokens = takewhile(lambda token: token.start < end, read_tokens(text, start))
    return (token for token in tokens if token.kind != "comment")
