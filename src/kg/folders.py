"""What lies in a folder: the files that are read, and those that somebody may have thought are read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from kg.errors import SourceError

__all__ = ["left_out", "visible_files"]

_ENDINGS = {
    "*.ttl": (".ttl", ".turtle", ".nt", ".nq", ".n3", ".trig", ".rdf", ".owl", ".jsonld"),
    "*.rq": (".rq", ".sparql"),
}
"""What is called like this is RDF, or a query, whatever the case of its letters, perhaps with `.gz`."""


def visible_files(folder: Path, pattern: str, *, within: Path | None = None) -> list[Path]:
    """The files below a folder in name order, without those of editors and systems: `.a.ttl.swp`, `a.ttl~`.

    Links lead to files in the folder `within`, or, if there is none, to anywhere.

    Raises:
        SourceError: a folder cannot be read, a name is not UTF-8, or is that of a pipe, a device or a link elsewhere.
    """
    found = sorted(path for path in _below(folder) if fnmatchcase(path.name, pattern))
    for path in found:
        try:
            str(path.relative_to(folder)).encode()
        except UnicodeEncodeError:
            raise SourceError(f"{str(path)!r}: the name of the file is not UTF-8", hint="rename it") from None
        if path.exists() and not path.is_file() and not path.is_dir():
            raise SourceError("this is a pipe or a device, not a file", path=path)
        if within is not None and path.is_file() and not path.resolve().is_relative_to(within.resolve()):
            raise SourceError("this is a link to a file outside of the project", path=path, hint="copy the file here")
    return found


def left_out(folder: Path, pattern: str) -> Iterator[SourceError]:
    """What somebody may have meant to be among the files `*.ttl` or `*.rq` of a folder, and which is not."""
    for path in _below(folder):
        if path.is_symlink() and path.is_dir() and any(path.rglob(pattern)):
            yield SourceError(
                "this is a link to a folder, which is not followed", path=path, hint="move the folder here"
            )
        elif not fnmatchcase(path.name, pattern) and _is_called(path, _ENDINGS[pattern]) and not path.is_dir():
            yield SourceError(
                f"only files called {pattern} are read here, so that this one would be left out",
                path=path,
                hint="rename or convert it, or move it away",
            )


def _below(folder: Path) -> Iterator[Path]:
    """Everything below a folder whose name does not begin with a dot; links to folders are not followed."""

    def refuse(error: OSError) -> None:
        raise SourceError(f"The folder cannot be read: {error.strerror}", path=Path(str(error.filename))) from error

    for root, folders, files in os.walk(folder, onerror=refuse) if folder.is_dir() else ():
        folders[:] = sorted(name for name in folders if name[0] != ".")
        yield from (Path(root, name) for name in sorted((*folders, *files)) if name[0] != ".")


def _is_called(path: Path, endings: tuple[str, ...]) -> bool:
    return path.name.lower().removesuffix(".gz").endswith(endings)
