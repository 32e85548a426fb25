"""SHA-256 of files: what a release checks its files by, and how a build knows files that it has read before."""

from __future__ import annotations

import hashlib
from pathlib import Path

from kg.errors import SourceError

__all__ = ["file_digest", "source_digest"]


def file_digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal; an OSError if it cannot be read."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def source_digest(path: Path) -> str:
    """SHA-256 of a file that somebody has written, in hexadecimal.

    Raises:
        SourceError: it cannot be read.
    """
    try:
        return file_digest(path)
    except OSError as error:
        raise SourceError(f"The file cannot be read: {error.strerror}", path=path) from error
