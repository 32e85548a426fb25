"""Files that are nested so deep that their parser would end the process, or need time without end.

The parsers of JSON-LD and what frees triple terms go down by recursion in native code, where too deep a recursion is a
segmentation fault; that of RDF/XML looks at every level above for each element.
"""

from __future__ import annotations

import gzip
import io
import re
from abc import ABC, abstractmethod
from pathlib import Path
from typing import IO, cast
from xml.parsers import expat

import numpy as np
from pyoxigraph import RdfFormat

from kg.errors import SourceError
from kg.turtle.triple_terms import MOST, OPENING, refuse_deep_triple_terms

__all__ = ["refuse_deep_json", "watched"]

_DEEPEST = 1000
_BLOCK = 1 << 16
"""Bytes that are looked at together, before the parser has the first of them."""
_TEXT = re.compile(rb'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_STEPS = np.zeros(256, np.int8)
_STEPS[list(b"[{")], _STEPS[list(b"]}")] = 1, -1
_LESS, _SLASH, _GREATER = b"</>"


def refuse_deep_json(path: Path) -> None:
    """Looks at a file of JSON-LD before it is parsed.

    Raises:
        SourceError: it is nested deeper than a thousand levels.
        OSError, EOFError, zlib.error: it cannot be read.
    """
    content = _content(path)
    signs = _TEXT.sub(lambda text: b" " * len(text[0]), content)
    depth = np.cumsum(_STEPS[np.frombuffer(signs, np.uint8)], dtype=np.int32)
    if len(depth) and depth.max() > _DEEPEST:
        before = content[: int(np.argmax(depth > _DEEPEST))]
        line, column = before.count(b"\n") + 1, len(before) - before.rfind(b"\n")
        message = f"Its objects and lists are nested deeper than {_DEEPEST} levels"
        raise SourceError(message, path=path, line=line, column=column, hint="Give the inner ones an @id, side by side")


def watched(stream: IO[bytes], kind: RdfFormat, path: Path) -> IO[bytes]:
    """The bytes of a file for its parser, which gets none that is nested too deep: reading raises `SourceError`.

    Signs are counted in every file, which takes about a hundredth of the time of parsing; only one with many of them is
    read as its syntax says, so that they may stand in texts.
    """
    if kind == RdfFormat.JSON_LD:
        return stream
    watch: _Watch = _XmlWatch(path) if kind == RdfFormat.RDF_XML else _TripleTermWatch(path)
    return cast(IO[bytes], io.BufferedReader(_Watched(stream, watch), _BLOCK))


class _Watched(io.RawIOBase):
    """A stream whose blocks are shown to a watch before they are handed on."""

    def __init__(self, stream: IO[bytes], watch: _Watch) -> None:
        super().__init__()
        self._stream, self._watch = cast(io.BufferedIOBase, stream), watch

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # typeshed asks for any buffer
        number = self._stream.readinto(buffer)
        if self._watch.is_open and self._watch.is_suspicious(bytes(buffer[:number])):
            self._watch.refuse()
            self._watch.is_open = False
        return number


class _Watch(ABC):
    """Looks out for what may be nested too deep, until a closer look has shown that it is not."""

    sign: bytes
    """What stands at least once in each level of what would end the process."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.is_open = True
        self._end = b""
        self._signs = 0

    def is_suspicious(self, block: bytes) -> bool:
        """Whether so many signs were seen that they could be so many levels."""
        whole = self._end + block
        self._signs += whole.count(self.sign) if self.sign[-1:] in whole else 0
        self._end = whole[1 - len(self.sign) :]  # in which there is none, but one may begin
        return self._signs > MOST

    @abstractmethod
    def refuse(self) -> None:
        """Raises `SourceError` if the file is nested too deep."""


class _TripleTermWatch(_Watch):
    sign = OPENING.encode()

    def refuse(self) -> None:
        refuse_deep_triple_terms(_content(self.path).decode("utf-8", "replace"), path=self.path)


class _XmlWatch(_Watch):
    """A triple term is an element of `parseType="Triple"`; further, elements are counted as if `>` were in no text."""

    sign = b"parseType"

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._level = 0
        self._last = b""

    def is_suspicious(self, block: bytes) -> bool:
        """Whether it may be nested deeper than `_DEEPEST` levels."""
        whole = self._last + block
        self._last = whole[-1:] if whole[-1:] in (b"<", b"/") else b""
        signs = np.frombuffer(whole, np.uint8, len(whole) - len(self._last))
        after = signs[np.flatnonzero(signs[:-1] == _LESS) + 1]
        alone = np.count_nonzero((signs[:-1] == _SLASH) & (signs[1:] == _GREATER))
        self._level += len(after) - 2 * int(np.count_nonzero(after == _SLASH)) - int(alone)
        return super().is_suspicious(block) or self._level > _DEEPEST

    def refuse(self) -> None:
        parser, depth = expat.ParserCreate(), 0

        def begin(_name: str, _attributes: dict[str, str]) -> None:
            nonlocal depth
            depth += 1
            if depth > _DEEPEST:
                line, column = parser.CurrentLineNumber, parser.CurrentColumnNumber + 1
                message = f"Its elements are nested deeper than {_DEEPEST} levels"
                hint = "Give the inner ones rdf:about, side by side"
                raise SourceError(message, path=self.path, line=line, column=column, hint=hint)

        def end(_name: str) -> None:
            nonlocal depth
            depth -= 1

        parser.StartElementHandler, parser.EndElementHandler = begin, end
        try:
            parser.Parse(_content(self.path), True)
        except expat.ExpatError as error:
            message = f"It is not well-formed XML: {expat.ErrorString(error.code)}"
            raise SourceError(message, path=self.path, line=error.lineno, column=error.offset + 1) from None


def _content(path: Path) -> bytes:
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        return file.read()
