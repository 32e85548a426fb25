"""Tokens of Turtle, with their place in the file, comments included.

A reader of triples forgets where they stood and what was written beside them. Error messages, `file:line` of a
validation result and the formatter need both, so this module splits a text by the terminals of Turtle 1.1 (§6.5).
Whether the text is valid is not decided here: the strict parser of `kg.turtle` judges.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kg.errors import SourceError

__all__ = [
    "LOCAL_NAME",
    "NUMBER_TYPES",
    "Lines",
    "Token",
    "TokenError",
    "read_tokens",
    "unescape_iri",
    "unescape_local",
    "unescape_string",
]

_BASE = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_CHARS = _BASE + "_0-9\u00b7\u0300-\u036f\u203f\u2040\\-"
_PERCENT = "%[0-9A-Fa-f]{2}"
_PLX = rf"{_PERCENT}|\\[_~.\-!$&'()*+,;=/?#@%]"
_WORD = rf"[{_BASE}][{_CHARS}]*(?:\.+[{_CHARS}]+)*"
_LOCAL = rf"(?:[{_BASE}_:0-9]|{_PLX})(?:[{_CHARS}:]|{_PLX})*(?:\.+(?:[{_CHARS}:]|{_PLX})+)*"
_UCHAR = r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}"

LOCAL_NAME = re.compile(rf"(?:[{_BASE}_:0-9]|{_PERCENT})(?:[{_CHARS}:]|{_PERCENT})*(?:\.+(?:[{_CHARS}:]|{_PERCENT})+)*")
"""A local name that stands in Turtle without a backslash (PN_LOCAL, §6.5, less PN_LOCAL_ESC)."""

NUMBER_TYPES = {
    "double": re.compile(r"[+-]?(?:[0-9]++\.?[0-9]*+|\.[0-9]++)[eE][+-]?[0-9]+"),
    "decimal": re.compile(r"[+-]?[0-9]*+\.[0-9]+"),
    "integer": re.compile(r"[+-]?[0-9]+"),
}
"""Local name of the XSD datatype → the lexical forms that Turtle writes without quotes (§2.5.2)."""

_TOKEN = re.compile(
    "|".join(
        f"(?P<{kind}>{pattern})"
        for kind, pattern in {
            "space": r"[ \t\r\n]+",
            "comment": r"#[^\r\n]*",
            "iri": rf"<(?:[^\x00-\x20<>\"{{}}|^`\\]|{_UCHAR})*>",
            "blank": rf"_:[{_BASE}_0-9][{_CHARS}]*(?:\.+[{_CHARS}]+)*",
            "name": rf"(?:{_WORD})?:(?:{_LOCAL})?",
            "string": "|".join(
                (
                    r'"""(?:"{0,2}(?:[^"\\]++|\\[\s\S]))*+"""',
                    r"'''(?:'{0,2}(?:[^'\\]++|\\[\s\S]))*+'''",
                    r'"(?!"")(?:[^"\\\r\n]|\\[^\r\n])*"',
                    r"'(?!'')(?:[^'\\\r\n]|\\[^\r\n])*'",
                )
            ),
            "at": r"@[a-zA-Z]+(?:-[a-zA-Z0-9]+)*",
            **{kind: pattern.pattern for kind, pattern in NUMBER_TYPES.items()},
            "word": _WORD,
            "mark": r"\^\^|[.;,\[\]()]",
        }.items()
    )
)
_STRING_ESCAPE = re.compile(rf"{_UCHAR}|\\([tbnrf\"'\\])")
_ESCAPED = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f", '"': '"', "'": "'", "\\": "\\"}


@dataclass(frozen=True, slots=True)
class Token:
    """A terminal: its kind (`iri`, `name`, `string`, `comment` …), its text, and where it is, counted from 0."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """The offset after its last character."""
        return self.start + len(self.text)


class TokenError(SourceError):
    """No terminal of Turtle 1.1 begins at `offset`."""

    def __init__(self, *, offset: int, path: Path | None, line: int, column: int) -> None:
        super().__init__(
            "This is not Turtle 1.1",
            path=path,
            line=line,
            column=column,
            hint="RDF 1.2 (quoted triples, annotations, base directions, VERSION) is not used here",
        )
        self.offset = offset


class Lines:
    """Line and column of an offset, both counted from 1, in code points; CR, LF and CR LF end a line (§6.1)."""

    __slots__ = ("_starts", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0, *(match.end() for match in re.finditer(r"\r\n?|\n", text))]

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of the character at `offset`."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def line(self, offset: int) -> int:
        """Line of the character at `offset`."""
        return bisect_right(self._starts, offset)

    def offset(self, line: int, column: int) -> int:
        """Offset of a place, at most the length of the text."""
        return min(self._starts[min(line, len(self._starts)) - 1] + column - 1, len(self._text))

    def excerpt(self, line: int) -> str:
        """The text of a line, without its end."""
        start = self._starts[line - 1]
        end = self._starts[line] if line < len(self._starts) else len(self._text)
        return self._text[start:end].rstrip("\r\n")


def read_tokens(text: str, offset: int = 0, *, path: Path | None = None) -> Iterator[Token]:
    """The tokens of a Turtle document from an offset on, in order, comments included and white space left out.

    Raises `TokenError` where no token of Turtle 1.1 begins, when the tokens before it have been read.
    """
    while offset < len(text):
        match = _TOKEN.match(text, offset)
        if match is None or match.lastgroup is None:
            line, column = Lines(text).position(offset)
            raise TokenError(offset=offset, path=path, line=line, column=column)
        if match.lastgroup != "space":
            yield Token(match.lastgroup, match.group(), offset)
        offset = match.end()


def unescape_iri(token: str) -> str:
    """The IRI, absolute or relative, that an IRIREF token stands for (§6.4: numeric escapes only)."""
    return re.sub(_UCHAR, _numeric, token[1:-1])


def unescape_local(local: str) -> str:
    """The characters that a local name stands for: reserved escapes go, percent-encoding stays (§6.4)."""
    return re.sub(r"\\(.)", r"\1", local)


def unescape_string(token: str) -> str:
    """The lexical form that a string token, short or long, stands for (§2.5.1, §6.4)."""
    quotes = 3 if token[:3] in {'"""', "'''"} else 1
    return _STRING_ESCAPE.sub(
        lambda match: _ESCAPED[match[1]] if match[1] else _numeric(match), token[quotes : len(token) - quotes]
    )


def _numeric(match: re.Match[str]) -> str:
    return chr(int(match[0][2:], 16))
