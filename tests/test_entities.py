"""Entities in RDF/XML that would fill the memory are refused before the file is parsed."""

from __future__ import annotations

import gzip
import io
import time
from pathlib import Path

import pytest

import kg.columns.entities
from kg.columns.encode import read_part
from kg.columns.entities import refuse_nested_entities
from kg.errors import SourceError

BOMB = """<?xml version="1.0"?>
<!DOCTYPE rdf:RDF [
  <!ENTITY a "aaaaaaaaaa">
  <!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>
]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="https://e.org/">
  <rdf:Description rdf:about="https://e.org/x"><e:p>&b;</e:p></rdf:Description>
</rdf:RDF>
"""
PLAIN = BOMB.replace("'&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'", '"b &#38; c"')


@pytest.mark.parametrize("name", ["data.rdf", "data.rdf.gz"])
def test_an_entity_made_of_entities_is_refused_with_its_line(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    for text, is_fine in ((BOMB, False), (BOMB.replace("'", '"'), False), (PLAIN, True)):
        path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
        if is_fine:
            refuse_nested_entities(path)
            continue
        with pytest.raises(SourceError, match="The entity b refers to other entities") as error:
            refuse_nested_entities(path)
        assert (error.value.path, error.value.line) == (path, 4)


def test_validation_looks_before_it_parses(tmp_path: Path) -> None:
    data, shapes = tmp_path / "data.rdf", tmp_path / "shapes.ttl"
    shapes.write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . <https://e.org/S> sh:targetSubjectsOf <https://e.org/p> ; sh:closed true ."
    )
    data.write_text(BOMB)
    with pytest.raises(SourceError, match="The entity b"):
        kg.validate(data, shapes)
    with pytest.raises(SourceError, match="The entity b"):
        kg.validate(shapes, data)
    data.write_text(PLAIN)
    [result] = kg.validate(data, shapes).results
    assert str(result.value) == "b & c"


def test_other_files_are_not_looked_into(tmp_path: Path) -> None:
    path = tmp_path / "data.ttl"
    path.write_text(f'<urn:a> <urn:b> """{BOMB}""" .')
    assert len(read_part(path).triples) == 1


@pytest.mark.parametrize("name", ["a.rdf", "a.rdf.gz"])
def test_a_long_entity_that_is_used_often_is_an_error(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    for times in (2, 2_000):
        text = f'<!DOCTYPE a [<!ENTITY a "{"x" * 100_000}">]><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/"><rdf:Description><e:p>{"&a;" * times}</e:p></rdf:Description></rdf:RDF>'
        path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
        if times == 2:
            assert len(read_part(path).triples) == 1
            continue
        with pytest.raises(SourceError, match="200,000,000 bytes longer"):
            read_part(path)


@pytest.mark.parametrize("block", [7, 64, 1 << 20])
def test_references_are_counted_wherever_a_block_ends(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(kg.columns.entities, "_READ", block)
    content = b"&a; & b; &&a;&other;&a ;x&a;" * 9
    assert kg.columns.entities._added(io.BytesIO(content), {b"a": 10}) == (len(content), 27 * 10)


def test_a_name_that_is_declared_twice_is_not_taken_for_its_shorter_text(tmp_path: Path) -> None:
    declared = f'<!ENTITY a "{"x" * 10_000}"><!ENTITY a "x">'
    path = tmp_path / "data.rdf"
    path.write_text(f"<!DOCTYPE r [{declared}]><r>{'&a;' * 20_000}</r>")
    with pytest.raises(SourceError, match="200,000,000 bytes longer"):
        refuse_nested_entities(path)


def test_many_entities_are_looked_for_together(tmp_path: Path) -> None:
    path = tmp_path / "data.rdf"
    declared = "".join(f'<!ENTITY e{number} "x">' for number in range(40_000))
    path.write_text(f"<!DOCTYPE r [{declared}]><r>{'&e1;' * 500_000}</r>")
    begun = time.process_time()
    refuse_nested_entities(path)
    assert time.process_time() - begun < 10, "each is looked for by itself"
