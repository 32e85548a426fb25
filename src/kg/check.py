"""Everything that can be wrong with a project's files, as findings.

Syntax, formatting, hygiene of the vocabulary, SHACL over the data, the examples of the rulebook, the saved queries:
each check yields findings with a place, and goes on, so that one run shows everything.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Store
from rdflib import Graph, URIRef

from kg.build import project_report, read_queries, refuse_broken_query
from kg.columns.columns import Columns
from kg.columns.encode import encode_graph
from kg.columns.store import to_store
from kg.dataset import derived_graphs, read_graph, read_shapes
from kg.derive import with_derived
from kg.errors import KgError, SourceError
from kg.hygiene import find_defects, solutions
from kg.locations import Locations, Place, shown_path
from kg.namespaces import shorten
from kg.progress import Progress, quiet
from kg.project import Project
from kg.shapes.evaluate import evaluate
from kg.shapes.report import Result
from kg.sources import check_sources
from kg.turtle.reader import read_triples
from kg.turtle_format import format_file

__all__ = [
    "CheckReport",
    "Expectation",
    "Finding",
    "check_project",
    "example_report",
    "expectations",
    "read_expectations",
]


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


@dataclass(frozen=True, slots=True, order=True)
class Expectation:
    """One line of `examples/invalid/expected.csv`: what the rulebook must say of a file, and how often."""

    file: str
    code: str
    severity: str
    focus: str
    path: str
    results: int


def check_project(project: Project, progress: Progress = quiet, *, language: str = "en") -> CheckReport:
    """Runs every check; a file that is not Turtle stops the checks that need it, not the others."""
    counts: dict[str, int] = {}
    findings: list[Finding] = []
    progress("syntax and formatting")
    broken = list(_syntax_and_format(project, counts))
    findings.extend(broken)
    if not any(finding.check == "syntax" for finding in broken):
        try:
            progress("hygiene")
            union = derived_graphs(project).union
            findings.extend(_hygiene(project, union, counts))
            progress("shapes over the data")
            findings.extend(_data(project, union, counts, language))
            progress("citations")
            findings.extend(_citations(project, union.to_graph(), counts))
            progress("examples")
            findings.extend(_examples(project, counts))
            progress("saved queries")
            findings.extend(_queries(project, to_store(union), counts))
        except SourceError as error:
            findings.append(_error("syntax", error))
    return CheckReport(tuple(findings), counts)


def _error(check: str, error: KgError) -> Finding:
    hint = f" ({error.hint})" if error.hint else ""
    if isinstance(error, SourceError) and error.path and error.line:
        return Finding(check, "violation", error.message + hint, Place(shown_path(error.path), error.line))
    return Finding(check, "violation", error.message + hint, path=getattr(error, "path", None))


def _syntax_and_format(project: Project, counts: dict[str, int]) -> Iterator[Finding]:
    files = list(project.own_turtle_files())
    counts["Turtle files"] = len(files)
    for path in files:
        try:
            read_triples(path, prefixes=project.prefixes)
            if format_file(path, prefixes=project.prefixes, write=False):
                yield Finding("format", "violation", "not in canonical form; run `kg fmt`", path=path)
        except SourceError as error:
            yield _error("syntax", error)


def _hygiene(project: Project, union: Columns, counts: dict[str, int]) -> Iterator[Finding]:
    counts["hygiene checks"] = len(list(project.files("ontology", "*.rq")))
    for defect in find_defects(project, union):
        yield Finding("hygiene", "violation", defect.message, defect.place)


def _data(project: Project, union: Columns, counts: dict[str, int], language: str) -> Iterator[Finding]:
    report = project_report(project, union)
    counts["rules"] = report.rules
    for result in report.results:
        about = " ".join(result.about(project.prefixes))
        yield Finding("shapes", result.severity, f"{result.code}: {result.message(language)} ({about})", result.place)


def _citations(project: Project, union: Graph, counts: dict[str, int]) -> Iterator[Finding]:
    """The citations of the texts that lie in the project itself; others need `kg verify --sources`."""
    locations = Locations(list(project.files("data", "*.ttl")))
    for check in check_sources(union, [project.root / "data"], only_found=True):
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


def read_expectations(path: Path) -> Iterator[Expectation]:
    """The lines of `expected.csv`.

    Raises:
        SourceError: a column is missing or `results` is not a number.
    """
    with path.open(encoding="utf-8", newline="") as stream:
        for number, row in enumerate(csv.DictReader(stream), start=2):
            try:
                yield Expectation(
                    f"invalid/{row['file']}",
                    row["code"],
                    row["severity"],
                    row["focus"],
                    row["path"],
                    int(row["results"]),
                )
            except (KeyError, ValueError, TypeError) as error:
                raise SourceError(f"not an expectation: {error}", path=path, line=number) from None


def expectations(results: Iterable[Result], folder: Path) -> list[Expectation]:
    """The results on the examples in `folder`, as the lines of `expected.csv` that would expect them."""
    tally: Counter[tuple[str, str, str, str, str]] = Counter()
    for result in results:
        file = result.place.path.relative_to(folder).as_posix() if result.place else "?"
        tally[file, result.code, result.severity, str(result.focus), str(result.path or "")] += 1
    return sorted(Expectation(*key, results=number) for key, number in tally.items())


def example_report(project: Project, *, only_pyshacl: bool = False) -> tuple[Result, ...]:
    """What the shapes say of all example files together; they share no IRI, so each result has one file."""
    folder = project.root / "examples"
    paths = sorted(folder.rglob("*.ttl"))
    vocabulary = read_graph([path for path in project.files("ontology", "*.ttl") if path.parent.name != "alignments"])
    union = Graph()
    owner: dict[str, Path] = {}
    for path in paths:
        graph = read_graph([path])
        for triple in graph:
            union.add(triple)
            for term in triple:
                owner.setdefault(str(term), path)
    for triple in vocabulary:
        union.add(triple)
    report = evaluate(
        with_derived(encode_graph(union), project.as_of),
        read_shapes(project),
        locate=lambda focus, _path: _file(owner, str(focus)),
        only_pyshacl=only_pyshacl,
    )
    return report.results


def _file(owner: dict[str, Path], node: str) -> Place | None:
    path = owner.get(node)
    return Place(path, 1) if path else None


def _queries(project: Project, store: Store, counts: dict[str, int]) -> Iterator[Finding]:
    try:
        queries = read_queries(project)
    except SourceError as error:
        yield _error("queries", error)
        return
    counts["saved queries"] = len(queries)
    for query in queries:
        try:
            refuse_broken_query(query, project)
            solutions(store, query.text, project)
        except SourceError as error:
            yield _error("queries", error)
        except KgError as error:
            path = project.root / "queries" / query.topic / f"{query.name}.rq"
            yield Finding("queries", "violation", str(error), Place(path, getattr(error, "line", None) or 1))
