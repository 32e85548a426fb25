"""Everything that can be wrong with a project's files, as findings.

Syntax, formatting, hygiene of the vocabulary, SHACL over the data, the examples of the rulebook, the saved queries:
each check yields findings with a place, and goes on, so that one run shows everything.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import DefaultGraph, Store
from rdflib import Dataset, Graph

from kg.build import project_report, read_queries
from kg.dataset import Progress, authoring_union, derived_dataset, read_graph, read_shapes, to_quads
from kg.derive import derive
from kg.engine.oxigraph import ROWS, Query, encode
from kg.engine.oxigraph import evaluate as evaluate_query
from kg.errors import KgError, SourceError
from kg.locations import Place, shown_path
from kg.namespaces import shorten
from kg.project import Project
from kg.registry import read_registry
from kg.shapes.evaluate import evaluate
from kg.shapes.report import Result
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


def check_project(project: Project, progress: Progress = lambda _: None) -> CheckReport:
    """Runs every check; a file that is not Turtle stops the checks that need it, not the others."""
    counts: dict[str, int] = {}
    findings: list[Finding] = []
    progress("syntax and formatting")
    broken = list(_syntax_and_format(project, counts))
    findings.extend(broken)
    if not any(finding.check == "syntax" for finding in broken):
        try:
            progress("hygiene")
            dataset = derived_dataset(project)
            store = Store()
            store.extend(to_quads(authoring_union(dataset, project), DefaultGraph()))
            findings.extend(_hygiene(project, store, counts))
            progress("shapes over the data")
            findings.extend(_data(project, dataset, counts))
            progress("examples")
            findings.extend(_examples(project, counts))
            progress("saved queries")
            findings.extend(_queries(project, store, counts))
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


def _hygiene(project: Project, store: Store, counts: dict[str, int]) -> Iterator[Finding]:
    checks = list(project.files("ontology", "*.rq"))
    counts["hygiene checks"] = len(checks)
    for path in checks:
        for solution in _solutions(store, Query(path.read_text(encoding="utf-8"), ROWS, rows=1000), project):
            shown = " ".join(_cell(term, project) for term in solution.values())
            yield Finding("hygiene", "violation", f"{path.stem}: {shown}")


def _solutions(store: Store, query: Query, project: Project) -> list[dict[str, dict[str, str]]]:
    pieces: list[bytes] = []
    encode(evaluate_query(store, query, project.base_iri), query, pieces.append, project.prefixes)
    bindings: list[dict[str, dict[str, str]]] = json.loads(b"".join(pieces)).get("results", {}).get("bindings", [])
    return bindings


def _cell(term: dict[str, str], project: Project) -> str:
    return shorten(term["value"], project.prefixes) if term["type"] == "uri" else term["value"]


def _data(project: Project, dataset: Dataset, counts: dict[str, int]) -> Iterator[Finding]:
    report = project_report(project, dataset)
    counts["rules"] = report.rules
    for result in report.results:
        focus = shorten(str(result.focus), project.prefixes)
        yield Finding("shapes", result.severity, f"{result.code}: {result.message('en')} ({focus})", result.place)


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
    for triple in derive(union, read_registry(union), project.as_of):
        union.add(triple)
    report = evaluate(
        union,
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
            _solutions(store, Query(query.text, ROWS, rows=1000), project)
        except KgError as error:
            path = project.root / "queries" / query.topic / f"{query.name}.rq"
            yield Finding("queries", "violation", str(error), Place(path, getattr(error, "line", None) or 1))
