"""Both engines in a process of their own, which is killed when a query takes too long: Oxigraph heeds no signal."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from differential import Comparison, Stores, compare, small_quads, stores_of
from kg.engine import oxigraph, rdflib_engine
from serving import BASE

sys.path.append(str(Path(__file__).parent / "conformance"))

from host import read_data
from w3c import Dataset

__all__ = ["Asker", "release_stores", "small_stores", "suite_quads", "suite_stores"]

LOAD = 60.0
"""Seconds in which a child has started and has its stores."""
MARGIN = 20.0
"""Seconds for what is no engine's: reading the query, comparing the answers, and a machine that stands still."""


@cache
def small_stores() -> Stores:
    """The small release with cycles, several labels and what is no number."""
    return stores_of(small_quads(), BASE)


@cache
def release_stores(folder: Path, base_iri: str, quads: int) -> Stores:
    """A release on disk: the store as Oxigraph has it, the dump as rdflib has it."""
    dump = parse(path=folder / "dump.nq", format=RdfFormat.N_QUADS)
    literals = frozenset(quad.object for quad in dump if isinstance(quad.object, Literal))
    store = folder / "store"
    return Stores(oxigraph.open_store(store, quads), rdflib_engine.open_store(store, quads), base_iri, literals)


@cache
def suite_stores(dataset: Dataset) -> Stores:
    """The dataset of a W3C test."""
    return stores_of(suite_quads(dataset), dataset.base, dataset.named)


def suite_quads(dataset: Dataset) -> list[Quad]:
    """The files of the dataset of a W3C test."""
    quads = [quad for iri in dataset.default for quad in read_data(iri)]
    for iri in dataset.named:
        quads += [Quad(quad.subject, quad.predicate, quad.object, NamedNode(iri)) for quad in read_data(iri)]
    return quads


class Asker:
    """Compares in a child; one that is late or dies gives no answer, and the next query has another. `close` it."""

    def __init__(self) -> None:
        self._pipe: Connection | None = None
        self._child: Any = None

    def compare(
        self, make: Callable[..., Stores], *arguments: object, text: str, seconds: float, lax: bool = False
    ) -> Comparison:
        """As `differential.compare`, over the stores that `make` gives; each engine has `seconds`.

        A child that does not answer is Oxigraph's doing: what is Python is stopped inside it.
        """
        if self._pipe is None:
            self._start()
        assert self._pipe is not None
        self._pipe.send((make, arguments, text, seconds, lax))
        try:
            if not self._pipe.poll(LOAD) or self._pipe.recv() is not None:
                raise RuntimeError("the stores cannot be made")
            if self._pipe.poll(2 * seconds + MARGIN):
                found: Comparison = self._pipe.recv()
                return found
        except EOFError:
            self.close()
            return Comparison("died", "unasked", "oxigraph: died")
        self.close()
        return Comparison("slow", "unasked", "oxigraph: slow")

    def _start(self) -> None:
        spawn = multiprocessing.get_context("spawn")
        self._pipe, theirs = spawn.Pipe()
        self._child = spawn.Process(target=_serve, args=(theirs,), daemon=True)
        self._child.start()
        theirs.close()

    def close(self) -> None:
        """Kill the child, if there is one."""
        if self._pipe is not None:
            self._pipe.close()
            self._child.kill()
            self._child.join()
            self._child.close()
            self._pipe = None


def _serve(pipe: Connection) -> None:
    with suppress(EOFError):
        while True:
            make, arguments, text, seconds, lax = pipe.recv()
            stores = make(*arguments)
            pipe.send(None)
            pipe.send(compare(stores, text, seconds=seconds, lax=lax))
