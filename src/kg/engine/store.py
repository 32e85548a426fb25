"""The Oxigraph store of a release: opened where it is, or loaded into memory.

In memory a query takes about two thirds of the time, and forked workers share one copy (decision 0008).
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from pyoxigraph import NamedNode, RdfFormat, Store

from kg.errors import IntegrityError

__all__ = ["graph_names", "load_store", "open_store"]


def open_store(path: Path, quads: int | None = None) -> Store:
    """The store at `path`, read-only.

    Raises:
        IntegrityError: it cannot be opened, or has not `quads` quads. (A store whose list of files was cut can open
            as an empty one.)
    """
    try:
        store = Store.read_only(str(path))
        found = len(store)
    except (OSError, ValueError, RuntimeError) as error:
        raise IntegrityError(f"the store cannot be opened: {error}", hint="build the release again") from error
    return _counted(store, found, quads)


def graph_names(path: Path) -> tuple[str, ...]:
    """The IRIs of the named graphs in the store at `path`, in order.

    Raises:
        IntegrityError: as `open_store` does.
    """
    return tuple(sorted(graph.value for graph in open_store(path).named_graphs() if isinstance(graph, NamedNode)))


def load_store(path: Path, quads: int | None = None) -> Store:
    """A store in memory with what the store at `path` holds, in a process that stays without further threads.

    RocksDB starts threads that outlive a store, so another process opens it and sends what is in it as N-Quads.

    Raises:
        IntegrityError: it cannot be opened or read, or has not `quads` quads.
    """
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        _send_and_exit(path, quads, writing)
    os.close(writing)
    store = Store()
    try:
        with os.fdopen(reading, "rb") as stream:
            for name in json.loads(stream.readline() or "[]"):  # N-Quads have no place for an empty graph
                store.add_graph(NamedNode(name))
            store.bulk_load(input=stream, format=RdfFormat.N_QUADS)
    except (OSError, ValueError, SyntaxError) as error:
        raise IntegrityError(f"the store cannot be read: {error}", hint="build the release again") from error
    finally:
        _, status = os.waitpid(pid, 0)
    if status != 0:
        open_store(path, quads)  # says what is wrong with it; threads no longer matter
        raise IntegrityError("the store cannot be read to its end", hint="build the release again")
    return _counted(store, len(store), quads)


def _counted(store: Store, found: int, quads: int | None) -> Store:
    if quads is not None and found != quads:
        raise IntegrityError(f"the store has {found} quads, not {quads}", hint="build the release again")
    return store


def _send_and_exit(path: Path, quads: int | None, writing: int) -> None:
    code = 1
    try:
        with os.fdopen(writing, "wb", buffering=1 << 20) as stream:
            store = open_store(path, quads)
            names = [graph.value for graph in store.named_graphs() if isinstance(graph, NamedNode)]
            stream.write(json.dumps(names).encode() + b"\n")
            store.dump(stream, RdfFormat.N_QUADS)
        code = 0
    finally:
        os._exit(code)
