"""Where in a Turtle file a subject, and what is said of it, stands: for `file:line` beside a validation result."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import ItemsView, Mapping
from dataclasses import dataclass
from pathlib import Path

from kg.errors import SourceError
from kg.turtle.document import Iri
from kg.turtle.lexer import Lines, read_tokens, unescape_iri, unescape_local
from kg.turtle.parser import parse_document
from kg.turtle.statements import Kind, Statement, first_term, read_head, read_statements

__all__ = ["StatementLocations", "SubjectLocations", "first_mention", "locate", "locate_when_asked"]


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


@dataclass(frozen=True, slots=True)
class StatementLocations:
    """As `SubjectLocations`; a statement is parsed when somebody asks about its subject."""

    text: str
    prefixes: Mapping[str, str]
    statements: Mapping[str, list[Statement]]
    lines: Lines

    def line(self, subject: str, predicate: str | None = None) -> int | None:
        """The line of the predicate in the subject's block, or of the subject; None if it is not there."""
        for statement in self.statements.get(subject, ()):
            below = self.inside(statement).line(subject, predicate)
            if below is not None:
                return self.lines.line(statement.start) - 1 + below
        return None

    def inside(self, statement: Statement) -> SubjectLocations:
        """The lines of one statement, counted from that where it begins."""
        declared = " ".join(f"@prefix {name}: <{iri}> ." for name, iri in self.prefixes.items())
        return locate(f"{declared} {self.text[statement.start : statement.end]}")


def locate_when_asked(text: str, *, path: Path | None = None) -> StatementLocations | SubjectLocations:
    """The same as `locate`, in a fiftieth of the time where most statements are plain and few are asked about."""
    head, statements = read_head(text), defaultdict[str, list[Statement]](list)
    found = StatementLocations(text, head.prefixes, statements, Lines(text))
    try:
        for statement in read_statements(text, head.end):
            if statement.kind is Kind.PLAIN:
                statements[_expanded(first_term(text, statement), head.prefixes)].append(statement)
            elif statement.kind is Kind.OTHER:
                for subject in found.inside(statement).subjects:
                    statements[subject].append(statement)
            else:
                return locate(text, path=path)
    except (KeyError, SourceError):  # of which the place is in the whole
        return locate(text, path=path)
    return found


def _expanded(term: str, prefixes: Mapping[str, str]) -> str:
    if term.startswith("<"):
        return term[1:-1]
    prefix, _, local = term.partition(":")
    return prefixes[prefix] + local


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
