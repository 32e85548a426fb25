"""W3C tests of the SPARQL 1.1 Service Description, of a server process as `kg serve` starts it, in all its formats."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx
import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse
from w3c import DESCRIPTION, Case, judge, parametrize

from serving import make_release, served

_SD = "http://www.w3.org/ns/sparql-service-description#"
_TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_ACCEPT = (None, "text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json")
_FEATURES = {"DereferencesURIs", "UnionDefaultGraph", "RequiresDataset", "EmptyGraphs", "BasicFederatedQuery"}
_LANGUAGES = {"SPARQL10Query", "SPARQL11Query", "SPARQL11Update"}
_SCHEMA: dict[
    str, tuple[str, str | set[str]]
] = {  # §3.4: property: (class of its subject, class of its object, or the individuals, or where their IRIs begin)
    "endpoint": ("Service", "http"),
    "feature": ("Service", _FEATURES),
    "supportedLanguage": ("Service", _LANGUAGES),
    "resultFormat": ("Service", "http://www.w3.org/ns/formats/"),
    "inputFormat": ("Service", "http://www.w3.org/ns/formats/"),
    "defaultEntailmentRegime": ("Service", "http://www.w3.org/ns/entailment/"),
    "extensionFunction": ("Service", "Function"),
    "extensionAggregate": ("Service", "Aggregate"),
    "defaultDataset": ("Service", "Dataset"),
    "availableGraphs": ("Service", "GraphCollection"),
    "defaultGraph": ("Dataset", "Graph"),
    "namedGraph": ("Dataset", "NamedGraph"),
    "name": ("NamedGraph", "http"),
    "graph": ("NamedGraph", "Graph"),
}
_EXACTLY_ONE = {
    "Service": ("endpoint", "defaultDataset"),
    "Dataset": ("defaultGraph",),
    "NamedGraph": ("name", "graph"),
}
Node = NamedNode | BlankNode | Literal | Triple


@dataclass(frozen=True, slots=True)
class Description:
    """A description as it came: where from, what it was called, and what it says."""

    endpoint: str
    media_type: str
    triples: frozenset[Triple]

    def objects(self, subject: Node, name: str) -> list[Node]:
        """The objects of a property of the vocabulary."""
        return [item.object for item in self.triples if item.subject == subject and item.predicate.value == _SD + name]

    def instances(self, name: str) -> set[Node]:
        """The nodes with a class of the vocabulary."""
        return {
            item.subject for item in self.triples if item.predicate == _TYPE and item.object == NamedNode(_SD + name)
        }


@pytest.fixture(scope="module")
def descriptions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Description]]:
    release = make_release(tmp_path_factory.mktemp("description"))
    with served(release, workers=1) as (url, _), httpx.Client(timeout=30) as client:
        yield [_get(client, f"{url}/sparql", accept) for accept in _ACCEPT]


def _get(client: httpx.Client, url: str, accept: str | None) -> Description:
    response = client.get(url, headers={"Accept": accept} if accept else {})
    assert response.status_code == 200
    media_type = response.headers["content-type"].partition(";")[0]
    assert accept in (None, media_type)
    rdf = RdfFormat.from_media_type(media_type)
    quads = parse(response.content, rdf, base_iri=url) if rdf else ()
    return Description(url, media_type, frozenset(quad.triple for quad in quads))


def _returns_rdf(description: Description) -> bool:
    return len(description.triples) > 0


def _has_endpoint(description: Description) -> bool:
    return any(
        item.predicate.value == f"{_SD}endpoint" and item.object == NamedNode(description.endpoint)
        for item in description.triples
    )


def _conforms(description: Description) -> bool:
    services = description.instances("Service")
    uses = [item for item in description.triples if item.predicate.value.startswith(_SD)]
    return (
        len(services) == 1
        and all(_fits(description, item) for item in uses)
        and all(
            len(description.objects(node, name)) == 1
            for kind, names in _EXACTLY_ONE.items()
            for node in description.instances(kind)
            for name in names
        )
    )


def _fits(description: Description, use: Triple) -> bool:
    """Whether a property of the vocabulary has a subject and an object of its domain and range."""
    domain, target = _SCHEMA.get(use.predicate.value.removeprefix(_SD), ("", ""))
    if use.subject not in description.instances(domain):
        return False
    if isinstance(target, set):
        return isinstance(use.object, NamedNode) and use.object.value.removeprefix(_SD) in target
    if target.startswith("http"):
        return isinstance(use.object, NamedNode) and use.object.value.startswith(target)
    return use.object in description.instances(target)


_CHECKS: dict[str, Callable[[Description], bool]] = {
    "returns-rdf": _returns_rdf,
    "has-endpoint-triple": _has_endpoint,
    "conforms-to-schema": _conforms,
}


@parametrize(DESCRIPTION)
def test_service_description(case: Case, descriptions: list[Description]) -> None:
    check = _CHECKS[case.iri.rpartition("#")[2]]
    wrong = [item.media_type for item in descriptions if not check(item)]
    judge(case, "answer" if wrong else None, wrong)
