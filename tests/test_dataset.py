"""The authoring side: every file in its graph, errors with a place."""

import pytest
from rdflib import Dataset, URIRef

from kg.dataset import authoring_union, derived_dataset, published_graphs, read_dataset, read_shapes
from kg.errors import SourceError
from kg.namespaces import GOV
from kg.project import Project


def test_rulebook_and_project_are_read_together(demo: Project) -> None:
    dataset = read_dataset(demo)
    names = {str(graph.identifier).removeprefix(demo.base_iri) for graph in dataset.graphs() if len(graph)}
    assert names == {
        f"graph/{name}" for name in ("alignments", "catalog", "codelists", "example", "ontology", "sources")
    }


def test_alignments_are_not_in_the_union(demo: Project) -> None:
    dataset = read_dataset(demo)
    assert URIRef(demo.graph_iri("alignments")) not in {graph.identifier for graph in published_graphs(dataset, demo)}


def test_derived_edges_are_in_a_graph_of_their_own(norrbotten: Project, norrbotten_dataset: Dataset) -> None:
    edge = (
        URIRef(norrbotten.base_iri + "id/organisation/region-norrbotten"),
        URIRef(GOV.owns),
        URIRef(norrbotten.base_iri + "id/organisation/filmpool-nord"),
    )
    assert edge in norrbotten_dataset.graph(URIRef(norrbotten.graph_iri("derived")))
    assert edge not in authoring_union(read_dataset(norrbotten), norrbotten)


def test_deriving_twice_gives_the_same(demo: Project) -> None:
    assert set(derived_dataset(demo).quads()) == set(derived_dataset(demo).quads())


def test_project_without_data_is_an_error(demo: Project) -> None:
    for path in (demo.root / "data").rglob("*.ttl"):
        path.unlink()
    with pytest.raises(SourceError, match="no Turtle file"):
        read_dataset(demo)


def test_shapes_of_the_project_come_after_those_of_the_rulebook(demo: Project) -> None:
    before = len(read_shapes(demo))
    (demo.root / "shapes").mkdir()
    (demo.root / "shapes" / "own.ttl").write_text("<https://e.org/S> a <http://www.w3.org/ns/shacl#NodeShape> .")
    assert len(read_shapes(demo)) == before + 1
