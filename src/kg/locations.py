"""Where a node is written: `file:line` for the results of a validation."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from rdflib.term import Node

from kg.errors import SourceError
from kg.turtle.locations import StatementLocations, SubjectLocations, first_mention, locate_when_asked
from kg.turtle.reader import read_text
from kg.turtle.skim import SkimmedFile, skim

__all__ = ["Locations", "Place", "shown_path"]

_LARGEST_PARSED = 1 << 20
"""Bytes of a file that is parsed to find a place; a larger one is skimmed."""
_LARGEST_SKIMMED = 1 << 29
"""Bytes of a file beyond which no place in it is told."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in our files something is written; `line` and `column`, where it is known, count from 1."""

    path: Path
    line: int
    column: int | None = None

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.column is None else f"{self.path}:{self.line}:{self.column}"


class Locations:
    """Where the subjects of Turtle files stand; a file is read when a node may be in it that is asked about."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self._files = [_File(path) for path in paths]

    def mention(self, iri: str) -> Place | None:
        """Where the files have an IRI first."""
        for file in self._files:
            if (line := file.first_mention(iri)) is not None:
                return Place(file.shown, line)
        return None

    def place(self, focus: Node, path: Node | None = None) -> Place | None:
        """The line of the property `path` in the block of `focus`, or else of the block; None where no file has it."""
        subject = str(focus)
        name = re.split("[/#]", subject)[-1].encode()  # which most files that have the node hold as it is
        likely = [file for file in self._files if file.holds(name)]
        for files in (likely, self._files):
            for predicate in (None,) if path is None else (str(path), None):
                for file in files:
                    line = file.lines.line(subject, predicate) if file.lines else None
                    if line is not None:
                        return Place(file.shown, line)
        return None


class _File:
    """A file, read once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.shown = shown_path(path)
        self._size = path.stat().st_size

    @cached_property
    def lines(self) -> StatementLocations | SubjectLocations | SkimmedFile | None:
        """Its subjects; None of one that is too large."""
        if self._size <= _LARGEST_PARSED:
            with suppress(SourceError):  # of what the formatter alone has no room for, as deep brackets
                return locate_when_asked(read_text(self._path), path=self._path)
        return skim(self._path) if self._size <= _LARGEST_SKIMMED else None

    @cached_property
    def _bytes(self) -> bytes:
        return self._path.read_bytes()

    def first_mention(self, iri: str) -> int | None:
        """The line where it has an IRI first; a large file is not looked through for that."""
        return first_mention(read_text(self._path), iri) if self._size <= _LARGEST_PARSED else None

    def holds(self, name: bytes) -> bool:
        """Whether the name is written in it; a large file is not looked through for that."""
        return self._size > _LARGEST_PARSED or name in self._bytes


def shown_path(path: Path) -> Path:
    """`path` from the working directory where it is below it, as an editor or a terminal wants it."""
    resolved = Path(os.path.realpath(path))  # unlike `resolve`, no error where links go round in a circle
    return resolved.relative_to(Path.cwd()) if resolved.is_relative_to(Path.cwd()) else path
