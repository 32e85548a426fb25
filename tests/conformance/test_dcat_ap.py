"""The shapes of DCAT-AP 3.0.0 over a small catalogue: what is wrong in each case, and that pySHACL says the same.

The shapes are not part of this repository. `KG_CONFORMANCE` names a folder with the files of the release (`shapes.ttl`,
`range.ttl` …) as its `dcat-ap`; where that is not there, every test is skipped, and says so.
"""

from __future__ import annotations

import os
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from rdflib import SH, Graph
from w3c import ROOT

from kg.columns.columns import Columns
from kg.columns.encode import encode_files, encode_graph
from kg.namespaces import FOREIGN, shorten
from kg.shapes.evaluate import Validation
from kg.shapes.validation_result import Result

FOLDER = Path(os.environ.get("KG_CONFORMANCE", ROOT.parent / "shared" / "conformance")) / "dcat-ap"
FILES = ("shapes", "range", "shapes_recommended", "deprecateduris", "mdr-vocabularies.shape")
TERMS = {**FOREIGN, "": "https://example.org/catalogue/", "spdx": "http://spdx.org/rdf/terms#"}
SIZE = 25

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"KG_CONFORMANCE: DCAT-AP is not at {FOLDER}")

CATALOGUE = """@prefix : <https://example.org/catalogue/> .
@prefix adms: <http://www.w3.org/ns/adms#> . @prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix spdx: <http://spdx.org/rdf/terms#> .
@prefix vcard: <http://www.w3.org/2006/vcard/ns#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
:catalog a dcat:Catalog ; dct:title "A catalogue"@en ; dct:description "One dataset."@en ; dct:publisher :town ;
    dct:issued "2026-01-31"^^xsd:date ; foaf:homepage :home ; dcat:dataset :grants ; dcat:record :record .
:home a foaf:Document .
:record a dcat:CatalogRecord ; foaf:primaryTopic :grants ; dct:modified "2026-02-01T10:00:00Z"^^xsd:dateTime .
:town a foaf:Agent ; foaf:name "A town"@en .
:grants a dcat:Dataset ; dct:title "Grants"@en ; dct:description "Who was given what."@en ; dct:publisher :town ;
    dct:issued "2026"^^xsd:gYear ; dct:temporal :years ; dcat:contactPoint :desk ; dcat:distribution :csv .
:years a dct:PeriodOfTime ; dcat:startDate "2025-01-01"^^xsd:date .
:desk a vcard:Kind ; vcard:hasEmail <mailto:desk@example.org> .
:csv a dcat:Distribution ; dcat:accessURL <https://example.org/grants.csv> ; dct:issued "2026-02"^^xsd:gYearMonth ;
    dcat:byteSize "1000"^^xsd:nonNegativeInteger ; dct:license :licence .
:licence a dct:LicenseDocument .
"""
CASES = [
    ("", "", []),
    ("One dataset.", "", []),
    ('dct:title "A catalogue"@en ;', "", [":catalog dcterms:title MinCount"]),
    ('dct:description "One dataset."@en ;', "", [":catalog dcterms:description MinCount"]),
    ('"A catalogue"@en', ":town", [":catalog dcterms:title NodeKind"]),
    ("dct:publisher :town ;\n    dct:issued", "dct:issued", [":catalog dcterms:publisher MinCount"]),
    (
        "foaf:homepage :home",
        "foaf:homepage :home , :town",
        [":catalog foaf:homepage MaxCount", ":catalog foaf:homepage Class"],
    ),
    ('"2026-01-31"^^xsd:date', '"January"', [":catalog dcterms:issued Node"]),
    ('"2026-01-31"^^xsd:date', '"2026-02-30"^^xsd:date', [":catalog dcterms:issued Node"]),
    ('"2026-01-31"^^xsd:date', '"2026-01-31"^^xsd:date , "2026"^^xsd:gYear', [":catalog dcterms:issued MaxCount"]),
    (
        "dcat:dataset :grants",
        'dcat:dataset "grants"',
        [":catalog dcat:dataset NodeKind", ":catalog dcat:dataset Class"],
    ),
    ("foaf:primaryTopic :grants", "foaf:primaryTopic :desk", [":record foaf:primaryTopic Node"] * 2),
    ("foaf:primaryTopic :grants ;", "", [":record foaf:primaryTopic MinCount"]),
    ('foaf:name "A town"@en', 'foaf:mbox "A town"', [":town foaf:name MinCount"]),
    ("foaf:name", "dct:type :a , :b ; foaf:name", [":town dcterms:type MaxCount", *[":town dcterms:type Class"] * 2]),
    ('dct:title "Grants"@en ;', "", [":grants dcterms:title MinCount"]),
    ("dcat:contactPoint :desk", "dcat:contactPoint :town", [":grants dcat:contactPoint Class"]),
    ("dcat:distribution :csv", "dcat:distribution :desk", [":grants dcat:distribution Class"]),
    ("dcat:accessURL <https://example.org/grants.csv> ;", "", [":csv dcat:accessURL MinCount"]),
    ('"1000"^^xsd:nonNegativeInteger', "1000", [":csv dcat:byteSize Datatype"]),
    ('"1000"^^xsd:nonNegativeInteger', '"-1"^^xsd:nonNegativeInteger', [":csv dcat:byteSize Datatype"]),
    (
        "dct:license :licence",
        "dct:license :licence , :home",
        [":csv dcterms:license MaxCount", ":csv dcterms:license Class"],
    ),
    (
        "dct:license",
        'spdx:checksum [ a spdx:Checksum ; spdx:checksumValue "00ff" ] ; dct:license',
        ["spdx:algorithm MinCount", "spdx:checksumValue Datatype"],
    ),
    (
        ":licence a",
        ":series a dcat:DatasetSeries ; dct:title 1 .\n:licence a",
        [":series dcterms:description MinCount"],
    ),
    ('"2025-01-01"^^xsd:date', '"last year"', []),  # `sh:shape`, which SHACL does not have, asks for nothing
]


@cache
def shapes() -> Graph:
    return encode_files([FOLDER / f"{name}.ttl" for name in FILES]).to_graph()


def changed(old: str, new: str) -> Columns:
    assert old in CATALOGUE
    return encode_graph(Graph().parse(data=CATALOGUE.replace(old, new, 1)))


def found(result: Result) -> tuple[object, ...]:
    messages = result.messages if (result.shape, SH.message, None) in shapes() else None
    return (
        result.focus,
        result.route,
        result.value,
        result.severity_iri,
        result.component,
        result.shape,
        str(messages),
    )


def told(result: Result) -> str:
    """The focus node, if it has a name, the path and the component, in short."""
    focus = shorten(str(result.focus), TERMS) if "/" in str(result.focus) else ""
    component = result.component.removeprefix(str(SH)).removesuffix("ConstraintComponent")
    return f"{focus} {result.shown_path(TERMS)} {component}".strip()


def test_every_case_is_run() -> None:
    assert len(CASES) == SIZE
    assert len(shapes()) > 1700


@pytest.mark.parametrize(("old", "new", "violations"), CASES)
def test_catalogue(old: str, new: str, violations: list[str]) -> None:
    catalogue = changed(old, new)
    compiled = Validation(catalogue, shapes()).report()
    assert not compiled.left_to_pyshacl
    assert Counter(told(one) for one in compiled.results if one.severity == "violation") == Counter(violations)
    assert any(one.severity == "warning" for one in compiled.results)  # it says less than is recommended
    pyshacl = Validation(catalogue, shapes(), only_pyshacl=True).report()
    assert Counter(map(found, compiled.results)) == Counter(map(found, pyshacl.results))


def test_what_a_date_is_not_is_told_in_the_details() -> None:
    catalogue = changed('"2026-01-31"^^xsd:date', '"January"')
    [wrong] = [one for one in Validation(catalogue, shapes()).results() if one.severity == "violation"]
    [alternatives] = wrong.details
    assert alternatives.component == SH.OrConstraintComponent
    asked = {one.message("en").rpartition(" ")[2] for one in alternatives.details}
    assert asked == {"xsd:date", "xsd:dateTime", "xsd:gYear", "xsd:gYearMonth"}
