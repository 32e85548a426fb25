"""JSON-LD that is nested too deep for its parser is refused before it ends the process."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from kg.columns.encode import read_part
from kg.columns.nesting import refuse_deep_json
from kg.errors import SourceError


def nested(levels: int, inner: str = "1") -> str:
    return '{"https://e.org/p":' * levels + inner + "}" * levels


@pytest.mark.parametrize("name", ["data.jsonld", "data.jsonld.gz"])
def test_deep_json_is_an_error_with_its_file(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    for levels, is_fine in ((900, True), (20_000, False)):
        content = nested(levels).encode()
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        if is_fine:
            assert len(read_part(path).triples) == levels
            continue
        with pytest.raises(SourceError, match="nested deeper than 1000 levels") as error:
            read_part(path)
        assert error.value.path == path


def test_brackets_in_texts_are_no_levels(tmp_path: Path) -> None:
    path = tmp_path / "data.jsonld"
    path.write_text(nested(1, '"' + "[{" * 2000 + '\\"' + "[" * 2000 + '"'))
    refuse_deep_json(path)
    path.write_text("")
    refuse_deep_json(path)


def turtle(levels: int, text: str = "1") -> str:
    return "<urn:s> <urn:p> " + "<<( <urn:s> <urn:p> " * levels + text + " )>>" * levels + " .\n"


RDF = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e.org/" rdf:version="1.2">\n'


def xml(levels: int, attribute: str = "", text: str = "x") -> str:
    begin, end = f"<rdf:Description><e:p {attribute}>", "</e:p></rdf:Description>"
    return RDF + begin * levels + f"<rdf:Description><e:p>{text}</e:p></rdf:Description>" + end * levels + "</rdf:RDF>"


@pytest.mark.parametrize("name", ["a.ttl", "a.nt", "a.nq", "a.trig", "a.rdf", "b.rdf", "a.ttl.gz", "a.rdf.gz"])
def test_what_would_end_the_process_or_never_end_is_an_error_with_its_place(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    attribute = 'rdf:parseType="Triple"' if name[0] == "a" else ""
    content = (xml(100_000, attribute) if ".rdf" in name else turtle(100_000)).encode()
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    with pytest.raises(SourceError, match="nested deeper than") as error:
        read_part(path)
    assert error.value.path == path
    assert error.value.line == (2 if ".rdf" in name else 1)
    assert error.value.column is not None


def test_signs_in_texts_are_no_levels(tmp_path: Path) -> None:
    path = tmp_path / "a.nt"
    path.write_text(f'<urn:s> <urn:p> "{"<<(" * 100_000}" .\n' * 2)
    assert len(read_part(path).triples) == 2
    path = tmp_path / "a.rdf"
    path.write_text(xml(1, text=f"<![CDATA[{'<a' * 100_000}]]><!-- {'<b>' * 100_000} parseType -->"))
    assert len(read_part(path).triples) == 2


def test_slashes_in_texts_do_not_hide_deep_triple_terms(tmp_path: Path) -> None:
    path = tmp_path / "a.rdf"
    path.write_text(RDF + "<!--" + "/>" * 100_000 + "-->\n" + xml(20_000, 'rdf:parseType="Triple"').removeprefix(RDF))
    with pytest.raises(SourceError, match="nested deeper than 1000 levels"):
        read_part(path)


def test_signs_are_found_across_the_ends_of_blocks(tmp_path: Path) -> None:
    path, block = tmp_path / "a.nt", 1 << 16
    for cut in range(4):
        start = "<urn:s> <urn:p> ".ljust(block - cut)
        path.write_text(start + "<<( <urn:s> <urn:p> ".ljust(block) * 120 + "1" + " )>>" * 120 + " .")
        with pytest.raises(SourceError, match="nested deeper than 100 levels"):
            read_part(path)


def test_many_elements_are_not_deep(tmp_path: Path) -> None:
    path = tmp_path / "a.rdf"
    element = '<rdf:Description rdf:about="urn:s"><e:p rdf:parseType="Collection"/><e:q rdf:resource="urn:o"/></rdf:Description>\n'
    path.write_text(RDF + element * 20_000 + "</rdf:RDF>")
    assert len(read_part(path).triples) == 40_000
