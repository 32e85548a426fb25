"""Prefixes of the house that a file gives another IRI: then nothing in it means what its writer thinks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.locations import Place, shown_path
from kg.project import Project

__all__ = ["rebound_prefixes"]

_HEAD = 1 << 16
"""Bytes at the beginning of a file in which prefixes are looked for."""
_PREFIX = re.compile(r"^\s*@?prefix\s+([\w-]+):\s*<([^>\s]*)>", re.IGNORECASE | re.MULTILINE)


def rebound_prefixes(project: Project) -> Iterator[tuple[Place, str]]:
    """Each line in the project's data that declares one of its prefixes otherwise, and what is to be known of it."""
    house = project.prefixes
    for path in project.files("data", "*.ttl"):
        with path.open("rb") as file:
            head = file.read(_HEAD).decode("utf-8", "replace")
        for found in _PREFIX.finditer(head):
            prefix, iri = found.groups()
            if house.get(prefix, iri) != iri:
                line = head.count("\n", 0, found.start(1)) + 1
                yield Place(shown_path(path), line), f"{prefix}: is <{iri}> here, and <{house[prefix]}> elsewhere"
