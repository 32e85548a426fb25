"""Entities in RDF/XML that are made of entities: so a file of a thousand bytes becomes one of a thousand million."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

from kg.errors import SourceError

__all__ = ["refuse_nested_entities"]

_MOST_ADDED = 1 << 26
"""Bytes that entities may add to a file, or twenty times its length, if that is more."""

_READ = 1 << 20
"""Bytes at the beginning of a file in which entities are looked for: no declaration stands after the first element."""
_ENTITY = re.compile(rb"<!ENTITY\s+([^\s%]+)\s+(?:\"([^\"]*)\"|'([^']*)')")
_NESTED = re.compile(rb"<!ENTITY\s+%?\s*(\S+)\s+(?:\"[^\"]*&[^#\"][^\"]*\"|'[^']*&[^#'][^']*')")


def refuse_nested_entities(path: Path) -> None:
    """Looks at a file of RDF/XML before it is parsed; entities that stand for a text, as in OWL, are fine.

    Raises:
        SourceError: an entity refers to another, or is so long and referred to so often that memory would not suffice.
        OSError, EOFError, zlib.error: it cannot be read.
    """
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        head = file.read(_READ)
    if match := _NESTED.search(head):
        name, line = match[1].decode("utf-8", "replace"), head.count(b"\n", 0, match.start()) + 1
        raise SourceError(
            f"The entity {name} refers to other entities, so that its text could grow without end",
            path=path,
            line=line,
            hint="write the text itself",
        )
    lengths = {found[1]: len(found[2] or found[3] or b"") for found in _ENTITY.finditer(head)}
    if not lengths:
        return
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        content = file.read()
    added = sum(length * content.count(b"&%s;" % name) for name, length in lengths.items())
    if added > max(_MOST_ADDED, 20 * len(content)):
        message = f"Its entities would make it {added:,} bytes longer"
        raise SourceError(message, path=path, hint="write the texts themselves")
