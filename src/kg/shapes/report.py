"""Validation reports: results as values, readable as text, JSON, HTML and as a standard `sh:ValidationReport`.

SHACL (W3C Recommendation 2017) §3.6. A result carries, beside what the standard asks for, the stable code of the rule,
the message in every language of the shape, and the file and line of the focus node.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from textwrap import indent

from rdflib import SH, Graph, Literal, URIRef
from rdflib.term import Node

from kg.locations import Place
from kg.namespaces import shorten
from kg.shapes.paths import Path, Predicate, path_text
from kg.shapes.report_graph import report_graph

__all__ = ["SEVERITIES", "Result", "ValidationReport", "in_language", "summary"]

_MOST_SHOWN = 10
"""Details of a result that the text shows; the other forms have them all."""

SEVERITIES: Mapping[str, URIRef] = {"violation": SH.Violation, "warning": SH.Warning, "info": SH.Info}


@dataclass(frozen=True, slots=True)
class Result:
    """One validation result; `focus` is the node at fault (for rules over the whole graph, the node they name)."""

    code: str
    severity: str
    focus: Node
    path: Node | None
    value: Node | None
    messages: Mapping[str, str]
    shape: Node
    component: URIRef
    labels: Mapping[str, str] = field(default_factory=dict)
    place: Place | None = None
    constraint: Node | None = None
    """`sh:sourceConstraint`: the constraint in SPARQL that gave the result."""
    severity_iri: URIRef | None = None
    """`sh:resultSeverity`, which may be one of the shapes' own."""
    route: Path | None = None
    """The path, if it is more than a predicate: `path` is the node that the shapes graph writes it with."""
    details: tuple[Result, ...] = ()
    """`sh:detail`: why a value does not conform to a shape that it should conform to."""

    @property
    def result_severity(self) -> URIRef:
        """`sh:resultSeverity`."""
        return self.severity_iri or SEVERITIES[self.severity]

    def message(self, language: str) -> str:
        """The message in `language`, else in English, else in any."""
        return in_language(self.messages, language) or self.code

    def label(self, language: str) -> str:
        """What the focus node is called in `language`, or in any; empty when it has no name."""
        return in_language(self.labels, language)

    def about(self, prefixes: Mapping[str, str]) -> list[str]:
        """The focus node, and the path and value where there are any, as they are written in files."""
        value = f" {_shown(self.value, prefixes)}" if self.value is not None and self.value != self.focus else ""
        path = self.shown_path(prefixes)
        return [part for part in (_shown(self.focus, prefixes), f"{path}{value}".strip()) if part]

    def shown_path(self, prefixes: Mapping[str, str]) -> str:
        """The path as SPARQL writes it, or empty."""
        if self.route is not None and not isinstance(self.route, Predicate):
            return path_text(self.route, prefixes)
        return _shown(self.path, prefixes) if self.path is not None else ""

    def to_text(self, prefixes: Mapping[str, str], language: str = "en") -> str:
        """For people: what is wrong and where, the focus node, the path and the value."""
        place = f"{self.place}: " if self.place else ""
        focus, label = _shown(self.focus, prefixes), self.label(language)
        lines = [f"{place}{self.severity} {self.code}: {self.message(language)}"]
        lines.append(f"    {label} ({focus})" if label else f"    {focus}")
        path = self.shown_path(prefixes)
        value = _shown(self.value, prefixes) if self.value is not None and self.value != self.focus else ""
        if path or value:
            lines.append(f"    {path}{' = ' if path and value else ''}{value}")
        lines += [indent(detail.to_text(prefixes, language), "    ") for detail in self.details[:_MOST_SHOWN]]
        if (more := len(self.details) - _MOST_SHOWN) > 0:
            lines.append(f"    … och {more} till" if language == "sv" else f"    … and {more} more")
        return "\n".join(lines)

    def to_json(self) -> dict[str, object]:
        """For programs; a path is the IRI of a predicate, or else as SPARQL writes it."""
        return {
            "code": self.code,
            "severity": self.severity,
            "focus": str(self.focus),
            "labels": dict(self.labels),
            "path": _json_path(self),
            "value": str(self.value) if self.value is not None else None,
            "messages": dict(self.messages),
            "shape": str(self.shape),
            "component": str(self.component),
            "file": str(self.place.path) if self.place else None,
            "line": self.place.line if self.place else None,
            "details": [detail.to_json() for detail in self.details],
        }

    def sort_key(self) -> tuple[int, str, str, str, str, str]:
        order = list(SEVERITIES).index(self.severity)
        path = str(self.path) if self.route is None else path_text(self.route)
        return (order, self.code, str(self.focus), path, str(self.value), str(self.shape))


@dataclass(frozen=True, slots=True)
class ValidationReport:
    """All results of one validation, in a stable order; `rules` is the number of rules that were asked."""

    results: tuple[Result, ...]
    rules: int
    left_to_pyshacl: tuple[tuple[Node, str], ...] = ()
    """The shapes that could not be compiled, each with the reason; pySHACL has evaluated them."""
    hints: tuple[str, ...] = ()
    """What in the shapes asks for nothing: misspelt terms, no focus node …"""

    @classmethod
    def of(
        cls,
        results: Iterable[Result],
        rules: int,
        left_to_pyshacl: tuple[tuple[Node, str], ...] = (),
        hints: tuple[str, ...] = (),
    ) -> ValidationReport:
        """The report of these results, which are brought into a stable order."""
        return cls(tuple(sorted(results, key=Result.sort_key)), rules, left_to_pyshacl, hints)

    @property
    def conforms(self) -> bool:
        """Whether nothing of severity Violation was found: the condition for publishing."""
        return not any(result.severity == "violation" for result in self.results)

    def counts(self) -> dict[str, int]:
        """Severity → number of results, all three always present."""
        found = Counter(result.severity for result in self.results)
        return {severity: found[severity] for severity in SEVERITIES}

    def to_text(self, prefixes: Mapping[str, str], language: str = "en") -> str:
        """For people: a block a result, then one line with the counts."""
        blocks = [result.to_text(prefixes, language) for result in self.results]
        return "\n".join([*blocks, self.summary(language)])

    def summary(self, language: str = "en") -> str:
        """One line: what was asked and what was found."""
        return summary(self.rules, self.counts(), language)

    def to_json(self) -> str:
        """For programs: `{"conforms": …, "rules": n, "counts": {…}, "results": [{…}]}`."""
        results = [result.to_json() for result in self.results]
        left = [{"shape": str(shape), "reason": reason} for shape, reason in self.left_to_pyshacl]
        document = {
            "conforms": self.conforms,
            "rules": self.rules,
            "counts": self.counts(),
            "left_to_pyshacl": left,
            "hints": list(self.hints),
            "results": results,
        }
        return json.dumps(document, ensure_ascii=False, indent=2) + "\n"

    def to_graph(self) -> Graph:
        """The standard report (SHACL §3.6.1), with `gov:shapeCode` on each result; the same input, the same graph."""
        return report_graph(self.results)

    def to_turtle(self, prefixes: Mapping[str, str]) -> str:
        """The standard report as Turtle."""
        graph = self.to_graph()
        for prefix, iri in prefixes.items():
            graph.bind(prefix, iri, replace=True)
        return graph.serialize(format="turtle")

    def to_html(self, prefixes: Mapping[str, str], language: str = "en") -> str:
        """One self-contained page with a table of the results."""
        from jinja2 import Environment, PackageLoader

        environment = Environment(loader=PackageLoader("kg.shapes"), autoescape=True)
        shown: Callable[[Node], str] = lambda node: _shown(node, prefixes)  # noqa: E731
        return environment.get_template("report.html").render(
            report=self, language=language, shown=shown, prefixes=prefixes
        )


def summary(rules: int, counts: Mapping[str, int], language: str = "en") -> str:
    """One line: how many rules were asked, and how many results of each severity there are."""
    number = {severity: counts.get(severity, 0) for severity in SEVERITIES}
    if language == "sv":
        words = f"{number['violation']} brott, {number['warning']} varningar, {number['info']} upplysningar"
        return f"{rules} {'regel' if rules == 1 else 'regler'}: {words}"
    words = ", ".join(
        f"{count} {name if count == 1 or name == 'info' else name + 's'}" for name, count in number.items()
    )
    return f"{rules} {'rule' if rules == 1 else 'rules'}: {words}"


def in_language(texts: Mapping[str, str], language: str) -> str:
    """The text in `language`, else in English, else in any; empty when there is none."""
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")


def _shown(node: Node, prefixes: Mapping[str, str]) -> str:
    if isinstance(node, URIRef):
        return shorten(str(node), prefixes)
    if isinstance(node, Literal):
        text = json.dumps(str(node), ensure_ascii=False)
        if node.language:
            return f"{text}@{node.language}"
        return f"{text}^^{shorten(str(node.datatype), prefixes)}" if node.datatype else text
    return "[]"  # a blank node, whose name is that of one run


def _json_path(result: Result) -> str | None:
    """The IRI of a predicate, or a path as SPARQL writes it."""
    if result.route is not None and not isinstance(result.route, Predicate):
        return path_text(result.route)
    return str(result.path) if result.path is not None else None
