"""Triple terms, `<<( s p o )>>` (RDF 1.2 Turtle §2.11), nested so deep that the parser would end the process.

It frees a triple term by recursion in native code, which is no exception but a segmentation fault. RDF 1.2 is not read
here, so that nobody needs the depth that is refused.
"""

from __future__ import annotations

import re
from pathlib import Path

from kg.turtle.source_errors import source_error

__all__ = ["MOST", "OPENING", "refuse_deep_triple_terms"]

OPENING = "<<("
MOST = 100
"""Levels that are let through to the parser; where there are no more openings, nothing is nested deeper."""
_TOKEN = re.compile(
    r"(?P<opening><<\()|(?P<closing>\)>>)|#[^\r\n]*|\\.|<(?:[^\x00-\x20<>\"{}|^`\\]|\\.)*>"
    r'|"""(?:"{0,2}(?:[^"\\]++|\\[\s\S]))*+"""'
    r"|'''(?:'{0,2}(?:[^'\\]++|\\[\s\S]))*+'''"
    r'|"(?:[^"\\\r\n]|\\.)*+"|\'(?:[^\'\\\r\n]|\\.)*+\''
)


def refuse_deep_triple_terms(text: str, *, path: Path | None = None) -> None:
    """Looks at Turtle, TriG, N-Triples or N-Quads before it is parsed.

    Raises:
        SourceError: triple terms are nested too deep.
    """
    if text.count(OPENING[-1]) <= MOST or text.count(OPENING) <= MOST:
        return
    depth = 0
    for token in _TOKEN.finditer(text):
        if token.lastgroup is None:
            continue
        depth += 1 if token.lastgroup == "opening" else -1
        if depth > MOST:
            message = f"Triple terms, {OPENING} … )>>, are nested deeper than {MOST} levels"
            hint = "They are RDF 1.2, which is not read here: write RDF 1.1"
            raise source_error(message, text, token.start(), path=path, hint=hint)
