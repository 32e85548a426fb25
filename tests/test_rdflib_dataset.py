"""A release as a dataset of rdflib: read from the dump, lexical forms kept, and views of it for FROM."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad
from rdflib import URIRef

from kg.engine.oxigraph import load_store as load_oxigraph
from kg.engine.rdflib_dataset import fill, load_store, open_store, view
from kg.errors import ConfigurationError, IntegrityError
from kg.release import Release
from serving import BASE

S, P, G, H = (NamedNode(f"http://e/{name}") for name in "spgh")
INTEGER = NamedNode("http://www.w3.org/2001/XMLSchema#integer")


def test_a_release_has_the_same_quads_in_both_engines(norrbotten_release: Release) -> None:
    path, quads = norrbotten_release.store_path, norrbotten_release.manifest.counts["quads"]
    store = open_store(path, quads)
    assert len(store.dataset.default_graph) == norrbotten_release.manifest.counts["triples"]
    assert store.names == {graph.value for graph in load_oxigraph(path, quads).named_graphs()}
    alignments = URIRef(f"{norrbotten_release.manifest.base_iri}graph/alignments")
    assert not set(store.dataset.get_context(alignments)) <= set(store.dataset.default_graph)


def test_a_dump_that_is_not_what_the_manifest_says(tmp_path: Path) -> None:
    with pytest.raises(IntegrityError, match="cannot be read"):
        open_store(tmp_path / "store")
    dump = tmp_path / "dump.nq"
    dump.write_text(f"{S} {P} {S} {G} .\n{S} {P} <{BASE}x> <{BASE}graph/alignments> .\n", encoding="utf-8")
    assert load_store(tmp_path / "store", 3).names == {G.value, f"{BASE}graph/alignments"}
    with pytest.raises(IntegrityError, match="makes 3 quads, not 7"):
        open_store(tmp_path / "store", 7)
    dump.write_text("<http://e/s> <no", encoding="utf-8")
    with pytest.raises(IntegrityError, match="cannot be read"):
        open_store(tmp_path / "store")


def test_functions_that_cannot_be_loaded_are_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    about = tmp_path / "broken-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1\n", encoding="utf-8")
    (about / "entry_points.txt").write_text("[kg.functions]\nbroken = no_such_module:register\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ConfigurationError, match="no_such_module:register cannot be loaded"):
        open_store(tmp_path / "store")


def test_lexical_forms_are_kept() -> None:
    store = fill([Quad(S, P, Literal("01", datatype=INTEGER))])
    assert [str(value) for value in store.dataset.default_graph.objects()] == ["01"]


def test_a_view_has_the_graphs_asked_for_and_no_other() -> None:
    store = fill([Quad(S, P, S), Quad(S, P, G, G), Quad(S, P, H, H)], empty=["http://e/empty"])
    seen = view(store, [G.value, H.value], [H.value, "http://e/empty"])
    assert {str(value) for value in seen.default_graph.objects()} == {G.value, H.value}
    names = {str(graph.identifier) for graph in seen.graphs()} - {str(seen.default_graph.identifier)}
    assert names == {H.value, "http://e/empty"}
    assert {str(value) for value in seen.get_context(URIRef(H.value)).objects()} == {H.value}
    assert len(store.dataset.default_graph) == 1
