"""The store of a release, opened where it is and loaded into memory: the same, or an error."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad, Store

from kg.engine.store import graph_names, load_store, open_store
from kg.errors import IntegrityError
from kg.release import Release
from serving import GRAPH, OTHER, make_release

Read = Callable[[Path, int | None], Store]


@pytest.fixture
def release(tmp_path: Path) -> Release:
    return make_release(tmp_path, extra=100)


def test_in_memory_there_is_what_is_on_disk(release: Release) -> None:
    quads = release.manifest.counts["quads"]
    on_disk, in_memory = open_store(release.store_path, quads), load_store(release.store_path, quads)
    assert set(in_memory) == set(on_disk)
    assert set(in_memory.named_graphs()) == set(on_disk.named_graphs())


def test_an_empty_graph_is_a_graph_in_memory_too(tmp_path: Path) -> None:
    store = Store(str(tmp_path / "store"))
    store.add_graph(NamedNode("urn:empty"))
    node = NamedNode("urn:a")
    store.add(Quad(node, node, node, node))
    store.flush()
    del store
    assert {str(name) for name in load_store(tmp_path / "store", 1).named_graphs()} == {"<urn:a>", "<urn:empty>"}


def test_graph_names_are_in_order(release: Release) -> None:
    names = graph_names(release.store_path)
    assert names == tuple(sorted(names))
    assert {GRAPH, OTHER} <= set(names)


@pytest.mark.parametrize("read", [open_store, load_store])
def test_a_store_with_another_number_of_quads_is_refused(read: Read, release: Release) -> None:
    with pytest.raises(IntegrityError, match=r"the store has \d+ quads, not 7"):
        read(release.store_path, 7)


@pytest.mark.parametrize("read", [open_store, load_store])
def test_a_store_that_is_damaged_or_gone_is_an_error_that_says_what_to_do(read: Read, release: Release) -> None:
    quads = release.manifest.counts["quads"]
    for path in release.store_path.glob("MANIFEST*"):
        path.write_bytes(b"nothing")
    with pytest.raises(IntegrityError) as found:
        read(release.store_path, quads)
    assert found.value.hint == "build the release again"
    shutil.rmtree(release.store_path)
    with pytest.raises(IntegrityError):
        read(release.store_path, quads)
