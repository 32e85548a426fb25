"""Reads the statements of a Turtle document with their lines and comments.

Recursive descent over a token stream, by the grammar of Turtle 1.1 (§6.5). It reads documents that the strict
parser behind `read_triples` accepts, so it tells right from wrong only as far as it must.

A comment at the end of a line belongs to what ends there. A comment on a line of its own belongs to what follows it
(a value, a predicate, a statement), else to the end of the enclosing block, list or document. Comments above the
prefixes, and comments above the first subject with an empty line between, belong to the head of the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pyoxigraph

from kg.namespaces import FOREIGN
from kg.turtle.document import (
    Block,
    Collection,
    Comments,
    Document,
    Entry,
    Iri,
    Label,
    Prefix,
    PropertyList,
    Term,
    Text,
    Value,
)
from kg.turtle.lexer import NUMBER_TYPES, Token, unescape_iri, unescape_local, unescape_string
from kg.turtle.stream import TokenStream

__all__ = ["MAX_DEPTH", "parse_document"]

MAX_DEPTH = 64
"""How deep `[ … ]` and `( … )` may nest: beyond it a document is refused, never a `RecursionError`."""

_RDF, _XSD = FOREIGN["rdf"], FOREIGN["xsd"]
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_DIRECTIVES = {"@prefix", "@base", "prefix", "base"}


def parse_document(text: str, *, path: Path | None = None, base: str | None = None) -> Document:
    """The statements of a document; relative IRIs are resolved against its `@base`, else against `base`.

    Raises `SourceError` for what is not Turtle 1.1, and for nesting beyond `MAX_DEPTH`.
    """
    return _Parser(TokenStream(text, path=path), base=base).document()


class _Parser:
    def __init__(self, stream: TokenStream, *, base: str | None) -> None:
        self.stream = stream
        self.base = base
        self.prefixes: dict[str, Prefix] = {}
        self.depth = 0

    # Statements: productions 1 to 6

    def document(self) -> Document:
        stream = self.stream
        head: list[str] = []
        blocks: list[Block] = []
        while stream.current.kind != "end":
            comments = stream.take_above()
            if stream.current.text.lower() in _DIRECTIVES:
                self._directive(stream.pending if blocks else head, comments)
                continue
            if not blocks:
                split = max((i + 1 for i, comment in enumerate(comments) if not comment), default=0)
                head, comments = _paragraphs(head, comments[:split]), comments[split:]
            waiting, stream.pending = stream.pending, []
            blocks.append(self._block(filter(None, (*waiting, *comments))))
        foot = (*stream.pending, *stream.take_above())
        return Document(tuple(head), tuple(self.prefixes.values()), tuple(blocks), foot)

    def _directive(self, notes: list[str], comments: list[str]) -> None:
        """Reads a directive; what is said about it and cannot stay on its line is added to `notes`."""
        stream = self.stream
        notes[:] = _paragraphs(notes, comments)
        waiting, stream.pending = stream.pending, []
        keyword = self._word().lower()
        name = self._word()[:-1] if "prefix" in keyword else None
        iri = self._resolve(unescape_iri(self._word()))
        if keyword.startswith("@"):
            self._word()
        after, stream.pending = tuple(stream.pending), waiting
        if name is None:
            self.base = iri
            notes += after
        else:
            replaced = self.prefixes.pop(name, None)
            notes += replaced.after if replaced else ()
            self.prefixes[name] = Prefix(name, iri, after)

    def _word(self) -> str:
        """A token of a directive; the comment beside it waits with those above it."""
        token = self.stream.read()
        self.stream.pending += self.stream.take_beside()
        return token.text

    def _block(self, comments: Iterable[str]) -> Block:
        stream = self.stream
        line = stream.line(stream.current.start)
        subject = self._term()
        before = (*comments, *stream.take_beside())
        entries = self._entries(end=".")
        closing = stream.take()
        stream.expect(".")
        beside = stream.take_beside()
        if not entries:
            return Block(subject, (), line, (*before, *beside), closing)
        self._add_at_end(entries, beside)
        return Block(subject, tuple(entries), line, before, closing)

    # Predicates and objects: productions 7 to 9

    def _entries(self, *, end: str) -> list[Entry]:
        stream = self.stream
        entries: list[Entry] = []
        while stream.current.text != end:
            if entries:
                stream.expect(";")
                self._add_at_end(entries, stream.take_beside())
            if stream.current.text not in {";", end}:
                entries.append(self._entry())
        return entries

    def _entry(self) -> Entry:
        stream = self.stream
        before = stream.take()
        token = stream.read()
        line = stream.last_line
        predicate = f"{_RDF}type" if token.text == "a" else self._iri(token)
        after = stream.take_beside()
        values = [self._value()]
        while stream.current.text == ",":
            stream.read()
            values[-1] = replace(values[-1], after=values[-1].after + stream.take_beside())
            values.append(self._value())
        if len(values) > 1 and stream.last_line == line:
            after += values[-1].after
            values[-1] = replace(values[-1], after=())
        return Entry(predicate, tuple(values), line, before, after)

    def _add_at_end(self, entries: list[Entry], comments: Comments) -> None:
        """Gives the comment that ends an entry's line to the entry, or to its last value if that has its own line."""
        entry = entries[-1]
        if self.stream.last_line == entry.line:
            entries[-1] = replace(entry, after=entry.after + comments)
        elif comments:
            last = replace(entry.values[-1], after=entry.values[-1].after + comments)
            entries[-1] = replace(entry, values=(*entry.values[:-1], last))

    def _value(self) -> Value:
        stream = self.stream
        before = stream.take()
        term = self._term()
        inside, stream.pending = tuple(stream.pending), []
        return Value(term, before, inside + stream.take_beside())

    # Terms: productions 10 to 18

    def _term(self) -> Term:
        token = self.stream.read()
        match token.kind:
            case "iri" | "name":
                return Iri(self._iri(token))
            case "blank":
                return Label(token.text[2:])
            case "string":
                return self._literal(token)
            case kind if kind in NUMBER_TYPES:
                return Text(token.text, f"{_XSD}{kind}")
            case "word" if token.text in {"true", "false"}:
                return Text(token.text, f"{_XSD}boolean")
            case "mark" if token.text in {"[", "("}:
                return self._nested(token)
        raise self.stream.error(f"Expected a term, found {token.text}", token)

    def _literal(self, token: Token) -> Text:
        stream = self.stream
        lexical = unescape_string(token.text)
        if stream.current.kind == "at":
            stream.pending += stream.take_beside()
            return Text(lexical, f"{_RDF}langString", stream.read().text[1:])
        if stream.current.text == "^^":
            stream.pending += stream.take_beside()
            stream.read()
            stream.pending += stream.take_beside()
            return Text(lexical, self._iri(stream.read()))
        return Text(lexical, f"{_XSD}string")

    def _nested(self, token: Token) -> Term:
        stream = self.stream
        if self.depth >= MAX_DEPTH:
            raise stream.error(f"Brackets are nested deeper than {MAX_DEPTH}", token)
        self.depth += 1
        stream.pending += stream.take_beside()
        term: Term
        if token.text == "[":
            entries = tuple(self._entries(end="]"))
            term = PropertyList(entries, stream.take())
        else:
            values: list[Value] = []
            while stream.current.text != ")":
                values.append(self._value())
            term = Collection(tuple(values), stream.take()) if values else Iri(f"{_RDF}nil")
        stream.read()
        self.depth -= 1
        return term

    def _iri(self, token: Token) -> str:
        if token.kind == "iri":
            return self._resolve(unescape_iri(token.text))
        name, colon, local = token.text.partition(":")
        if not colon or name not in self.prefixes:
            raise self.stream.error(f"Expected an IRI, found {token.text}", token)
        return self.prefixes[name].iri + unescape_local(local)

    def _resolve(self, iri: str) -> str:
        """The absolute IRI (RFC 3986 §5.2), resolved by the parser that is the judge."""
        if self.base is None or _ABSOLUTE.match(iri):
            return iri
        statement = f"<{iri}> <urn:p> 0 ."
        [quad] = pyoxigraph.parse(statement, pyoxigraph.RdfFormat.TURTLE, base_iri=self.base)
        return str(quad.subject)[1:-1]


def _paragraphs(above: list[str], below: list[str]) -> list[str]:
    return [*above, "", *below] if above and above[-1] and below else [*above, *below]
