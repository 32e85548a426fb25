"""The regular expressions of `sh:pattern` (SHACL §4.4.3): those of SPARQL's REGEX, evaluated by Python where it can.

What Python does not know, such as `\\p{Lu}`, is asked of Oxigraph, a text at a time.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from pyoxigraph import Literal, QuerySolutions, Store, Variable

__all__ = ["matcher"]

_FLAGS = {"i": re.IGNORECASE, "s": re.DOTALL, "m": re.MULTILINE, "x": re.VERBOSE}
_END = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\$", re.DOTALL)
_QUERY = "SELECT ?text ?pattern ?flags (REGEX(?text, ?pattern, ?flags) AS ?found) { }"


def matcher(written: str, flags: str) -> Callable[[str], bool]:
    """Whether a text has a match, for the values of `sh:pattern` and `sh:flags`.

    Raises:
        re.error: it is no regular expression.
    """
    try:
        search = re.compile(_as_python(written, flags), _known(flags)).search
    except re.error:
        if _found("", written, flags) is None:
            raise
        return lambda text: _found(text, written, flags) is True
    return lambda text: search(text) is not None


def _as_python(written: str, flags: str) -> str:
    """Where lines do not matter, `$` is the end of the text alone; Python's is before a last line feed, too."""
    if "q" in flags:
        return re.escape(written)
    return written if "m" in flags else _END.sub(lambda found: r"\Z" if found[0] == "$" else found[0], written)


def _known(flags: str) -> int:
    known = 0
    for letter in flags:
        known |= _FLAGS.get(letter, 0)
    return known


def _found(text: str, written: str, flags: str) -> bool | None:
    given = {Variable("text"): text, Variable("pattern"): written, Variable("flags"): flags}
    result = Store().query(_QUERY, substitutions={name: Literal(value) for name, value in given.items()})
    assert isinstance(result, QuerySolutions)  # noqa: S101 - it is a SELECT
    value = next(iter(result))["found"]
    return None if value is None else str(value).startswith('"true"')
