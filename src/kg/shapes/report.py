"""Validation reports: results as text, JSON, HTML and as a standard `sh:ValidationReport` (SHACL §3.6)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from rdflib import Graph
from rdflib.term import Node

from kg.shapes.report_graph import report_graph
from kg.shapes.validation_result import SEVERITIES, Result, shown_node

__all__ = ["ValidationReport", "summary"]


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
        """The `document` as text."""
        return json.dumps(self.document(), ensure_ascii=False, indent=2) + "\n"

    def document(self) -> dict[str, object]:
        """For programs: `{"conforms": …, "rules": n, "counts": {…}, "results": [{…}]}`."""
        results = [result.to_json() for result in self.results]
        left = [{"shape": str(shape), "reason": reason} for shape, reason in self.left_to_pyshacl]
        return {
            "conforms": self.conforms,
            "rules": self.rules,
            "counts": self.counts(),
            "left_to_pyshacl": left,
            "hints": list(self.hints),
            "results": results,
        }

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
        from jinja2 import Environment, PackageLoader  # only pages need it

        environment = Environment(loader=PackageLoader("kg.shapes"), autoescape=True)
        shown = partial(shown_node, prefixes=prefixes)
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
