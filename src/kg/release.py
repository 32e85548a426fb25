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

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.errors import ConfigurationError, IntegrityError
from kg.saved_query import Parameter, SavedQuery

if TYPE_CHECKING:
    from pyoxigraph import Quad

__all__ = [
    "Manifest",
    "Release",
    "file_digest",
    "find_release",
    "list_releases",
    "open_release",
    "publish_release",
    "verify_release",
]

_SUMS = "SHA256SUMS"


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


def publish_release(build: Path, manifest: Manifest, files: Mapping[str, bytes], quads: Iterable[Quad]) -> Release:
    """Writes a complete release and makes it the current one.

    `files` are the files to be written by name, `quads` what the store holds. Everything is written into a hidden
    directory that becomes the release by one rename; `current` is a link, replaced by one rename. A version that is
    there already is not written again, as the same version is the same content, unless its files are not as they were
    built: then it is replaced.

    Raises:
        ConfigurationError: the directory cannot be written.
    """
    target = build / "release" / manifest.version
    try:
        if not _is_whole(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            _write(target, manifest, files, quads)
        _switch(build, manifest.version)
    except (OSError, RuntimeError) as error:  # of the files, and of the store
        shutil.rmtree(_hidden(target), ignore_errors=True)
        reason = getattr(error, "strerror", None) or error
        raise ConfigurationError(f"cannot write {target}: {reason}") from error
    return open_release(target)


def verify_release(release: Release) -> int:
    """Compares every file of a release with its checksum; the number of files compared.

    Raises:
        IntegrityError: a file is missing, was changed, or is not listed.
    """
    sums = release.path / _SUMS
    if not sums.is_file():
        raise IntegrityError(f"{release.path} has no {_SUMS}", hint="build it again")
    lines = (line.partition("  ") for line in sums.read_text(encoding="utf-8", errors="replace").splitlines())
    listed = {name: digest for digest, _, name in lines}
    present = {path.relative_to(release.path).as_posix() for path in _files(release.path)} - {_SUMS}
    for name in sorted(present | set(listed)):
        if name not in present:
            raise IntegrityError(f"{release.path / name} is missing", hint="build it again")
        if name not in listed:
            raise IntegrityError(f"{release.path / name} is not part of the release", hint="remove it, or build again")
        if file_digest(release.path / name) != listed[name]:
            raise IntegrityError(f"{release.path / name} was changed after it was built", hint="build it again")
    return len(listed)


def _hidden(target: Path) -> Path:
    return target.parent / f".{target.name}"


def _is_whole(target: Path) -> bool:
    try:
        return verify_release(open_release(target)) > 0
    except (ConfigurationError, IntegrityError):
        return False


def _write(target: Path, manifest: Manifest, files: Mapping[str, bytes], quads: Iterable[Quad]) -> None:
    from pyoxigraph import Store

    for leftover in target.parent.glob(".*"):
        shutil.rmtree(leftover, ignore_errors=True)
    hidden = _hidden(target)
    hidden.mkdir()
    for name, content in files.items():
        (hidden / name).write_bytes(content)
    store = Store(str(hidden / "store"))
    store.bulk_extend(quads)
    store.optimize()
    store.flush()
    del store
    (hidden / "manifest.json").write_text(manifest.to_json(), encoding="utf-8")
    lines = [f"{file_digest(path)}  {path.relative_to(hidden).as_posix()}\n" for path in _files(hidden)]
    (hidden / _SUMS).write_text("".join(lines), encoding="utf-8")
    for path in _files(hidden):
        with path.open("rb") as stream:
            os.fsync(stream.fileno())
    if target.exists():
        damaged = target.parent / f".damaged-{target.name}"
        target.rename(damaged)
        hidden.rename(target)
        shutil.rmtree(damaged, ignore_errors=True)
        return
    hidden.rename(target)


def _switch(build: Path, version: str) -> None:
    for leftover in build.glob(".current-*"):  # of a build that was killed
        leftover.unlink()
    link = build / f".current-{os.getpid()}"
    link.symlink_to(Path("release") / version)
    link.replace(build / "current")


def _files(folder: Path) -> list[Path]:
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


def file_digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
