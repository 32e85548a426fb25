"""The sentences, headings and list items of a plain text: what is cited, or listed as carrying no fact."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Segment", "segments"]

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_INK = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class Segment:
    """A sentence, a heading or a list item: code points `start` to `end` of a text, half-open."""

    start: int
    end: int


def segments(text: str) -> Iterator[Segment]:
    """The sentences, headings and list items of a plain text: lines, split after `.`, `!` or `?` before white space.

    Bullets and white space around them are not part of a segment; lines without a letter or digit have none.
    """
    position = 0
    for line in text.splitlines(keepends=True):
        start = position
        for end in [*(match.start() for match in _SENTENCE_END.finditer(line)), len(line)]:
            segment = _trimmed(text, start, position + end)
            if segment is not None:
                yield segment
            start = position + end
        position += len(line)


def _trimmed(text: str, start: int, end: int) -> Segment | None:
    while start < end and (text[start].isspace() or text[start] in "•·–-*"):
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Segment(start, end) if _INK.search(text, start, end) else None
