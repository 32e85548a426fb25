"""Everything that can be wrong with a project's files, as findings.

Syntax, formatting, hygiene of the vocabulary, SHACL over the data, the examples of the rulebook, the saved queries:
each check yields findings with a place, and goes on, so that one run shows everything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rdflib import URIRef

from kg.build import project_report, read_queries, refuse_broken_query
from kg.canonical import faults
from kg.columns.columns import Columns
from kg.columns.parsed import NOWHERE, Parsed
from kg.columns.store import to_store
from kg.dataset import derived_graphs
from kg.errors import KgError, SourceError
from kg.examples import example_report, expectations, read_expectations
from kg.hygiene import find_defects, solutions
from kg.jobs import processors
from kg.locations import Locations, Place, shown_path
from kg.namespaces import shorten
from kg.progress import Progress, quiet
from kg.project import Project
from kg.sources import check_sources, graph_of_sources

__all__ = ["CheckReport", "Finding", "check_project"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong (`level` violation, warning or info), where, and which check found it."""

    check: str
    level: str
    message: str
    place: Place | None = None
    path: Path | None = None

    def __str__(self) -> str:
        where = str(self.place) if self.place else str(shown_path(self.path)) if self.path else ""
        return f"{where + ': ' if where else ''}{self.level} [{self.check}] {self.message}"


@dataclass(frozen=True, slots=True)
class CheckReport:
    """All findings, and how many of each thing were checked."""

    findings: tuple[Finding, ...]
    counts: dict[str, int]

    @property
    def passed(self) -> bool:
        return not any(finding.level == "violation" for finding in self.findings)


def check_project(
    project: Project,
    progress: Progress = quiet,
    *,
    parsed: Parsed = NOWHERE,
    jobs: int | None = None,
    language: str = "en",
) -> CheckReport:
    """Runs every check; a file that is not Turtle stops the checks that need it, not the others.

    `jobs` processes read the files (as many as there are processors, if none is given); those that `parsed` has are
    not parsed again.
    """
    jobs = jobs or processors()
    counts: dict[str, int] = {}
    findings = list(_syntax_and_format(project, counts, jobs, progress))
    if not any(finding.check == "syntax" for finding in findings):
        try:
            progress("reading")
            union = derived_graphs(project, parsed, jobs, progress).union
            progress("hygiene")
            findings.extend(_hygiene(project, union, counts))
            findings.extend(_data(project, union, counts, language, progress))
            progress("citations")
            findings.extend(_citations(project, union, counts))
            progress("examples")
            findings.extend(_examples(project, counts))
            progress("saved queries")
            findings.extend(_queries(project, union, counts))
        except SourceError as error:
            findings.append(_error("syntax", error))
    return CheckReport(tuple(findings), counts)


def _error(check: str, error: KgError) -> Finding:
    hint = f" ({error.hint})" if error.hint else ""
    if isinstance(error, SourceError) and error.path and error.line:
        place = Place(shown_path(error.path), error.line, error.column)
        return Finding(check, "violation", error.message + hint, place)
    return Finding(check, "violation", error.message + hint, path=getattr(error, "path", None))


def _syntax_and_format(project: Project, counts: dict[str, int], jobs: int, progress: Progress) -> Iterator[Finding]:
    yield from (_error("syntax", error) for error in project.left_out())
    files = list(project.own_turtle_files())
    counts["Turtle files"] = len(files)
    stage = "syntax and formatting"
    progress(stage)
    for fault in faults(files, project.prefixes, jobs, lambda done, whole: progress(stage, done, whole)):
        if fault.error is None:
            yield Finding("format", "violation", "not in canonical form; run `kg fmt`", path=fault.path)
        else:
            yield _error("syntax", fault.error)


def _hygiene(project: Project, union: Columns, counts: dict[str, int]) -> Iterator[Finding]:
    counts["hygiene checks"] = len(list(project.files("ontology", "*.rq")))
    for defect in find_defects(project, union):
        yield Finding("hygiene", "violation", defect.message, defect.place)


def _data(
    project: Project, union: Columns, counts: dict[str, int], language: str, progress: Progress
) -> Iterator[Finding]:
    report = project_report(project, union, progress)
    counts["rules"] = report.rules
    for result in report.results:
        about = " ".join(result.about(project.prefixes))
        yield Finding("shapes", result.severity, f"{result.code}: {result.message(language)} ({about})", result.place)


def _citations(project: Project, union: Columns, counts: dict[str, int]) -> Iterator[Finding]:
    """The citations of the texts that lie in the project itself; others need `kg verify --sources`."""
    locations, folder = Locations(list(project.files("data", "*.ttl"))), project.root / "data"
    for check in check_sources(graph_of_sources(union, [folder]), [folder], only_found=True):
        counts["citations"] = counts.get("citations", 0) + check.citations
        for wrong in check.wrong:
            node = shorten(wrong.node, project.prefixes)
            message = (
                f"characters {wrong.start}-{wrong.end} of {check.path.name} are not what {node} cites; see `kg cite`"
            )
            yield Finding("citations", "violation", message, locations.place(URIRef(wrong.node)))
        for copy in check.copied:
            predicate, place = URIRef(copy.predicate), locations.place(URIRef(copy.node), URIRef(copy.predicate))
            message = (
                f"{shorten(predicate, project.prefixes)} holds words of {check.path.name}; cite them, do not copy them"
            )
            yield Finding("citations", "violation", message, place)


def _examples(project: Project, counts: dict[str, int]) -> Iterator[Finding]:
    folder = project.root / "examples"
    expected_file = folder / "invalid" / "expected.csv"
    if not expected_file.is_file():
        return
    expected = Counter(read_expectations(expected_file))
    found = Counter(expectations(example_report(project), folder))
    counts["examples"] = len(list(folder.rglob("*.ttl")))
    for missing in sorted(expected - found):
        yield Finding("examples", "violation", f"expected and not found: {missing}", path=folder / missing.file)
    for surplus in sorted(found - expected):
        yield Finding("examples", "violation", f"found and not expected: {surplus}", path=folder / surplus.file)


def _queries(project: Project, union: Columns, counts: dict[str, int]) -> Iterator[Finding]:
    try:
        queries = read_queries(project)
    except SourceError as error:
        yield _error("queries", error)
        return
    counts["saved queries"] = len(queries)
    if not queries:
        return
    store = to_store(union)
    for query in queries:
        try:
            refuse_broken_query(query, project)
            solutions(store, query.text, project)
        except SourceError as error:
            yield _error("queries", error)
        except KgError as error:
            path = project.root / "queries" / query.topic / f"{query.name}.rq"
            yield Finding("queries", "violation", str(error), Place(path, getattr(error, "line", None) or 1))
