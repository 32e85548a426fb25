"""The generated parts of a document: what stands between `<!-- bench:NAME -->` and `<!-- /bench:NAME -->`."""

from __future__ import annotations

import re
from collections.abc import Mapping

__all__ = ["fill", "places"]

_PLACE = re.compile(r"(<!-- bench:([\w-]+) -->\n).*?(<!-- /bench:\2 -->)", re.DOTALL)
_MARKER = re.compile(r"<!-- /?bench:[^>]*-->")


def places(text: str) -> list[str]:
    """The names of the places, in their order.

    Raises:
        ValueError: a place has no end, or no beginning.
    """
    names = [found[2] for found in _PLACE.finditer(text)]
    if len(_MARKER.findall(text)) != 2 * len(names):
        raise ValueError("a place has no end or no beginning: each is <!-- bench:NAME --> … <!-- /bench:NAME -->")
    return names


def fill(text: str, parts: Mapping[str, str]) -> str:
    """The document with `parts` in their places; all else is left as it is.

    Raises:
        ValueError: a part has no place, or a place no part.
    """
    differing = set(places(text)) ^ parts.keys()
    if differing:
        raise ValueError(f"without a place in the document, or a place without a benchmark: {', '.join(differing)}")
    return _PLACE.sub(lambda place: f"{place[1]}{parts[place[2]]}\n{place[3]}", text)
