"""Entities in RDF/XML that are made of entities: so a file of a thousand bytes becomes one of a thousand million."""

from __future__ import annotations

import gzip
import re
import zlib
from pathlib import Path

from pyoxigraph import RdfFormat

from kg.columns.encode import syntax_of
from kg.errors import SourceError

__all__ = ["refuse_nested_entities"]

_READ = 1 << 20
"""Bytes at the beginning of a file in which entities are looked for: no declaration stands after the first element."""
_NESTED = re.compile(rb"<!ENTITY\s+%?\s*(\S+)\s+(?:\"[^\"]*&[^#\"][^\"]*\"|'[^']*&[^#'][^']*')")


def refuse_nested_entities(path: Path) -> None:
    """Looks at a file, if it is RDF/XML, before it is parsed; entities that stand for a text, as in OWL, are fine.

    Raises:
        SourceError: its syntax is not known, or an entity refers to another.
    """
    if syntax_of(path) != RdfFormat.RDF_XML:
        return
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            head = file.read(_READ)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise SourceError(str(error), path=path) from error
    if match := _NESTED.search(head):
        name, line = match[1].decode("utf-8", "replace"), head.count(b"\n", 0, match.start()) + 1
        raise SourceError(
            f"The entity {name} refers to other entities, so that its text could grow without end",
            path=path,
            line=line,
            hint="write the text itself",
        )
