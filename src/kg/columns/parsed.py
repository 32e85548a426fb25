"""Files that were parsed once are not parsed again: what they hold is kept beside the releases, by their digest.

A folder of `.npz` files, each the `Part` of one file. Whoever deletes one, or all, loses time and nothing else; one
that is damaged is parsed again (each array has a checksum). Several processes fill it at once.
"""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from kg.columns.encode import Part, read_part
from kg.digests import source_digest
from kg.errors import SourceError
from kg.jobs import elsewhere, shares, with_progress
from kg.namespaces import FOREIGN

__all__ = ["NOWHERE", "Parsed", "parse_as_told", "part_digest", "read_parts"]

_FORM = "1"
"""Another one for another form of the files."""
_WORTH_A_PROCESS = 4 << 20
"""Bytes that take longer to parse than a process takes to start."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """The parts of files, in a folder; without one, each file is parsed whenever it is asked for."""

    folder: Path | None = None

    def part(
        self,
        path: Path,
        digest: str,
        prefixes: Mapping[str, str] = FOREIGN,
        read: Callable[[int], None] = lambda _: None,
    ) -> Part:
        """What a file holds; its `part_digest` says which file it is.

        Raises:
            SourceError: as `read_part`.
        """
        known = self._known(digest)
        if known is not None:
            return known
        part = read_part(path, prefixes, read)
        if self.folder is not None and part_digest(path) == digest:  # or else it was changed meanwhile
            self._keep(self.folder, part, digest)
        return part

    def has(self, digest: str) -> bool:
        """Whether a file of that digest was parsed before."""
        return self.folder is not None and (self.folder / f"{digest}.npz").is_file()

    def forget_all_but(self, digests: Sequence[str]) -> None:
        """Removes what is kept of other files."""
        if self.folder is None or not self.folder.is_dir():
            return
        kept = {f"{digest}.npz" for digest in digests}
        for path in self.folder.iterdir():
            if path.name not in kept:
                path.unlink(missing_ok=True)

    def _known(self, digest: str) -> Part | None:
        if self.folder is None:
            return None
        try:
            path = self.folder / f"{digest}.npz"
            with path.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
                texts = arrays["texts"].tobytes().decode()
                return Part(texts.split("\n") if texts else [], arrays["triples"])
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None

    @staticmethod
    def _keep(folder: Path, part: Part, digest: str) -> None:
        """What cannot be kept, as on a full disk, is parsed again the next time."""
        hidden = folder / f".{digest}-{os.getpid()}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with hidden.open("wb") as stream:
                # No text of N-Triples has a line end in it (RDF 1.1 N-Triples §2.4).
                np.savez(stream, texts=np.frombuffer("\n".join(part.texts).encode(), np.uint8), triples=part.triples)
            hidden.replace(folder / f"{digest}.npz")
        except OSError:
            with suppress(OSError):
                hidden.unlink(missing_ok=True)


NOWHERE = Parsed()
"""Keeps nothing."""


def read_parts(
    paths: Sequence[Path],
    parsed: Parsed,
    prefixes: Mapping[str, str] = FOREIGN,
    jobs: int = 1,
    read: Callable[[int, int], None] = lambda _done, _whole: None,
) -> Iterator[Part]:
    """What each of the files holds, in their order; `read` is told how many bytes of how many are behind.

    With `jobs` above 1, so many processes parse what was not parsed before, where that is worth it.

    Raises:
        SourceError: as `read_part`, for the first file that is broken.
    """
    files = [_File(path, path.stat().st_size, part_digest(path)) for path in paths]
    whole = sum(file.size for file in files)
    broken: Mapping[Path, SourceError] = {}
    if parsed.folder is not None and jobs > 1:
        broken = _parse_at_once(files, parsed, prefixes, jobs, lambda done: read(done, whole))
    done = 0
    for file in files:
        if file.path in broken:
            raise broken[file.path]
        before = done
        yield parsed.part(file.path, file.digest, prefixes, lambda behind: read(before + behind, whole))  # noqa: B023 - called at once
        done += file.size
        read(done, whole)
    parsed.forget_all_but([file.digest for file in files])


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    size: int
    digest: str


def part_digest(path: Path) -> str:
    """What names the part of a file: its content, read as its name says, by this version of the parser.

    Raises:
        SourceError: it cannot be read.
    """
    text = f"{source_digest(path)} {''.join(path.suffixes)} {version('pyoxigraph')} {_FORM}"
    return hashlib.sha256(text.encode()).hexdigest()


def _parse_at_once(
    files: Sequence[_File],
    parsed: Parsed,
    prefixes: Mapping[str, str],
    jobs: int,
    read: Callable[[int], None],
) -> Mapping[Path, SourceError]:
    """Has the new ones of the files parsed by several processes, of which this is one; what it found to be broken."""
    new = [file for file in files if not parsed.has(file.digest)]
    own, *others = shares(new, lambda file: file.size, jobs, _WORTH_A_PROCESS)
    broken: dict[Path, SourceError] = {}
    if not others:
        return broken
    size = sum(file.size for file in new)
    before = sum(file.size for file in files) - size
    with ExitStack() as running:
        orders = [
            {"folder": str(parsed.folder), "files": [(str(file.path), file.digest) for file in share]}
            for share in others
        ]
        told = [running.enter_context(elsewhere(parse_as_told, order)) for order in orders]
        for file in with_progress(own, lambda file: file.size, lambda part: read(before + int(size * part))):
            try:
                parsed.part(file.path, file.digest, prefixes)
            except SourceError as error:
                broken[file.path] = error
        for answers in told:
            deque(answers, 0)
    return broken


def parse_as_told(order: Mapping[str, Any]) -> tuple[()]:
    """Parses the files of an order into the folder that it names: what a further process does.

    It says nothing, so that it need not wait for somebody who listens: what it has done is in the folder.
    """
    parsed = Parsed(Path(order["folder"]))
    for path, digest in order["files"]:
        with suppress(SourceError):
            parsed.part(Path(path), digest)
    return ()
