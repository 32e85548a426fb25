"""The build: a project folder becomes an immutable, validated release, or nothing is published.

Read (errors with file and line) → derive → validate, and meanwhile write → switch. The version is the as-of date and a
digest of everything that the release holds, so that the same input gives the same version, and no change gives no new
release.
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

import numpy as np

from kg.columns.columns import Columns
from kg.columns.parsed import Parsed
from kg.dataset import derived_graphs, read_shapes
from kg.draft import Draft, new_draft
from kg.engine.syntax import syntax_error
from kg.errors import ConfigurationError, LimitError, QuerySyntaxError, RequestError, SourceError
from kg.freshness import input_digest, remember_inputs
from kg.hygiene import Defect, find_defects
from kg.jobs import processors
from kg.locations import Locations
from kg.namespaces import FOREIGN, GOV
from kg.progress import Progress, quiet
from kg.project import Project
from kg.query import parse_query
from kg.release import Manifest, Release
from kg.saved_query import SavedQuery, read_saved_query
from kg.shapes.evaluate import Validation
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

    def to_json(self) -> dict[str, object]:
        """For programs: the report (`ValidationReport.to_json`), the defects, and the version that was published."""
        defects = [{"check": d.check, "message": d.message, "place": str(d.place or "")} for d in self.defects]
        version = self.release and self.release.version
        return {"version": version, "defects": defects, **self.report.document()}


def build_project(project: Project, build: Path, progress: Progress = quiet, *, jobs: int | None = None) -> Build:
    """Builds `project` into the directory `build` and makes it current; a violation publishes nothing.

    Files that have not changed since the last build there are not parsed again. `jobs` processes parse and as many
    threads write (all processors, if none is given).

    Raises:
        SourceError: a file is not Turtle, or not a saved query that the endpoint would answer.
        ConfigurationError: the directory cannot be written, or another build is writing it.
    """
    jobs = jobs or processors()
    with _lock(build):
        inputs = input_digest(project)
        queries = read_queries(project)
        for query in queries:
            refuse_broken_query(query, project)
        graphs = derived_graphs(project, Parsed(build / ".parsed"), jobs, progress)
        progress("sorting")
        quads, union, published = graphs.sorted_quads(), graphs.union, len(graphs.published)
        del graphs  # as much memory as the triples of the files take
        with new_draft(build) as draft:
            with draft.writing(quads, jobs, lambda done: progress("writing", done, quads.most)) as written:
                report = project_report(project, union, progress)
                defects = tuple(find_defects(project, union))
                if defects or not report.conforms:
                    return Build(report, defects, None)
                counts = _counts(union)
                del union  # as much memory again; the store takes more of it to its end
                made = written()
            sizes = {"quads": made.quads + made.triples, "triples": made.triples, "graphs": published}
            content = _Content(made.dump, queries, report, {**sizes, **counts})
            release = _publish(project, draft, content)
        remember_inputs(build, inputs, release.version)
        return Build(report, (), release)


def project_report(project: Project, union: Columns, progress: Progress = quiet) -> ValidationReport:
    """The report of the rulebook's and the project's shapes over the published graphs of a project as one."""
    validation = Validation(union, read_shapes(project), locate=Locations(_described(project)).place)
    results = list(validation.results(lambda done, whole: progress("validating", done, whole)))
    return ValidationReport.of(results, validation.rules, validation.left_to_pyshacl)


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
    """What a release is made of: the SHA-256 of its dump, and the rest."""

    dump: str
    queries: tuple[SavedQuery, ...]
    report: ValidationReport
    counts: dict[str, int]


def _publish(project: Project, draft: Draft, made: _Content) -> Release:
    files = {
        "queries.json": _json([dataclasses.asdict(query) for query in made.queries]),
        "report.ttl": made.report.to_turtle(project.prefixes).encode(),
    }
    digests = {"dump.nq": made.dump, **{name: draft.write(name, content) for name, content in files.items()}}
    # A graph without blank nodes: its sorted N-Quads are its canonical form (RDF Dataset Canonicalization §4.4).
    content = hashlib.sha256(_json([project.name, project.titles, digests])).hexdigest()
    manifest = Manifest(
        version=f"{project.as_of.isoformat()}-{content[:12]}",
        as_of=project.as_of.isoformat(),
        base_iri=project.base_iri,
        titles=project.titles,
        counts=made.counts,
        files=digests,
        tool=f"kg {version('governance-kg')}",
    )
    return draft.publish(manifest)


def _counts(union: Columns) -> dict[str, int]:
    """How many things of each class there are."""
    number, kind = union.terms.number_of, union.terms.number_of(f"<{FOREIGN['rdf']}type>")
    classes = {name: np.array([number(f"<{iri}>")], np.int32) for name, iri in _COUNTED.items()}
    return {name: len(union.values(one, kind, inverse=True)) for name, one in classes.items()}


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
