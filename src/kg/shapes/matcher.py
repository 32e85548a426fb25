"""The regular expressions of `sh:pattern` (SHACL §4.4.3): those of SPARQL's REGEX, evaluated by Python where it can.

What Python does not know, such as `\\p{Lu}`, is asked of Oxigraph, a text at a time. What may keep `re` busy for ever
and Oxigraph does not know, such as `(?=a)(a+)+`, is matched with a limit on its time.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import regex

from kg.shapes.linear_patterns import matches
from kg.shapes.time_limit import OutOfTime

__all__ = ["FLAGS", "limited_matcher", "matcher"]

FLAGS = {"i": re.IGNORECASE, "s": re.DOTALL, "m": re.MULTILINE, "x": re.VERBOSE}
_COUNT = re.compile(r"\{(?:\d*,)?(\d{1,18})\}")
_MOST_COUNTED = 100_000
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


def limited_matcher(written: str, flags: str, seconds: float) -> Callable[[str], bool]:
    """As `matcher`, of a pattern that it takes; `OutOfTime` is raised when a text has taken so many seconds.

    A pattern of counts that are multiplied to more than a hundred thousand is left to `re`, which has no limit.
    """
    counts = [int(most) for most in _COUNT.findall(written)]
    if math.prod(counts) > _MOST_COUNTED:  # `regex` writes out what is counted, and has no memory for more
        return matcher(written, flags)
    try:
        search = regex.compile(_as_python(written, flags), _known(flags)).search
    except regex.error:  # the few that are regular expressions for `re` alone
        return matcher(written, flags)

    def is_found(text: str) -> bool:
        try:
            return search(text, timeout=seconds) is not None
        except TimeoutError:
            raise OutOfTime(seconds) from None

    return is_found


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
