"""The regular expressions of `sh:pattern` (SHACL §4.4.3): those of SPARQL's REGEX, evaluated by Python where it can.

What Python does not know, such as `\\p{Lu}`, is asked of Oxigraph, a text at a time.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from kg.shapes.linear_patterns import matches

__all__ = ["FLAGS", "matcher"]

FLAGS = {"i": re.IGNORECASE, "s": re.DOTALL, "m": re.MULTILINE, "x": re.VERBOSE}
_END = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\$", re.DOTALL)


def matcher(written: str, flags: str) -> Callable[[str], bool]:
    """Whether a text has a match, for the values of `sh:pattern` and `sh:flags`.

    Raises:
        re.error: it is no regular expression.
    """
    try:
        search = re.compile(_as_python(written, flags), _known(flags)).search
    except re.error:
        known = "".join(letter for letter in flags if letter in FLAGS)
        if matches(written, known, []) is None:
            raise
        return lambda text: matches(written, known, [text]) == [True]
    return lambda text: search(text) is not None


def _as_python(written: str, flags: str) -> str:
    """Where lines do not matter, `$` is the end of the text alone; Python's is before a last line feed, too."""
    if "q" in flags:
        return re.escape(written)
    return written if "m" in flags else _END.sub(lambda found: r"\Z" if found[0] == "$" else found[0], written)


def _known(flags: str) -> int:
    known = 0
    for letter in flags:
        known |= FLAGS.get(letter, 0)
    return known
