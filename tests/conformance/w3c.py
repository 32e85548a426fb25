"""The W3C SPARQL test suites: their manifests read into cases, and the list of what is known to fail.

The suites are not part of this repository. `KG_CONFORMANCE` names a folder with a copy of w3c/rdf-tests as its `sparql`; where
that is not there, every test is skipped, and says so.
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from rdflib import RDF, Graph, Namespace, URIRef
from rdflib.collection import Collection

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SUITES = Path(os.environ.get("KG_CONFORMANCE", ROOT.parent / "shared" / "conformance")) / "sparql" / "sparql"
BASE = "https://w3c.github.io/rdf-tests/sparql/"
"""Where the W3C publishes the suites: the base IRI of every file in them."""

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
QT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
_FROM = re.compile(r"\bFROM\s+(?:NAMED\s+)?(?:<([^>]+)>|(\w*):(\w+))", re.IGNORECASE)
_PREFIX = re.compile(r"\bPREFIX\s+(\w*):\s*<([^>]+)>", re.IGNORECASE)
_COMMENT = re.compile(r"(?:^|(?<=\s))#.*$", re.MULTILINE)
_REQUEST = URIRef("http://www.w3.org/2009/sparql/tests/test-update#request")


@dataclass(frozen=True, slots=True)
class Suite:
    """Tests of some classes under some manifests, and how many there are."""

    name: str
    manifests: tuple[str, ...]
    classes: tuple[str, ...]
    size: int


_EVALUATION = ("QueryEvaluationTest",)
_SYNTAX_10 = ("PositiveSyntaxTest", "NegativeSyntaxTest")
_SYNTAX_11 = ("PositiveSyntaxTest11", "NegativeSyntaxTest11")
_QUERY_11 = ("sparql11/manifest-sparql11-query.ttl",)
_EVALUATION_10 = ("sparql10/manifest-evaluation.ttl", "sparql10/extended-manifest-evaluation.ttl")
_UPDATES = ("UpdateEvaluationTest", "PositiveUpdateSyntaxTest11", "NegativeUpdateSyntaxTest11", "NegativeSyntaxTest11")

EVALUATION = (
    Suite("SPARQL 1.1 query evaluation", _QUERY_11, _EVALUATION, 225),
    Suite("SPARQL 1.1 results in JSON", ("sparql11/json-res/manifest.ttl",), _EVALUATION, 4),
    Suite(
        "SPARQL 1.1 results in CSV and TSV",
        ("sparql11/csv-tsv-res/manifest.ttl",),
        ("CSVResultFormatTest", *_EVALUATION),
        6,
    ),
    Suite("SPARQL 1.1 federated query, evaluation", ("sparql11/service/manifest.ttl",), _EVALUATION, 7),
    Suite("SPARQL 1.1 entailment regimes", ("sparql11/entailment/manifest.ttl",), _EVALUATION, 70),
    Suite("SPARQL 1.0 query evaluation", _EVALUATION_10, _EVALUATION, 284),
)
SYNTAX = (
    Suite("SPARQL 1.1 query syntax", _QUERY_11, _SYNTAX_11, 103),
    Suite("SPARQL 1.1 federated query, syntax", ("sparql11/syntax-fed/manifest.ttl",), _SYNTAX_11, 3),
    Suite("SPARQL 1.0 query syntax", ("sparql10/manifest-syntax.ttl",), _SYNTAX_10, 199),
)
PROTOCOL = Suite("SPARQL 1.1 Protocol", ("sparql11/protocol/manifest.ttl",), ("ProtocolTest",), 34)
DESCRIPTION = Suite(
    "SPARQL 1.1 Service Description", ("sparql11/service-description/manifest.ttl",), ("ServiceDescriptionTest",), 3
)
_GRAPHS, _GRAPH_TEST = "sparql11/graph-store-protocol", ("GraphStoreProtocolTest",)
GRAPH_STORE = (
    Suite(
        "SPARQL 1.1 Graph Store Protocol, graphs in a parameter", (f"{_GRAPHS}/manifest-indirect.ttl",), _GRAPH_TEST, 9
    ),
    Suite("SPARQL 1.1 Graph Store Protocol, graphs in the path", (f"{_GRAPHS}/manifest-direct.ttl",), _GRAPH_TEST, 4),
)
UPDATE = Suite("SPARQL 1.1 Update", ("sparql11/manifest-sparql11-update.ttl",), _UPDATES, 157)
RUN = (*EVALUATION, *SYNTAX, PROTOCOL, DESCRIPTION, *GRAPH_STORE)


@dataclass(frozen=True, slots=True, order=True)
class Dataset:
    """The files of a test's RDF dataset, as IRIs; `base` is the base IRI of its query."""

    base: str
    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """One test; `query` and `result` are IRIs of files, `lax` says that REDUCED leaves the cardinality open."""

    iri: str
    kind: str
    query: str
    result: str
    dataset: Dataset
    lax: bool

    @property
    def text(self) -> bytes:
        """The query, as the file has it."""
        return file_of(self.query).read_bytes()


@dataclass(frozen=True, slots=True)
class KnownFailure:
    """What a test that fails is answered (`answer`, or an HTTP status), and why."""

    seen: str
    reason: str


def file_of(iri: str) -> Path:
    """The file of the suites that the W3C publishes as `iri`."""
    return SUITES / iri.removeprefix(BASE)


def manifest_graph(manifest: str) -> Graph:
    """The triples of one manifest, a path such as `sparql11/bind/manifest.ttl`."""
    return Graph().parse(SUITES / manifest, format="turtle", publicID=BASE + manifest)


def entries(manifest: str) -> Iterator[tuple[Graph, URIRef]]:
    """The entries of a manifest and of those that it includes, in their order."""
    graph = manifest_graph(manifest)
    for included in graph.objects(None, MF.include):
        for item in Collection(graph, included):
            yield from entries(str(item).removeprefix(BASE))
    for listed in graph.objects(None, MF.entries):
        for item in Collection(graph, listed):
            yield graph, URIRef(str(item))


def read_case(graph: Graph, entry: URIRef) -> Case:
    """A case of query evaluation or query syntax; elsewhere `query` and `result` are empty."""
    kind = str(graph.value(entry, RDF.type)).removeprefix(str(MF))
    action = graph.value(entry, MF.action)
    query = str(graph.value(action, QT.query) or graph.value(action, _REQUEST) or action or "")
    query = query if query.startswith(BASE) else ""
    default = tuple(sorted(str(item) for item in graph.objects(action, QT.data)))
    named = tuple(sorted(str(item) for item in graph.objects(action, QT.graphData)))
    dataset = Dataset(query.rpartition("/")[0] + "/", default, named)
    lax = graph.value(entry, MF.resultCardinality) == MF.LaxCardinality
    return Case(str(entry), kind, query, str(graph.value(entry, MF.result) or ""), dataset, lax)


def graphs_asked_for(case: Case) -> tuple[str, ...]:
    """The graphs in the FROM and FROM NAMED clauses of a query."""
    text = _COMMENT.sub("", case.text.decode("utf-8", "replace"))
    declared = dict(_PREFIX.findall(text))
    found = set()
    for iri, prefix, local in _FROM.findall(text):
        graph = iri or declared.get(prefix, "") + local
        found.add(graph if ":" in graph else case.dataset.base + graph)
    return tuple(sorted(found))


@cache
def cases_of(suite: Suite) -> tuple[Case, ...]:
    """The cases of a suite in the order of its manifests."""
    found = (read_case(graph, entry) for manifest in suite.manifests for graph, entry in entries(manifest))
    return tuple(case for case in found if case.kind in suite.classes)


@cache
def known_failures() -> dict[str, KnownFailure]:
    """`expected-failures.csv` by the IRIs of the tests."""
    with (HERE / "expected-failures.csv").open(encoding="utf-8", newline="") as stream:
        return {row["test"]: KnownFailure(row["seen"], row["reason"]) for row in csv.DictReader(stream)}


needs_suites = pytest.mark.skipif(
    not SUITES.is_dir(), reason=f"KG_CONFORMANCE: the W3C SPARQL tests are not at {SUITES}"
)


def parametrize(*suites: Suite, key: Callable[[Case], Any] | None = None) -> pytest.MarkDecorator:
    """Makes a test of every case of the suites, which `key` may bring into another order."""
    if not SUITES.is_dir():
        return pytest.mark.parametrize("case", [pytest.param(None, id="suites", marks=needs_suites)])
    cases = [case for suite in suites for case in cases_of(suite)]
    return pytest.mark.parametrize(
        "case", [pytest.param(case, id=_short(case.iri)) for case in sorted(cases, key=key or (lambda _: 0))]
    )


def _short(iri: str) -> str:
    folder, _, name = iri.partition("#")
    return f"{'/'.join(folder.split('/')[-3:-1])}#{name}"


def judge(case: Case, seen: str | None, detail: object = "") -> None:
    """Ends a test: `seen` is `None` if it conforms, else what came instead (`answer`, or an HTTP status).

    A known failure must fail in the known way: one that passes, or fails otherwise, is a failed test.
    """
    known = known_failures().get(case.iri)
    if known is None:
        assert seen is None, f"{case.iri}: {seen}: {detail}"
    else:
        assert seen is not None, f"{case.iri} passes now: take it out of expected-failures.csv"
        assert seen == known.seen, f"{case.iri} fails otherwise than is written: {seen}: {detail}"
        pytest.xfail(known.reason)
