"""Where a node is written: `file:line` for the results of a validation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from rdflib.term import Node

from kg.turtle.locations import SubjectLocations, locate
from kg.turtle.reader import read_text
from kg.turtle.skim import SkimmedFile, skim

__all__ = ["Locations", "Place", "shown_path"]

_LARGEST_PARSED = 1 << 20
"""Bytes of a file that is parsed to find a place; a larger one is skimmed."""
_LARGEST_SKIMMED = 1 << 29
"""Bytes of a file beyond which no place in it is told."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in our files a node is written; `line` counts from 1."""

    path: Path
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


class Locations:
    """Where the subjects of Turtle files stand; the files are read when the first question is asked."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = paths

    @cached_property
    def _files(self) -> list[tuple[Path, SubjectLocations | SkimmedFile]]:
        sizes = {path: path.stat().st_size for path in self._paths}
        return [
            (shown_path(path), locate(read_text(path), path=path) if size <= _LARGEST_PARSED else skim(path))
            for path, size in sizes.items()
            if size <= _LARGEST_SKIMMED
        ]

    def place(self, focus: Node, path: Node | None = None) -> Place | None:
        """The line of the property `path` in the block of `focus`, or else of the block; None where no file has it."""
        for predicate in (None,) if path is None else (str(path), None):
            for file, lines in self._files:
                line = lines.line(str(focus), predicate)
                if line is not None:
                    return Place(file, line)
        return None


def shown_path(path: Path) -> Path:
    """`path` from the working directory where it is below it, as an editor or a terminal wants it."""
    resolved = path.resolve()
    return resolved.relative_to(Path.cwd()) if resolved.is_relative_to(Path.cwd()) else path
