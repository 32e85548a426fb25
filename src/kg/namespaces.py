"""The one table of prefixes: files, queries, pages and results all shorten IRIs with it.

A project has a base IRI; the kinds of things below it (`organisation:`, `relation:` …) and the codelists
(`modality:`, `role:` …) have a prefix each, so that Turtle and SPARQL read as `organisation:filmpool-nord`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["CODE", "CODE_SCHEMES", "FOREIGN", "GOV", "KINDS", "SHAPES", "Namespace", "prefixes", "shorten"]


class Namespace(str):
    """An IRI prefix: `GOV.owns` and `GOV["owns"]` are the IRI of a term."""

    __slots__ = ()

    def __getattr__(self, name: str) -> str:
        if name.startswith("__"):
            raise AttributeError(name)
        return self + name

    def __getitem__(self, name: object) -> str:
        return self + str(name)


GOV = Namespace("https://w3id.org/governance-kg/def/")
CODE = Namespace("https://w3id.org/governance-kg/code/")
SHAPES = Namespace("https://w3id.org/governance-kg/shapes/")

CODE_SCHEMES = (
    "amount-kind",
    "basis",
    "change-type",
    "component-method",
    "consultation-form",
    "control-type",
    "directness",
    "identifier-scheme",
    "interest-type",
    "label-status",
    "modality",
    "organisation-type",
    "ownership-method",
    "passage-reason",
    "period",
    "power",
    "role",
    "seat-type",
    "unit",
    "unspecified-reason",
)

KINDS = (
    "activity",
    "claim",
    "component",
    "effective-ownership",
    "event",
    "fund",
    "group",
    "identifier",
    "interlock",
    "legal-resource",
    "measure",
    "name",
    "organisation",
    "passage",
    "person",
    "place",
    "policy",
    "post",
    "programme",
    "relation",
    "selector",
    "service",
    "site",
    "source",
)

FOREIGN: Mapping[str, str] = MappingProxyType(
    {
        "adms": "http://www.w3.org/ns/adms#",
        "bods": "https://vocab.openownership.org/terms#",
        "cv": "http://data.europa.eu/m8g/",
        "dcat": "http://www.w3.org/ns/dcat#",
        "dcterms": "http://purl.org/dc/terms/",
        "foaf": "http://xmlns.com/foaf/0.1/",
        "ftm": "https://schema.followthemoney.tech/#",
        "legal": "http://www.w3.org/ns/legal#",
        "locn": "http://www.w3.org/ns/locn#",
        "oa": "http://www.w3.org/ns/oa#",
        "opengov": "http://www.w3.org/ns/opengov#",
        "org": "http://www.w3.org/ns/org#",
        "owl": "http://www.w3.org/2002/07/owl#",
        "prov": "http://www.w3.org/ns/prov#",
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        "rov": "http://www.w3.org/ns/regorg#",
        "schema": "https://schema.org/",
        "sh": "http://www.w3.org/ns/shacl#",
        "skos": "http://www.w3.org/2004/02/skos/core#",
        "vann": "http://purl.org/vocab/vann/",
        "vcard": "http://www.w3.org/2006/vcard/ns#",
        "void": "http://rdfs.org/ns/void#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    }
)


def prefixes(base_iri: str) -> dict[str, str]:
    """Prefix → IRI for a project whose things live below `base_iri`, sorted by prefix."""
    table = {
        **FOREIGN,
        "gov": str(GOV),
        "shape": str(SHAPES),
        **{scheme: f"{CODE}{scheme}/" for scheme in CODE_SCHEMES},
        **{kind: f"{base_iri}id/{kind}/" for kind in KINDS},
    }
    return dict(sorted(table.items()))


def shorten(iri: str, table: Mapping[str, str]) -> str:
    """`prefix:local` where the longest matching namespace of `table` leaves a plain local name, else `<iri>`."""
    best = max((item for item in table.items() if iri.startswith(item[1])), key=lambda item: len(item[1]), default=None)
    if best is None:
        return f"<{iri}>"
    local = iri[len(best[1]) :]
    plain = bool(local) and all(character.isalnum() or character in "-_" for character in local) and local[0] != "-"
    return f"{best[0]}:{local}" if plain else f"<{iri}>"
