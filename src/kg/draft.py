"""A release while it is written: hidden, and then by one rename there, or nothing at all.

Everything is written into a hidden directory beside the releases; who lists or opens releases does not see it, a killed
build leaves it, and the next build removes it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pyoxigraph import Quad, RdfFormat, Store

from kg.columns.lines import Lines, SortedQuads
from kg.digests import file_digest
from kg.errors import ConfigurationError
from kg.release import SUMS, Manifest, Release, is_whole, open_release, release_files

__all__ = ["Draft", "Written", "new_draft", "publish_release"]

_AT_ONCE = 100_000
"""Quads that a thread loads at one time: about 100 MB of memory; more are not faster."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a dataset was written as: the SHA-256 of its dump, how many quads, and how many triples of their union."""

    dump: str
    quads: int
    triples: int


@dataclass(frozen=True, slots=True)
class Draft:
    """A release that is being written into the directory `path` below `build`."""

    build: Path
    path: Path

    def write(self, name: str, content: bytes) -> str:
        """Writes a file; gives its SHA-256."""
        with _translated(self.path):
            (self.path / name).write_bytes(content)
        return hashlib.sha256(content).hexdigest()

    @contextmanager
    def writing(
        self, quads: SortedQuads, jobs: int, report: Callable[[int], None] = lambda _: None
    ) -> Iterator[Callable[[], Written]]:
        """Writes `dump.nq` and the store with `jobs` threads, while the caller does something else.

        What it gives waits until all is written, and tells what that is. `report` is told how many quads are written. A
        caller that leaves without having waited wants it no more: the threads stop after the piece that they are at.
        """
        with _translated(self.path):
            dump, store = (self.path / "dump.nq").open("wb"), self._store()
        writing = _Writing(store, quads.pieces(_AT_ONCE), dump, report)
        del store
        with dump, ThreadPoolExecutor(jobs, "write") as pool:
            threads = [pool.submit(writing.work) for _ in range(jobs)]
            try:
                yield lambda: self._finished(writing, threads)
            finally:
                writing.over.set()

    def _finished(self, writing: _Writing, threads: list[Future[None]]) -> Written:
        with _translated(self.path):
            for thread in threads:
                thread.result()
            return writing.close()

    def write_store(self, quads: Iterable[Quad]) -> None:
        """Writes the store of quads as they are."""
        with _translated(self.path):
            store = self._store()
            store.bulk_extend(quads)
            _settle(store)

    def publish(self, manifest: Manifest) -> Release:
        """Makes it the release that `manifest` names, and that the current one.

        A version that is there already is not replaced, as the same version is the same content, unless its files are
        not as they were built.

        Raises:
            ConfigurationError: the directory cannot be written.
        """
        target = self.build / "release" / manifest.version
        with _translated(target):
            if not is_whole(target):
                self._complete(manifest)
                if target.exists():
                    damaged = target.parent / f".damaged-{target.name}"
                    target.rename(damaged)
                    self.path.rename(target)
                    shutil.rmtree(damaged, ignore_errors=True)
                else:
                    self.path.rename(target)
            _switch(self.build, manifest.version)
        return open_release(target)

    def _complete(self, manifest: Manifest) -> None:
        """The manifest, the checksums, and all of it on the disk."""
        (self.path / "manifest.json").write_text(manifest.to_json(), encoding="utf-8")
        names = {path: path.relative_to(self.path).as_posix() for path in release_files(self.path)}
        lines = [f"{manifest.files.get(name) or file_digest(path)}  {name}\n" for path, name in names.items()]
        (self.path / SUMS).write_text("".join(lines), encoding="utf-8")
        for path in release_files(self.path):
            with path.open("rb") as stream:
                os.fsync(stream.fileno())

    def _store(self) -> Store:
        return Store(str(self.path / "store"))


class _Writing:
    """The pieces of a dataset on their way into a dump, in order, and into a store, as threads are free."""

    def __init__(self, store: Store, pieces: Iterator[Lines], dump: IO[bytes], report: Callable[[int], None]) -> None:
        self.over = threading.Event()
        self._store, self._pieces, self._dump, self._report = store, pieces, dump, report
        self._digest, self._turn, self._done, self._merged = hashlib.sha256(), threading.Lock(), 0, 0

    def work(self) -> None:
        """What each thread does."""
        try:
            while (piece := self._next()) is not None:
                # One after the other: together they take a tenth more.
                self._store.bulk_load(input=piece.quads, format=RdfFormat.N_QUADS, lenient=True)
                self._store.bulk_load(input=piece.triples, format=RdfFormat.N_TRIPLES, lenient=True)
                with self._turn:
                    self._done += piece.number
                    self._merged += piece.merged
                    self._report(self._done)
        except BaseException:
            self.over.set()
            raise

    def close(self) -> Written:
        """Ends the store and the dump when all pieces are there."""
        _settle(self._store)
        del self._store
        self._dump.flush()
        return Written(self._digest.hexdigest(), self._done, self._merged)

    def _next(self) -> Lines | None:
        with self._turn:
            piece = next(self._pieces, None) if not self.over.is_set() else None
            if piece is not None:
                self._dump.write(piece.quads)
                self._digest.update(piece.quads)
            return piece


@contextmanager
def new_draft(build: Path) -> Iterator[Draft]:
    """A draft below `build`; what was not published is gone afterwards, and so is what a killed build has left.

    Raises:
        ConfigurationError: the directory cannot be written.
    """
    folder = build / "release"
    path = folder / f".draft-{os.getpid()}"
    with _translated(path):
        folder.mkdir(parents=True, exist_ok=True)
        for leftover in folder.glob(".*"):
            shutil.rmtree(leftover, ignore_errors=True)
        path.mkdir()
    try:
        yield Draft(build, path)
    finally:
        shutil.rmtree(path, ignore_errors=True)


def publish_release(build: Path, manifest: Manifest, files: Mapping[str, bytes], quads: Iterable[Quad]) -> Release:
    """Writes a complete release and makes it the current one: `files` by name, and `quads` into the store.

    Raises:
        ConfigurationError: the directory cannot be written.
    """
    with new_draft(build) as draft:
        for name, content in files.items():
            draft.write(name, content)
        draft.write_store(quads)
        return draft.publish(manifest)


def _settle(store: Store) -> None:
    store.optimize()
    store.flush()


def _switch(build: Path, version: str) -> None:
    for leftover in build.glob(".current-*"):  # of a build that was killed
        leftover.unlink()
    link = build / f".current-{os.getpid()}"
    link.symlink_to(Path("release") / version)
    link.replace(build / "current")


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, RuntimeError) as error:  # of the files, and of the store
        reason = getattr(error, "strerror", None) or error
        raise ConfigurationError(f"cannot write {path}: {reason}") from error
