"""The authoring side: every file in its graph, errors with a place."""

import pytest
from rdflib import Dataset, URIRef

from kg.dataset import derived_graphs, read_graphs, read_shapes
from kg.errors import SourceError
from kg.namespaces import GOV
from kg.project import Project


def test_rulebook_and_project_are_read_together(demo: Project) -> None:
    names = {name.removeprefix(demo.base_iri) for name, triples in read_graphs(demo).named.items() if len(triples)}
    assert names == {
        f"graph/{name}" for name in ("alignments", "catalog", "codelists", "example", "ontology", "sources")
    }


def test_alignments_are_not_in_the_union(demo: Project) -> None:
    graphs = read_graphs(demo)
    assert graphs.published == set(graphs.named) - {demo.graph_iri("alignments")}
    dataset, union = graphs.dataset(), graphs.union.to_graph()
    merged = {triple for name in graphs.published for triple in dataset.graph(URIRef(name))}
    assert set(union) == merged
    assert not merged & set(dataset.graph(URIRef(demo.graph_iri("alignments"))))


def test_derived_edges_are_in_a_graph_of_their_own(norrbotten: Project, norrbotten_dataset: Dataset) -> None:
    edge = (
        URIRef(norrbotten.base_iri + "id/organisation/region-norrbotten"),
        URIRef(GOV.owns),
        URIRef(norrbotten.base_iri + "id/organisation/filmpool-nord"),
    )
    assert edge in norrbotten_dataset.graph(URIRef(norrbotten.graph_iri("derived")))
    assert edge not in read_graphs(norrbotten).union.to_graph()


def test_deriving_twice_gives_the_same(demo: Project) -> None:
    assert set(derived_graphs(demo).dataset().quads()) == set(derived_graphs(demo).dataset().quads())


def test_project_without_data_is_an_error(demo: Project) -> None:
    for path in (demo.root / "data").rglob("*.ttl"):
        path.unlink()
    with pytest.raises(SourceError, match="no Turtle file"):
        read_graphs(demo)


def test_shapes_of_the_project_come_after_those_of_the_rulebook(demo: Project) -> None:
    before = len(read_shapes(demo))
    (demo.root / "shapes").mkdir()
    (demo.root / "shapes" / "own.ttl").write_text("<https://e.org/S> a <http://www.w3.org/ns/shacl#NodeShape> .")
    assert len(read_shapes(demo)) == before + 1
