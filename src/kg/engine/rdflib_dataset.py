"""A release as a dataset of rdflib in memory, read from the dump of the release.

The dump has the lexical forms as they are written, which the store of the release has not. The dataset is
rdflib-endpoint's `DatasetExt`, so that functions written in Python can be called from a query.
"""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import TypeAlias

from pyoxigraph import NamedNode, Quad, RdfFormat, parse
from rdflib import Graph, URIRef
from rdflib.plugins.sparql import CUSTOM_EVALS
from rdflib_endpoint.dataset_ext import DatasetExt

from kg.errors import ConfigurationError, IntegrityError
from kg.turtle.terms import to_rdflib

__all__ = ["Functions", "RdflibStore", "StoreDataset", "fill", "load_store", "open_store", "view"]

Functions: TypeAlias = Callable[[DatasetExt], object]
"""Registers functions with a dataset: `dataset.extension_function(namespace)(function)` and the like."""

_ENTRY_POINTS = "kg.functions"
_NOT_IN_DEFAULT_GRAPH = "/graph/alignments"
_GONE: deque[set[str]] = deque()
"""The keys in rdflib's registry of the functions of datasets that are no more."""


class StoreDataset(DatasetExt):
    """A `DatasetExt` whose functions stay in the registry of rdflib until the next dataset is made.

    `DatasetExt` removes them when it is collected, which may happen while a query walks through the registry.
    """

    def __init__(self) -> None:
        super().__init__()
        self._eval_keys = set()
        weakref.finalize(self, _GONE.append, self._eval_keys)

    def forget_results(self) -> None:
        """Remove the graphs that functions made for a query; `DatasetExt.query` does so before it is evaluated."""
        self._cleanup_tmp_graphs()


@dataclass(frozen=True, slots=True)
class RdflibStore:
    """A dataset, the names of its graphs, and what registers the functions that queries may call."""

    dataset: StoreDataset
    names: frozenset[str]
    functions: tuple[Functions, ...]


def open_store(path: Path, quads: int | None = None, functions: tuple[Functions, ...] | None = None) -> RdflibStore:
    """The release whose Oxigraph store is at `path`, read from the dump beside it.

    Without `functions`, those that installed packages register under the entry point `kg.functions`.

    Raises:
        IntegrityError: it cannot be read, or has not `quads` quads, the default graph included.
        ConfigurationError: functions of an installed package cannot be loaded.
    """
    functions = _installed_functions() if functions is None else functions
    try:
        store = fill(_quads(path.parent / "dump.nq"), functions=functions)
    except (OSError, SyntaxError) as error:
        raise IntegrityError(f"the dump cannot be read: {error}", hint="build the release again") from error
    found = sum(len(graph) for graph in store.dataset.graphs())
    if quads is not None and found != quads:
        raise IntegrityError(f"the dump makes {found} quads, not {quads}", hint="build the release again")
    return store


def _installed_functions() -> tuple[Functions, ...]:
    found = []
    for point in entry_points(group=_ENTRY_POINTS):
        try:
            found.append(point.load())
        except Exception as error:
            raise ConfigurationError(f"the functions {point.value} cannot be loaded: {error}") from error
    return tuple(found)


load_store = open_store
"""A store of rdflib is in memory in either case; no thread is started."""


def _quads(dump: Path) -> Iterator[Quad]:
    """The quads of a dump and the triples of the default graph, the union of all graphs but the alignments."""
    for quad in parse(path=dump, format=RdfFormat.N_QUADS):
        yield quad
        if isinstance(quad.graph_name, NamedNode) and not quad.graph_name.value.endswith(_NOT_IN_DEFAULT_GRAPH):
            yield Quad(quad.subject, quad.predicate, quad.object)


def fill(quads: Iterable[Quad], empty: Iterable[str] = (), functions: tuple[Functions, ...] = ()) -> RdflibStore:
    """A store of these quads, lexical forms kept, and of `empty` named graphs."""
    dataset = _new_dataset(functions)
    graphs = {name: dataset.graph(URIRef(name)) for name in empty}
    for quad in quads:
        graph = dataset.default_graph
        if isinstance(quad.graph_name, NamedNode):
            name = quad.graph_name.value
            if name not in graphs:
                graphs[name] = dataset.graph(URIRef(name))
            graph = graphs[name]
        graph.add((to_rdflib(quad.subject), to_rdflib(quad.predicate), to_rdflib(quad.object)))
    return RdflibStore(dataset, frozenset(graphs), functions)


def view(store: RdflibStore, default: Iterable[str], named: Iterable[str]) -> StoreDataset:
    """A dataset of copies of these graphs, `default` merged into one (SPARQL 1.1 §13.2).

    rdflib itself, given FROM, leaves all named graphs of the store within reach of GRAPH, and has no functions.
    """
    dataset = _new_dataset(store.functions)
    for name in default:
        _copy(store, name, dataset.default_graph)
    for name in named:
        _copy(store, name, dataset.graph(URIRef(name)))
    return dataset


def _copy(store: RdflibStore, name: str, target: Graph) -> None:
    for triple in store.dataset.get_context(URIRef(name)):
        target.add(triple)


def _new_dataset(functions: Iterable[Functions]) -> StoreDataset:
    dataset = StoreDataset()
    while _GONE:  # not earlier: the new dataset may have the address of one that is no more, and so its keys
        for key in _GONE.popleft():
            CUSTOM_EVALS.pop(key, None)
    for register in functions:
        register(dataset)
    return dataset
