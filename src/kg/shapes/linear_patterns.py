"""Patterns for which `re` may need time that grows with a power of the length of a text, or worse, in linear time.

They are asked of Oxigraph, which does not backtrack: `sh:pattern` is SPARQL's REGEX (SHACL §4.4.3). The others stay
with `re`, which answers ten times faster.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Sequence

from pyoxigraph import Literal, QuerySolutions, Store

__all__ = ["is_explosive", "longest_for_re", "matches"]

_REPEATED_GROUP = re.compile(r"\)[*+{]")
_SEPARATED = re.compile(
    r"\((?:\?:)?(?:[-/, ]\[(?:[A-Za-z0-9](?:-[A-Za-z0-9])?)+\][*+]\)(?:[*+]|\{\d*,\d*\})?|[^()*+?{}|]+\)\{\d+\})"
)
"""A group that begins with a sign which the rest of it does not have, or one of a fixed length that is repeated a fixed
number of times: a text can be read in one way only."""
_QUANTIFIER = re.compile(r"\\.|[*+]|\{\d*,\d*\}|(?<![(*+}])\?", re.DOTALL)
_MOST_WAYS = 10**7
"""In how many ways a text may be divided, so that `re` needs a second at most."""
_AT_ONCE = 20_000


def is_explosive(pattern: str) -> bool:
    """Whether a group is repeated in which the same text may be found in several ways, as in `(a+)+`."""
    return _REPEATED_GROUP.search(_SEPARATED.sub("", pattern)) is not None


def longest_for_re(pattern: str) -> int:
    """The length of the texts that are short enough for `re`, whatever they are: zero for an explosive pattern.

    A pattern with three quantifiers divides a text in four, and where each of them takes every character, that is done
    in all ways: about n³/3! for a text of n characters.
    """
    if is_explosive(pattern):
        return 0
    found = [match for match in _QUANTIFIER.findall(_SEPARATED.sub("", pattern)) if match[0] != "\\"]
    divisions = len(found) + (not pattern.startswith("^"))
    return int((_MOST_WAYS * math.factorial(divisions)) ** (1 / divisions)) if divisions else sys.maxsize


def matches(pattern: str, flags: str, texts: Sequence[str]) -> list[bool] | None:
    """In which texts the pattern is found; None if Oxigraph does not know such patterns (`(?=a)`, `\\1`)."""
    condition = f"{Literal(pattern)}, {Literal(flags)}"
    [[known]] = _ask(f"SELECT (REGEX('', {condition}) AS ?known) {{}}")
    if known is None:
        return None
    found = [False] * len(texts)
    for start in range(0, len(texts), _AT_ONCE):
        rows = " ".join(f"({row} {Literal(texts[row])})" for row in range(start, min(start + _AT_ONCE, len(texts))))
        for [row] in _ask(f"SELECT ?row {{ VALUES (?row ?text) {{ {rows} }} FILTER REGEX(?text, {condition}) }}"):
            found[int(row.value)] = True
    return found


def _ask(query: str) -> QuerySolutions:
    solutions = Store().query(query)
    assert isinstance(solutions, QuerySolutions)  # noqa: S101 - it is a SELECT
    return solutions
