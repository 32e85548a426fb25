"""The examples of the rulebook: files that pass and files that fail, each for the reasons that one table states."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rdflib import Graph

from kg.columns.encode import encode_graph
from kg.dataset import read_graph, read_shapes
from kg.derive import with_derived
from kg.errors import SourceError
from kg.locations import Place
from kg.project import Project
from kg.shapes.evaluate import evaluate
from kg.shapes.validation_result import Result

__all__ = ["Expectation", "example_report", "expectations", "read_expectations"]


@dataclass(frozen=True, slots=True, order=True)
class Expectation:
    """One line of `examples/invalid/expected.csv`: what the rulebook must say of a file, and how often."""

    file: str
    code: str
    severity: str
    focus: str
    path: str
    results: int


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
