"""A validation written while it runs, and `kg.validate`."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Store
from rdflib import SH, Dataset, Graph, URIRef

import kg
from kg.columns.encode import encode_graph
from kg.namespaces import prefixes
from kg.shapes.evaluate import Validation
from kg.shapes.stream import FORMATS, Writing, write_validation

DATA = "@prefix : <https://example.org/> . :a :p 1 , 2 ; :q 3 ; :r 4 ."
SHAPES = """@prefix : <https://example.org/> . @prefix sh: <http://www.w3.org/ns/shacl#> .
:S1 a sh:NodeShape ; sh:targetNode :a ; sh:property [ sh:path :p ; sh:maxCount 1 ; sh:severity sh:Warning ] .
:S2 a sh:NodeShape ; sh:targetNode :a ; sh:property [ sh:path [ sh:inversePath :q ] ; sh:minCount 1 ] .
"""
PREFIXES = prefixes("https://example.org/")


def validation() -> Validation:
    return Validation(encode_graph(Graph().parse(data=DATA)), Graph().parse(data=SHAPES))


def written(output: str) -> tuple[bool, str]:
    pieces: list[str] = []
    conforms = write_validation(validation(), output, pieces.append, Writing(PREFIXES, "en"))
    return conforms, "".join(pieces)


def test_results_are_written_while_later_shapes_wait() -> None:
    seen: list[str] = []
    writing = Writing(PREFIXES, "en", progress=lambda done, whole: seen.append(f"{done}/{whole}"))
    write_validation(validation(), "text", lambda text: seen.append(text.split()[0]), writing)
    assert seen == ["0/2", "warning", "1/2", "violation", "2/2", "2"]


@pytest.mark.parametrize("output", FORMATS)
def test_every_format_says_the_same(output: str) -> None:
    conforms, text = written(output)
    assert not conforms
    match output:
        case "json":
            document = json.loads(text)
            assert (document["conforms"], document["counts"]) == (False, {"violation": 1, "warning": 1, "info": 0})
            paths = {result["path"] for result in document["results"]}
        case "jsonl":
            paths = {json.loads(line)["path"] for line in text.splitlines()}
        case "ttl":
            graph = Graph().parse(data=text)
            assert len(list(graph.objects(None, SH.result))) == 2
            [inverse] = graph.objects(None, SH.inversePath)
            paths = {"https://example.org/p", f"^<{inverse}>"}
        case _:
            assert "1 violation, 1 warning, 0 info" in text
            return
    assert paths == {"https://example.org/p", "^<https://example.org/q>"}


def test_an_empty_validation_is_json_too() -> None:
    pieces: list[str] = []
    nothing = Validation(encode_graph(Graph()), Graph())
    assert write_validation(nothing, "json", pieces.append, Writing(PREFIXES, "en"))
    assert json.loads("".join(pieces))["results"] == []


def test_validate_takes_files_folders_graphs_and_stores(tmp_path: Path) -> None:
    (tmp_path / "shapes").mkdir()
    (tmp_path / "shapes" / "a.ttl").write_text(SHAPES)
    (tmp_path / "data.ttl").write_text(DATA)
    packed = tmp_path / "data.ttl.gz"
    packed.write_bytes(gzip.compress(DATA.encode()))
    graph, store, dataset = Graph().parse(data=DATA), Store(), Dataset()
    store.load(DATA, RdfFormat.TURTLE, to_graph=None)
    dataset.graph(URIRef("urn:g")).parse(data=DATA)
    for data in (tmp_path / "data.ttl", str(packed), [tmp_path / "data.ttl"], graph, store, dataset):
        for shapes in (tmp_path / "shapes", [str(tmp_path / "shapes" / "a.ttl")], Graph().parse(data=SHAPES)):
            report = kg.validate(data, shapes)
            assert [result.severity for result in report.results] == ["violation", "warning"]
    places = [result.place for result in kg.validate(tmp_path / "data.ttl", tmp_path / "shapes").results]
    assert [place.line if place else None for place in places] == [1, 1]
    assert len(kg.validate(graph, Graph().parse(data=SHAPES), engine="pyshacl").results) == 2


def test_validate_knows_two_engines() -> None:
    with pytest.raises(ValueError, match="no engine"):
        kg.validate(Graph(), Graph(), engine="other")
    with pytest.raises(AttributeError):
        kg.other  # noqa: B018 - to be refused
