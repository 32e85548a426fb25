"""The build: a project folder becomes an immutable, validated release, or nothing is published.

Read (errors with file and line) → derive → validate → write → switch. The version is the as-of date and a digest of
everything that the release holds, so that the same input gives the same version, and no change gives no new release.
"""

from __future__ import annotations

import dataclasses
import fcntl
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, serialize
from rdflib import RDF, Dataset, Graph, URIRef

from kg.dataset import Progress, authoring_union, derived_dataset, published_graphs, read_shapes, to_quads
from kg.engine.syntax import syntax_error
from kg.errors import ConfigurationError, LimitError, QuerySyntaxError, RequestError, SourceError
from kg.freshness import input_digest, remember_inputs
from kg.hygiene import Defect, find_defects, union_store
from kg.locations import Locations
from kg.namespaces import FOREIGN, GOV
from kg.project import Project
from kg.query import parse_query
from kg.release import Manifest, Release, publish_release
from kg.saved_query import SavedQuery, read_saved_query
from kg.shapes.evaluate import evaluate
from kg.shapes.report import ValidationReport

__all__ = ["Build", "build_project", "project_report", "read_queries", "refuse_broken_query"]

_COUNTED = {
    "organisations": FOREIGN["org"] + "Organization",
    "people": FOREIGN["foaf"] + "Person",
    "relations": str(GOV.Relation),
    "claims": str(GOV.Claim),
    "sources": str(GOV.SourceDocument),
}


@dataclass(frozen=True, slots=True)
class Build:
    """What a build gave: the report, defects of its words, and the release unless there is a violation or a defect."""

    report: ValidationReport
    defects: tuple[Defect, ...]
    release: Release | None


def build_project(project: Project, build: Path, progress: Progress = lambda _: None) -> Build:
    """Builds `project` into the directory `build` and makes it current; a violation publishes nothing.

    Raises:
        SourceError: a file is not Turtle, or not a saved query that the endpoint would answer.
        ConfigurationError: the directory cannot be written, or another build is writing it.
    """
    with _lock(build):
        inputs = input_digest(project)
        dataset = derived_dataset(project, progress)
        queries = read_queries(project)
        for query in queries:
            refuse_broken_query(query, project)
        progress("validating")
        union = authoring_union(dataset, project)
        report = project_report(project, union)
        defects = tuple(find_defects(project, union_store(union)))
        if defects or not report.conforms:
            return Build(report, defects, None)
        progress("writing the release")
        release = _publish(project, build, _Content(dataset, union, queries, report))
        remember_inputs(build, inputs, release.version)
        return Build(report, (), release)


def project_report(project: Project, union: Graph) -> ValidationReport:
    """The report of the rulebook's and the project's shapes over the published graphs of a project as one."""
    return evaluate(union, read_shapes(project), locate=Locations(_described(project)).place)


def _described(project: Project) -> list[Path]:
    return [*project.files("ontology", "*.ttl"), *project.files("data", "*.ttl")]


def read_queries(project: Project) -> tuple[SavedQuery, ...]:
    """The saved queries of a project; two of the same name are an error, because the name is their address."""
    root = project.root / "queries"
    queries: dict[str, SavedQuery] = {}
    for path in project.files("queries", "*.rq"):
        query = read_saved_query(path, root)
        if query.name in queries:
            raise SourceError(f"there are two saved queries called {query.name}", path=path)
        queries[query.name] = query
    return tuple(queries.values())


def refuse_broken_query(query: SavedQuery, project: Project) -> None:
    """Nothing, if the endpoint would answer this query of the project.

    Raises:
        SourceError: it is not SPARQL, or has what the endpoint refuses; with line and column.
    """
    path = project.root / "queries" / query.topic / f"{query.name}.rq"
    try:
        parsed = parse_query(query.text, base_iri=project.base_iri, max_bytes=1 << 16, max_depth=100)
        error = syntax_error(parsed, project.base_iri, project.prefixes)
    except QuerySyntaxError as refusal:
        error = refusal
    except (RequestError, LimitError) as refusal:
        raise SourceError(str(refusal), path=path, hint=refusal.hint) from None
    if error is not None:
        raise SourceError(error.message, path=path, line=error.line, column=error.column, hint=error.hint)


@dataclass(frozen=True, slots=True)
class _Content:
    """What a release is made of."""

    dataset: Dataset
    union: Graph
    queries: tuple[SavedQuery, ...]
    report: ValidationReport


def _publish(project: Project, build: Path, made: _Content) -> Release:
    named = _named_quads(made.dataset)
    files = {
        "dump.nq": _sorted_lines(serialize(named, format=RdfFormat.N_QUADS) or b""),
        "queries.json": _json([dataclasses.asdict(query) for query in made.queries]),
        "report.ttl": made.report.to_turtle(project.prefixes).encode(),
    }
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}
    # A graph without blank nodes: its sorted N-Quads are its canonical form (RDF Dataset Canonicalization §4.4).
    content = hashlib.sha256(_json([project.name, project.titles, digests])).hexdigest()
    quads = [*named, *to_quads(made.union, DefaultGraph())]
    manifest = Manifest(
        version=f"{project.as_of.isoformat()}-{content[:12]}",
        as_of=project.as_of.isoformat(),
        base_iri=project.base_iri,
        titles=project.titles,
        counts=_counts(made.union, len(quads), len(published_graphs(made.dataset, project))),
        files=digests,
        tool=f"kg {version('governance-kg')}",
    )
    return publish_release(build, manifest, files, quads)


def _counts(union: Graph, quads: int, graphs: int) -> dict[str, int]:
    counted = {name: len(set(union.subjects(RDF.type, URIRef(iri)))) for name, iri in _COUNTED.items()}
    return {"quads": quads, "triples": len(union), "graphs": graphs, **counted}


def _named_quads(dataset: Dataset) -> list[Quad]:
    graphs = [graph for graph in dataset.graphs() if graph.identifier != dataset.default_graph.identifier]
    return [quad for graph in graphs for quad in to_quads(graph, NamedNode(str(graph.identifier)))]


def _sorted_lines(text: bytes) -> bytes:
    return b"".join(sorted(text.splitlines(keepends=True)))


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


@contextmanager
def _lock(build: Path) -> Iterator[None]:
    """One build at a time writes a directory; the lock goes with the process."""
    try:
        build.mkdir(parents=True, exist_ok=True)
        stream = (build / ".lock").open("w")
    except OSError as error:
        raise ConfigurationError(f"cannot write {build}: {error.strerror}") from error
    with stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConfigurationError(f"another build is writing {build}", hint="wait for it to end") from None
        yield
