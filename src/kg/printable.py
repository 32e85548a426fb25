"""Text for people, in which nothing that a stranger wrote commands a terminal or turns the order of words around."""

from __future__ import annotations

import re

__all__ = ["printable"]

_COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""Controls (ECMA-48 §5.2, §5.3) but the tabulator and the end of a line, and those of the bidirectional algorithm."""


def printable(text: str) -> str:
    """The text with `\\u001B` in the place of such a character, as JSON and Turtle may write it, too."""
    return _COMMANDS.sub(lambda found: f"\\u{ord(found[0]):04X}", text)
