"""Releases: immutable directories, each one a whole graph ready to be served.

::

    build/
      current -> release/2026-11-01-3f2a…      switched atomically when a new release is complete
      release/<version>/
        manifest.json      what it is: version, as-of date, counts, sources, SHA-256 of the files people download
        SHA256SUMS         every file of the directory
        store/             the Oxigraph store, opened read-only
        dump.nq            all named graphs, sorted N-Quads, lexical forms as written
        report.ttl         the SHACL report
        queries.json       the saved queries
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg.digests import file_digest
from kg.errors import ConfigurationError, IntegrityError
from kg.saved_query import Parameter, SavedQuery

__all__ = [
    "SUMS",
    "Manifest",
    "Release",
    "find_release",
    "is_whole",
    "list_releases",
    "open_release",
    "release_files",
    "verify_release",
]

SUMS = "SHA256SUMS"
"""The file with the checksums of all others."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a release says of itself; `counts` has quads, triples, graphs, organisations, relations, claims …"""

    version: str
    as_of: str
    base_iri: str
    titles: Mapping[str, str]
    counts: Mapping[str, int]
    files: Mapping[str, str]
    tool: str

    @classmethod
    def from_json(cls, text: str) -> Manifest:
        """Reads what `to_json` wrote; anything else is a ValueError, TypeError or KeyError."""
        values: dict[str, Any] = json.loads(text)
        manifest = cls(**values)
        if not isinstance(manifest.counts["quads"], int) or not manifest.titles:
            raise ValueError("no count of quads, or no title")
        return manifest

    def to_json(self) -> str:
        """Keys sorted, so that equal manifests are equal bytes."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return json.dumps(values, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


@dataclass(frozen=True, slots=True)
class Release:
    """One release on disk."""

    path: Path
    manifest: Manifest
    queries: tuple[SavedQuery, ...]

    @property
    def version(self) -> str:
        """As-of date and the first digits of the digest of the content."""
        return self.manifest.version

    @property
    def store_path(self) -> Path:
        """The Oxigraph store, to be opened read-only."""
        return self.path / "store"


def open_release(path: Path) -> Release:
    """The release in the directory `path` (a link such as `build/current` is followed).

    Raises:
        ConfigurationError: there is no release there.
        IntegrityError: its manifest cannot be read.
    """
    path = path.resolve()
    if not (path / "manifest.json").is_file():
        raise ConfigurationError(f"no release in {path}", hint="run `kg build` first")
    try:
        manifest = Manifest.from_json((path / "manifest.json").read_text(encoding="utf-8"))
        queries = _queries_from_json((path / "queries.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise IntegrityError(f"the release in {path} cannot be read: {error}", hint="build it again") from error
    return Release(path, manifest, queries)


def find_release(build: Path, version: str | None) -> Release:
    """The current release under `build`, or that of `version`.

    Raises:
        ConfigurationError: there is none.
    """
    if version is None:
        return open_release(build / "current")
    if version not in list_releases(build):
        offered = ", ".join(list_releases(build)) or "none"
        raise ConfigurationError(f"there is no release {version}", hint=f"releases: {offered}")
    return open_release(build / "release" / version)


def list_releases(build: Path) -> list[str]:
    """The versions of the complete releases under `build`, in order."""
    return sorted(path.parent.name for path in (build / "release").glob("[!.]*/manifest.json"))


def verify_release(release: Release) -> int:
    """Compares every file of a release with its checksum; the number of files compared.

    Raises:
        IntegrityError: a file is missing, was changed, or is not listed.
    """
    sums = release.path / SUMS
    if not sums.is_file():
        raise IntegrityError(f"{release.path} has no {SUMS}", hint="build it again")
    lines = (line.partition("  ") for line in sums.read_text(encoding="utf-8", errors="replace").splitlines())
    listed = {name: digest for digest, _, name in lines}
    present = {path.relative_to(release.path).as_posix() for path in release_files(release.path)} - {SUMS}
    for name in sorted(present | set(listed)):
        if name not in present:
            raise IntegrityError(f"{release.path / name} is missing", hint="build it again")
        if name not in listed:
            raise IntegrityError(f"{release.path / name} is not part of the release", hint="remove it, or build again")
        if file_digest(release.path / name) != listed[name]:
            raise IntegrityError(f"{release.path / name} was changed after it was built", hint="build it again")
    return len(listed)


def is_whole(path: Path) -> bool:
    """Whether there is a release in a directory, all of whose files are as they were built."""
    try:
        return verify_release(open_release(path)) > 0
    except (ConfigurationError, IntegrityError):
        return False


def release_files(folder: Path) -> list[Path]:
    """All files of a release but the lock file, which Oxigraph leaves in its store."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "LOCK")


def _queries_from_json(text: str) -> tuple[SavedQuery, ...]:
    return tuple(
        SavedQuery(
            **{
                **item,
                "keywords": tuple(item["keywords"]),
                "parameters": tuple(Parameter(**parameter) for parameter in item["parameters"]),
            }
        )
        for item in json.loads(text)
    )
