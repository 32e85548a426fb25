"""The terminals of SPARQL 1.1 (§19.8), as far as a server must know them before it hands a query to an engine.

An engine parses; this tells words from what merely looks like words: text in strings, comments and IRIs is not code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from functools import cache, lru_cache
from typing import NamedTuple

__all__ = ["Kind", "Token", "depth", "index_of", "is_ambiguous", "position", "steps", "terminals", "tokens"]


class Kind(StrEnum):
    """What a terminal is; the value is the name of its group in the pattern."""

    IRI = "iri"
    STRING = "string"
    BLANK = "blank"
    PREFIXED = "prefixed"
    VARIABLE = "variable"
    LANGUAGE = "language"
    NUMBER = "number"
    WORD = "word"
    SIGN = "sign"


class Token(NamedTuple):
    """One terminal; `start` is the index of its first character."""

    kind: Kind
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    @property
    def shown(self) -> str:
        """The text, cut short, for messages."""
        return self.text if len(self.text) <= 40 else self.text[:40] + "…"

    def is_word(self, *words: str) -> bool:
        """Whether this is one of the keywords, which are given in upper case and match in any."""
        return self.kind is Kind.WORD and self.text.upper() in words


_LOCAL = r"(?:[\w:]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%])"
_LOCAL_MORE = r"(?:[\w:\-\u00b7]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%])"
_LONG = {'"': r"\"\"\"(?:(?:\"|\"\")?(?:[^\"\\]|\\.))*+\"\"\"|", "'": r"'''(?:(?:'|'')?(?:[^'\\]|\\.))*+'''|"}
_TERMINAL = r"""
      (?P<space>\s+|\#[^\n\r]*)
    | (?P<iri><(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*>)
    | (?P<string>LONG"(?:[^"\\\n\r]|\\.)*+"|'(?:[^'\\\n\r]|\\.)*+')
    | (?P<blank>_:\w(?:[\w.\-\u00b7]*[\w\-\u00b7])?)
    | (?P<prefixed>(?:[^\W\d_][\w.\-\u00b7]{0,127}+(?<!\.))?:(?:LOCAL(?:(?:MORE|\.)*MORE)?)?)
    | (?P<variable>[?$]\w[\w\u00b7]*)
    | (?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    | (?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
    | (?P<word>[A-Za-z_]\w*)
    | (?P<sign>"(?:[^"\\\n\r]|\\.)*+|'(?:[^'\\\n\r]|\\.)*+|\^\^|&&|\|\||[!<>]=|.)
    """.replace("LOCAL", _LOCAL).replace("MORE", _LOCAL_MORE)
_KINDS = {kind.value: kind for kind in Kind}
_OPENING = {"{": "}", "(": ")", "[": "]"}
_OPERATORS = {"!", "*", "/", "|", "^", "&&", "||"}
_LONG_IRI = 500
_SET = "!("
"""What opens a negated property set, which is a list and no recursion, or a negated expression, which has no `|`."""
_OPERANDS = {Kind.IRI, Kind.STRING, Kind.PREFIXED, Kind.VARIABLE, Kind.LANGUAGE, Kind.NUMBER}


@cache
def _terminal(long_marks: str) -> re.Pattern[str]:
    """The pattern of a terminal, with long strings of these quotation marks."""
    return re.compile(_TERMINAL.replace("LONG", "".join(_LONG[mark] for mark in long_marks)), re.VERBOSE | re.DOTALL)


def tokens(text: str) -> Iterator[Token]:
    """The terminals of `text`, white space and comments left out; what is no terminal comes as a sign.

    The time is linear in the text: a short string that is not closed is one sign, a prefix has 128 characters at most,
    and where one long string is not closed, none after it is, so that they are looked for no more.
    """
    marks, start = "\"'", 0
    while start < len(text):
        for match in _terminal(marks).finditer(text, start):
            begun, start = match.span()
            found = match[0]
            if match.lastgroup != "space":
                yield Token(_KINDS[str(match.lastgroup)], found, begun)
            if found in ('""', "''") and text.startswith(mark := found[0], start) and mark in marks:
                marks = marks.replace(mark, "")
                break


@lru_cache(maxsize=4)
def terminals(text: str) -> tuple[Token, ...]:
    """All `tokens`, kept for the latest texts: a query is read for what it may do, its inputs and its structure."""
    return tuple(tokens(text))


def depth(found: tuple[Token, ...]) -> int:
    """The deepest nesting of `{}`, `()` and `[]`; brackets inside an IRI count too, as it may be none (see below)."""
    deepest = level = 0
    for token in found:
        if token.kind is Kind.SIGN and token.text in _OPENING:
            level += 1
        elif token.kind is Kind.SIGN and token.text in _OPENING.values():
            level -= 1
        deepest = max(deepest, level + (token.text.count("(") if token.kind is Kind.IRI else 0))
    return deepest


def steps(found: tuple[Token, ...]) -> int:
    """How many groups, filters, assignments and operators there are: each may be a level of an engine's recursion.

    The sign of a number is no operator; neither is what stands outside of parentheses behind a path (`+`). What stands
    in a long IRI counts, as it may be none (see below).
    """
    number, brackets, previous = 0, list[str](), ""
    for token in found:
        if token.kind is Kind.WORD:
            number += token.is_word("BIND", "FILTER")
        elif token.kind is Kind.IRI and len(token.text) > _LONG_IRI:
            number += sum(map(token.text.count, "!*/+-&"))
        elif token.kind is Kind.SIGN:
            if token.text in _OPENING:
                brackets.append(_SET if token.text == "(" and previous == "!" else token.text)
                number += token.text == "{"
            elif token.text in _OPENING.values():
                del brackets[-1:]
            elif token.text in _OPERATORS and not (brackets[-1:] == [_SET] and token.text in "|^"):
                number += 1
            elif token.text in "+-":
                number += brackets[-1:] in (["("], [_SET]) and previous not in {"(", ","}
        previous = token.text
    return number


def is_ambiguous(found: tuple[Token, ...], marks: str = "'#") -> bool:
    """Whether `<…>` may be read as "less than" in a way that turns what follows into text or code.

    Inside parentheses and after an operand, `<` can begin an IRI (a row of VALUES) or compare (an expression). It
    matters only if the IRI would hold one of `marks`: with a quote or a `#` the readings differ on what follows.
    """
    brackets: list[str] = []
    previous: Token | None = None
    for token in found:
        if token.kind is Kind.SIGN and token.text in _OPENING:
            brackets.append(token.text)
        elif token.kind is Kind.SIGN and token.text in _OPENING.values() and brackets:
            brackets.pop()
        if token.kind is Kind.IRI and brackets and brackets[-1] == "(" and previous is not None:
            operand = previous.kind in _OPERANDS or previous.text in (")", "}") or previous.is_word("TRUE", "FALSE")
            if operand and any(mark in token.text for mark in marks):
                return True
        previous = token
    return False


def position(text: str, index: int) -> tuple[int, int]:
    """Line and column, counted from 1, of the character at `index`."""
    line = text.count("\n", 0, index) + 1
    return line, index - (text.rfind("\n", 0, index) + 1) + 1


def index_of(text: str, line: int, column: int) -> int:
    """The index of the character at a line and column: what `position` tells, the other way round."""
    start = 0
    for _ in range(line - 1):
        start = text.find("\n", start) + 1
    return start + column - 1
