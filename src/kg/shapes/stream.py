"""A validation written while it runs: results go out as they are found, the totals at the end."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from kg.shapes.evaluate import Validation
from kg.shapes.report import ValidationReport, summary
from kg.shapes.validation_result import SEVERITIES, Result

__all__ = ["FORMATS", "Writing", "write_validation"]

FORMATS = ("text", "json", "jsonl", "ttl", "html")


@dataclass(frozen=True)
class Writing:
    """What a validation is written with; `progress` is told how many shapes of how many are done."""

    prefixes: Mapping[str, str]
    language: str
    progress: Callable[[int, int], None] = lambda _done, _all: None
    found: Counter[str] = field(default_factory=Counter)

    def results(self, validation: Validation) -> Iterator[Result]:
        """The results as they are found; they are counted by severity."""
        for result in validation.results(self.progress):
            self.found[result.severity] += 1
            yield result


def write_validation(validation: Validation, output: str, write: Callable[[str], None], writing: Writing) -> bool:
    """Writes a validation in one of the `FORMATS`; true if it conforms.

    Text, JSON and JSON lines are written as the results are found, shape by shape; Turtle and HTML when all are there.
    """
    form = {"json": _json, "jsonl": _json_lines, "ttl": _turtle, "html": _html}.get(output, _text)
    for piece in form(validation, writing):
        write(piece)
    return not writing.found["violation"]


def _text(validation: Validation, writing: Writing) -> Iterator[str]:
    for result in writing.results(validation):
        yield result.to_text(writing.prefixes, writing.language) + "\n"
    for shape, reason in validation.left_to_pyshacl:
        yield f"{shape}: evaluated by pySHACL, because {reason}\n"
    yield summary(validation.rules, writing.found, writing.language) + "\n"


def _json(validation: Validation, writing: Writing) -> Iterator[str]:
    yield '{"results": ['
    separator = "\n"
    for result in writing.results(validation):
        yield separator + json.dumps(result.to_json(), ensure_ascii=False)
        separator = ",\n"
    rest = {
        "conforms": not writing.found["violation"],
        "rules": validation.rules,
        "counts": {severity: writing.found[severity] for severity in SEVERITIES},
        "left_to_pyshacl": [{"shape": str(shape), "reason": reason} for shape, reason in validation.left_to_pyshacl],
        "hints": list(validation.hints),
    }
    yield "\n], " + json.dumps(rest, ensure_ascii=False)[1:] + "\n"


def _json_lines(validation: Validation, writing: Writing) -> Iterator[str]:
    for result in writing.results(validation):
        yield json.dumps(result.to_json(), ensure_ascii=False) + "\n"


def _turtle(validation: Validation, writing: Writing) -> Iterator[str]:
    yield _report(validation, writing).to_turtle(writing.prefixes)


def _html(validation: Validation, writing: Writing) -> Iterator[str]:
    yield _report(validation, writing).to_html(writing.prefixes, writing.language) + "\n"


def _report(validation: Validation, writing: Writing) -> ValidationReport:
    results = list(writing.results(validation))
    return ValidationReport.of(results, validation.rules, validation.left_to_pyshacl, validation.hints)
