"""Citing: positions and digests that `kg verify` accepts."""

from pathlib import Path

import pytest
from rdflib import Graph

from kg.cite import Span, cite, known_source, source_block
from kg.errors import RequestError
from kg.sources import span_digest

TEXT = "Åsa äger\u00a0 bolaget.\nÅsa äger  bolaget, sade hon."


def test_words_are_found_whatever_the_white_space_and_the_span_is_that_of_the_text() -> None:
    spans = cite(TEXT, "Åsa  äger bolaget")
    assert [(span.start, span.end) for span in spans] == [(0, 17), (19, 36)]
    assert [TEXT[span.start : span.end] for span in spans] == ["Åsa äger\u00a0 bolaget", "Åsa äger  bolaget"]
    assert spans[0].digest == span_digest("Åsa äger\u00a0 bolaget") != spans[1].digest


def test_words_that_are_not_there_are_an_error_that_says_how_far_they_are() -> None:
    with pytest.raises(RequestError) as caught:
        cite(TEXT, "Åsa äger båten")
    assert caught.value.hint == "found up to: 'Åsa äger'"
    with pytest.raises(RequestError, match="no words"):
        cite(TEXT, "  ")


def test_characters_of_a_pattern_mean_themselves() -> None:
    assert cite("a (b) c.", "(b) c.") == [Span(2, 8, span_digest("(b) c."))]


def test_source_is_known_by_its_digest_and_else_described(tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_bytes(TEXT.encode())
    block = source_block(page)
    graph = Graph()
    assert known_source(graph, page) is None
    prefixes = "".join(
        f"PREFIX {name}: <https://e.org/{name}/>\n" for name in ("source", "dcterms", "dcat", "organisation")
    )
    graph.parse(
        data=f"PREFIX gov: <https://w3id.org/governance-kg/def/>\n{prefixes}"
        + block.replace("organisation:…", "organisation:x"),
        format="turtle",
    )
    assert known_source(graph, page) == "page"
    page.write_bytes(b"changed")
    assert known_source(graph, page) is None
