"""A validation result: what is wrong, where, and how it is said to people and to programs.

SHACL (W3C Recommendation 2017) §3.6.2. A result carries, beside what the standard asks for, the stable code of the
rule, the message in every language of the shape, and the file and line of the focus node.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from textwrap import indent

from rdflib import SH, Literal, URIRef
from rdflib.term import Node

from kg.locations import Place
from kg.namespaces import shorten
from kg.shapes.paths import Path, Predicate, path_text

__all__ = ["SEVERITIES", "Result", "in_language", "shown_node"]

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
        value = f" {shown_node(self.value, prefixes)}" if self.value is not None and self.value != self.focus else ""
        path = self.shown_path(prefixes)
        return [part for part in (shown_node(self.focus, prefixes), f"{path}{value}".strip()) if part]

    def shown_path(self, prefixes: Mapping[str, str]) -> str:
        """The path as SPARQL writes it, or empty."""
        if self.route is not None and not isinstance(self.route, Predicate):
            return path_text(self.route, prefixes)
        return shown_node(self.path, prefixes) if self.path is not None else ""

    def to_text(self, prefixes: Mapping[str, str], language: str = "en") -> str:
        """For people: what is wrong and where, the focus node, the path and the value."""
        place = f"{self.place}: " if self.place else ""
        focus, label = shown_node(self.focus, prefixes), self.label(language)
        lines = [f"{place}{self.severity} {self.code}: {self.message(language)}"]
        lines.append(f"    {label} ({focus})" if label else f"    {focus}")
        path = self.shown_path(prefixes)
        value = shown_node(self.value, prefixes) if self.value is not None and self.value != self.focus else ""
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


def in_language(texts: Mapping[str, str], language: str) -> str:
    """The text in `language`, else in English, else in any; empty when there is none."""
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")


def shown_node(node: Node, prefixes: Mapping[str, str]) -> str:
    """A node as files write it."""
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
