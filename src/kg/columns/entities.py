"""Entities in RDF/XML that are made of entities: so a file of a thousand bytes becomes one of a thousand million."""

from __future__ import annotations

import gzip
import re
from collections.abc import Mapping
from pathlib import Path
from typing import IO, cast

from kg.errors import SourceError

__all__ = ["refuse_nested_entities"]

_MOST_ADDED = 1 << 26
"""Bytes that entities may add to a file, or twenty times its length, if that is more."""

_READ = 1 << 20
"""Bytes at the beginning of a file in which entities are looked for: no declaration stands after the first element."""
_ENTITY = re.compile(rb"<!ENTITY\s+([^\s%]+)\s+(?:\"([^\"]*)\"|'([^']*)')")
_REFERENCE = re.compile(rb"&([^\s&;]++);")
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
    lengths: dict[bytes, int] = {}
    for found in _ENTITY.finditer(head):  # of a name that is declared twice, the longest: parsers take the first
        lengths[found[1]] = max(lengths.get(found[1], 0), len(found[2] or found[3] or b""))
    if not lengths:
        return
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        size, added = _added(cast(IO[bytes], file), lengths)
    if added > max(_MOST_ADDED, 20 * size):
        message = f"Its entities would make it {added:,} bytes longer"
        raise SourceError(message, path=path, hint="write the texts themselves")


def _added(file: IO[bytes], lengths: Mapping[bytes, int]) -> tuple[int, int]:
    """The bytes of a file, and how many more its references stand for; it is gone through once, a block at a time."""
    size, added, rest = 0, 0, b""
    while block := file.read(_READ):
        size += len(block)
        whole = rest + block
        begun = whole.rfind(b"&")
        rest = whole[begun:] if begun >= 0 and b";" not in whole[begun:] and len(whole) - begun < _READ else b""
        added += sum(lengths.get(reference[1], 0) for reference in _REFERENCE.finditer(whole))
    return size, added
