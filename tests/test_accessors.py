"""A literal is asked about as it is written: its lexical form and its datatype (RDF 1.1 Concepts §3.3)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kg.columns.encode import encode_files
from kg.shapes.accessors import said, without_accessors
from kg.shapes.column_queries import ColumnQueries
from kg.shapes.query_reader import read_select
from kg.shapes.tables import UNBOUND

XSD = "http://www.w3.org/2001/XMLSchema#"
DATA = f"""@prefix : <urn:> . @prefix xsd: <{XSD}> .
:a :p 01 , "5"^^xsd:int , 1.50 , "x\\"\\n"@en , "2020-01-01T24:00:00"^^xsd:dateTime , "one"^^xsd:integer , [] , :b , "plain" ."""


@pytest.mark.parametrize(
    ("rest", "found"),
    [
        ('FILTER (STR(?v) = "01")', {f'"01"^^<{XSD}integer>'}),
        ('FILTER (REGEX(STR(?v), "50$"))', {f'"1.50"^^<{XSD}decimal>'}),
        ("FILTER (str($v) = 'x\"\\n')", {'"x\\"\\n"@en'}),
        ('FILTER (STR(?v) = "urn:b" && isIRI(?v))', {"<urn:b>"}),
        ("FILTER (DATATYPE(?v) = xsd:int)", {f'"5"^^<{XSD}int>'}),
        (
            "FILTER (DATATYPE(?v) = xsd:integer && STRLEN(STR(?v)) > 1)",
            {f'"01"^^<{XSD}integer>', f'"one"^^<{XSD}integer>'},
        ),
        ("FILTER (DATATYPE(?v) = xsd:string)", {'"plain"'}),
        ("FILTER (DATATYPE(?v) != DATATYPE(?v) || STRLEN(STR(?n)) > 1)", set()),
        ("FILTER (isLiteral(?v)) BIND (?v AS ?w) FILTER (?w = 1)", {f'"01"^^<{XSD}integer>'}),
    ],
)
def test_what_is_written(tmp_path: Path, rest: str, found: set[str]) -> None:
    path = tmp_path / "data.ttl"
    path.write_text(DATA)
    queries = ColumnQueries(encode_files([path]))
    name = "?w" if "?w" in rest else "?v"
    table = queries.select(read_select(f"SELECT {name} {{ <urn:a> <urn:p> ?v {rest} }}", {"xsd": XSD}))
    assert {queries.texts[number] for number in table.columns[name[1:]].tolist()} == found


def test_the_value_of_an_expression(tmp_path: Path) -> None:
    path = tmp_path / "data.ttl"
    path.write_text(DATA)
    queries = ColumnQueries(encode_files([path]))
    table = queries.select(read_select("SELECT ?s { <urn:a> <urn:p> ?v BIND (STR(?v) AS ?s) }", {}))
    texts = {queries.texts[number] for number in table.columns["s"].tolist() if number != UNBOUND}
    assert {'"01"', '"1.50"', '"urn:b"', '"2020-01-01T24:00:00"'} < texts
    assert np.count_nonzero(table.columns["s"] == UNBOUND) == 1  # the blank node's


def test_accessors_are_told_from_texts() -> None:
    text, accessors = without_accessors('STR(?x) = "STR(?x)" && datatype( $y ) = STR(LCASE(?x)) && ?STR = STR(?x)')
    assert text == '?kgStr_x = "STR(?x)" && ?kgDatatype_y = STR(LCASE(?x)) && ?STR = ?kgStr_x'
    assert accessors == {"kgStr_x": ("STR", "x"), "kgDatatype_y": ("DATATYPE", "y")}


def test_what_is_said_of_a_term() -> None:
    assert [said("STR", text) for text in ("<urn:a>", "_:a", '"a\\""@en', f'"1"^^<{XSD}int>')] == [
        '"urn:a"',
        "UNDEF",
        '"a\\""',
        '"1"',
    ]
    assert said("DATATYPE", '"a"@en').endswith("#langString>")
    assert said("DATATYPE", "<urn:a>") == said("DATATYPE", "_:a") == "UNDEF"
