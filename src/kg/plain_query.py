"""Most queries are plain: all that a server must know of them before it hands them to an engine is their form.

`kg.query.parse_query` reads any query; this takes a twentieth of its time, and leaves to it whatever might need more.
"""

from __future__ import annotations

import re

from kg.query import MOST_STEPS, Dataset, Form, ParsedQuery

__all__ = ["read_plain"]

_IRI = r"<[^<>\"{}|^`\\\x00-\x20]*>"
_START = re.compile(
    rf"(?:\s+|\#[^\n\r]*|BASE\s*{_IRI}|PREFIX\s+[\w.\-]*:\s*{_IRI})*+(SELECT|ASK|CONSTRUCT|DESCRIBE)\b", re.IGNORECASE
)
_SPECIAL = re.compile(r"\\[uU]|(?<![/:#])(?:SERVICE|FROM)|(?<![:#])(?:NOW|RAND|UUID|BNODE)\b", re.IGNORECASE)
_HINTS = ("\\u", "service", "from", "now", "rand", "uuid", "bnode")
"""What `_SPECIAL` can only match where one of these is; looking for them is ten times as fast."""
_COLUMNS = re.compile(r"[^*?$({\#]*([*?$({\#])")


def read_plain(text: str, *, base_iri: str, max_bytes: int, max_depth: int) -> ParsedQuery | None:
    """A query of which only the form matters, its prefixes unread; None if it may be more than that.

    It is none if any of its characters could be part of an escape, of SERVICE, FROM or a function that changes from
    call to call, of a `SELECT *`, or of too much nesting, even where they stand in a string or a comment, or if it is
    long enough for too many steps. An engine may need no blank between two keywords, so a keyword can begin or end
    within a word.
    """
    if (
        4 * len(text) > max_bytes
        or len(text) > MOST_STEPS
        or text.count("{") + text.count("(") + text.count("[") > max_depth
    ):
        return None
    start = _START.match(text)
    if start is None:
        return None
    lower = text.lower()
    if any(hint in lower for hint in _HINTS) and _SPECIAL.search(text) is not None:
        return None
    form = Form(start[1].upper())
    if form is Form.SELECT:
        columns = _COLUMNS.match(text, start.end())
        if columns is None or columns[1] in "*#":
            return None
    return ParsedQuery(text, form, {}, base_iri, Dataset(), None, (), is_volatile=False)
