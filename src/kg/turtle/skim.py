"""Where subjects stand in a large Turtle file, found by how lines begin: in a second, where parsing takes minutes.

It knows the subjects that begin a line, as `kg fmt`, other writers and N-Triples have them, and a predicate that begins
a line below its subject; the lines of a long text (Turtle 1.1 §2.5.1) are not looked at. What is written in another way
is not found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["SkimmedFile", "skim"]

_SUBJECT = re.compile(rb"^(<[^>\s]*>|[\w.-]*:[^\s;,]*)[ \t\r\n]", re.MULTILINE)
_PREFIX = re.compile(rb"^@?prefix[ \t]+([\w.-]*):[ \t]*<([^>\s]*)>", re.MULTILINE | re.IGNORECASE)
_LONG_QUOTES = (b'"""', b"'''")
_UP_TO_LONG_TEXT = re.compile(
    rb"""(?:[^"'<#\\\n]|\\.|<[^>\n]*+>|"(?!"")(?:[^"\\\n]|\\.)*+"|'(?!'')(?:[^'\\\n]|\\.)*+')*+(?="{3}|'{3})"""
)
_LONG_TEXT = re.compile(
    rb""""{3}(?:[^"\\]|\\[\s\S]|"(?!""))*+(?:"{3})?|\'{3}(?:[^'\\]|\\[\s\S]|\'(?!\'\'))*+(?:\'{3})?"""
)
_HEAD = 1 << 16
"""Bytes in which prefixes are looked for."""
_BLOCK = 1 << 16
"""Bytes of the block of a subject in which its predicates are looked for."""


@dataclass(frozen=True, slots=True)
class SkimmedFile:
    """The places of the subjects of a file, 20 bytes for each; what stands there is read when it is asked about.

    `subjects` are the hashes of what is written, ascending, `begins` and `lines` where each of them stands.
    """

    path: Path
    prefixes: Mapping[str, str]
    subjects: NDArray[np.int64]
    begins: NDArray[np.int64]
    lines: NDArray[np.int32]

    def line(self, subject: str, predicate: str | None = None) -> int | None:
        """The line of the predicate in the first block of the subject, or of the subject; None if it is not there."""
        place = next((place for written in self._spellings(subject) for place in self._places(written)), None)
        if place is None or predicate is None:
            return place and place[1]
        below = self._below(place[0], predicate)
        return below and place[1] + below

    def _places(self, written: bytes) -> Iterator[tuple[int, int]]:
        """Where a subject begins and in which line, the first first."""
        sides = (int(np.searchsorted(self.subjects, hash(written), side)) for side in ("left", "right"))
        for place in range(*sides):
            begin = int(self.begins[place])
            if self._read(begin, len(written)) == written:
                yield begin, int(self.lines[place])

    def _spellings(self, iri: str) -> Iterator[bytes]:
        yield f"<{iri}>".encode()
        for prefix, namespace in self.prefixes.items():
            if iri.startswith(namespace):
                yield f"{prefix}:{iri.removeprefix(namespace)}".encode()

    def _below(self, begin: int, predicate: str) -> int | None:
        """How many lines below the beginning of a block a predicate begins a line."""
        text = _without_long_texts(self._read(begin, _BLOCK))
        after = _SUBJECT.search(text, 1)
        spellings = b"|".join(re.escape(written) for written in self._spellings(predicate))
        found = re.search(rb"\n[ \t]+(?:" + spellings + rb")[ \t\r\n]", text[: after.start() if after else len(text)])
        return text.count(b"\n", 0, found.start() + 1) if found else None

    def _read(self, begin: int, length: int) -> bytes:
        with self.path.open("rb") as file:
            file.seek(begin)
            return file.read(length)


def skim(path: Path) -> SkimmedFile:
    """Reads a file; an OSError if it cannot be read."""
    text = _without_long_texts(path.read_bytes())
    found = np.array([(hash(match[1]), match.start()) for match in _SUBJECT.finditer(text)], np.int64).reshape(-1, 2)
    order = np.argsort(found[:, 0], kind="stable")
    ends = np.flatnonzero(np.frombuffer(text, np.uint8) == ord("\n"))
    lines = (np.searchsorted(ends, found[:, 1]) + 1).astype(np.int32)
    prefixes = {match[1].decode(): match[2].decode("utf-8", "replace") for match in _PREFIX.finditer(text[:_HEAD])}
    return SkimmedFile(path, prefixes, found[order, 0], found[order, 1], lines[order])


def _without_long_texts(text: bytes) -> bytes:
    """Turtle with spaces in the place of its long texts, lines and places as they were; it begins outside of one."""
    pieces, behind = list[bytes](), 0
    quotes = [quotes for quotes in _LONG_QUOTES if quotes in text]
    for place in sorted(found.start() for quote in quotes for found in re.finditer(quote, text)):
        if place < behind:
            continue
        begins = _UP_TO_LONG_TEXT.match(text, max(behind, text.rfind(b"\n", behind, place) + 1))
        if begins is None or (long := _LONG_TEXT.match(text, begins.end())) is None:
            continue  # in a comment, or in a short text
        pieces += [text[behind : long.start()], re.sub(rb"[^\n]", b" ", long[0])]
        behind = long.end()
    return b"".join([*pieces, text[behind:]]) if pieces else text
