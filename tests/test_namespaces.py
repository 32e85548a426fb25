"""The one table of prefixes."""

import pytest
from rdflib import namespace as rdflib_namespaces

from kg.namespaces import CODE, CODE_SCHEMES, FOREIGN, GOV, KINDS, prefixes, shorten

TABLE = prefixes("https://example.org/x/")


def test_table_is_sorted_and_without_clashes() -> None:
    assert list(TABLE) == sorted(TABLE)
    assert len(TABLE) == len(FOREIGN) + len(CODE_SCHEMES) + len(KINDS) + 2
    assert len(set(TABLE.values())) == len(TABLE)


def test_foreign_namespaces_are_what_rdflib_says() -> None:
    known = {
        "adms": None, "dcat": rdflib_namespaces.DCAT, "dcterms": rdflib_namespaces.DCTERMS, "foaf": rdflib_namespaces.FOAF,
        "org": rdflib_namespaces.ORG, "owl": rdflib_namespaces.OWL, "prov": rdflib_namespaces.PROV, "rdf": rdflib_namespaces.RDF,
        "rdfs": rdflib_namespaces.RDFS, "sh": rdflib_namespaces.SH, "skos": rdflib_namespaces.SKOS, "vann": rdflib_namespaces.VANN,
        "void": rdflib_namespaces.VOID, "xsd": rdflib_namespaces.XSD,
    }  # fmt: skip
    for prefix, namespace in known.items():
        if namespace is not None:
            assert FOREIGN[prefix] == str(namespace), prefix


@pytest.mark.parametrize(
    ("iri", "short"),
    [
        (GOV.owns, "gov:owns"),
        (CODE["modality/actual"], "modality:actual"),
        ("https://example.org/x/id/organisation/filmpool-nord", "organisation:filmpool-nord"),
        ("https://example.org/x/id/organisation/a/b", "<https://example.org/x/id/organisation/a/b>"),
        ("https://example.org/x/id/organisation/", "<https://example.org/x/id/organisation/>"),
        ("https://elsewhere.example/a", "<https://elsewhere.example/a>"),
    ],
)
def test_shorten(iri: str, short: str) -> None:
    assert shorten(iri, TABLE) == short
