"""Where in a Turtle file a subject, and what is said of it, stands: for `file:line` beside a validation result."""

from __future__ import annotations

from collections.abc import ItemsView, Mapping
from dataclasses import dataclass
from pathlib import Path

from kg.turtle.document import Iri
from kg.turtle.lexer import Lines, read_tokens, unescape_iri, unescape_local
from kg.turtle.parser import parse_document

__all__ = ["SubjectLocations", "first_mention", "locate"]


@dataclass(frozen=True, slots=True)
class SubjectLocations:
    """Lines, counted from 1, of the subjects with an IRI and of their predicates; the first where there are several."""

    subjects: Mapping[str, int]
    predicates: Mapping[tuple[str, str], int]

    def items(self) -> ItemsView[str, int]:
        """Each subject IRI with its line."""
        return self.subjects.items()

    def line(self, subject: str, predicate: str | None = None) -> int | None:
        """The line of the predicate in the subject's block, or of the subject; None if it is not there."""
        return self.subjects.get(subject) if predicate is None else self.predicates.get((subject, predicate))


def locate(text: str, *, path: Path | None = None, base: str | None = None) -> SubjectLocations:
    """The lines of a document that `read_triples` accepts. Raises `SourceError` as `parse_document`."""
    subjects: dict[str, int] = {}
    predicates: dict[tuple[str, str], int] = {}
    for block in parse_document(text, path=path, base=base).blocks:
        if isinstance(block.subject, Iri):
            subject = block.subject.value
            subjects.setdefault(subject, block.line)
            for entry in block.entries:
                predicates.setdefault((subject, entry.predicate), entry.line)
    return SubjectLocations(subjects, predicates)


def first_mention(text: str, iri: str) -> int | None:
    """The line where a document that `read_triples` accepts has an IRI, prefix declarations aside, if it has it."""
    prefixes: dict[str, str] = {}
    declared, before = "", ""
    for token in read_tokens(text):
        written = ""
        if token.kind == "name" and before in {"@prefix", "prefix"}:
            declared = token.text[:-1]
        elif token.kind == "name":
            prefix, _, local = token.text.partition(":")
            written = prefixes.get(prefix, "") + unescape_local(local)
        elif token.kind == "iri" and before == "declared":
            prefixes[declared] = unescape_iri(token.text)
        elif token.kind == "iri":
            written = unescape_iri(token.text)
        if written == iri:
            return Lines(text).line(token.start)
        if token.kind != "comment":
            before = "declared" if before in {"@prefix", "prefix"} else token.text.lower()
    return None
