"""A validation written while it runs: results go out as they are found, the totals at the end."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from kg.shapes.evaluate import Validation
from kg.shapes.report import SEVERITIES, ValidationReport, summary

__all__ = ["FORMATS", "write_validation"]

FORMATS = ("text", "json", "jsonl", "ttl", "html")
Progress = Callable[[int, int], None]


def write_validation(
    validation: Validation,
    output: str,
    write: Callable[[str], None],
    *,
    prefixes: Mapping[str, str],
    language: str,
    progress: Progress,
) -> bool:
    """Writes a validation in one of the `FORMATS`; true if it conforms.

    Text, JSON and JSON lines are written as the results are found, shape by shape; Turtle and HTML when all are there.
    """
    found: Counter[str] = Counter()
    match output:
        case "json":
            pieces = _json(validation, progress, found)
        case "jsonl":
            pieces = _json_lines(validation, progress, found)
        case "text":
            pieces = _text(validation, progress, found, prefixes, language)
        case _:
            pieces = _whole(validation, output, progress, found, prefixes, language)
    for piece in pieces:
        write(piece)
    return not found["violation"]


def _text(
    validation: Validation, progress: Progress, found: Counter[str], prefixes: Mapping[str, str], language: str
) -> Iterator[str]:
    for result in validation.results(progress):
        found[result.severity] += 1
        yield result.to_text(prefixes, language) + "\n"
    for shape, reason in validation.left_to_pyshacl:
        yield f"{shape}: evaluated by pySHACL, because {reason}\n"
    yield summary(validation.rules, found, language) + "\n"


def _json(validation: Validation, progress: Progress, found: Counter[str]) -> Iterator[str]:
    yield '{"results": ['
    separator = "\n"
    for result in validation.results(progress):
        found[result.severity] += 1
        yield separator + json.dumps(result.to_json(), ensure_ascii=False)
        separator = ",\n"
    rest = {
        "conforms": not found["violation"],
        "rules": validation.rules,
        "counts": {severity: found[severity] for severity in SEVERITIES},
        "left_to_pyshacl": [{"shape": str(shape), "reason": reason} for shape, reason in validation.left_to_pyshacl],
    }
    yield "\n], " + json.dumps(rest, ensure_ascii=False)[1:] + "\n"


def _json_lines(validation: Validation, progress: Progress, found: Counter[str]) -> Iterator[str]:
    for result in validation.results(progress):
        found[result.severity] += 1
        yield json.dumps(result.to_json(), ensure_ascii=False) + "\n"


def _whole(
    validation: Validation,
    output: str,
    progress: Progress,
    found: Counter[str],
    prefixes: Mapping[str, str],
    language: str,
) -> Iterator[str]:
    report = ValidationReport.of(validation.results(progress), validation.rules, validation.left_to_pyshacl)
    found.update(report.counts())
    yield report.to_turtle(prefixes) if output == "ttl" else report.to_html(prefixes, language) + "\n"
