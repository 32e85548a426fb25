"""The canonical form of Turtle files: what `kg fmt` writes and `kg check` asks for.

Prefixes come from the one table, sorted, none unused, and no base. Each subject has one block; `kg.turtle.ordering`
says what comes first, `kg.turtle.gathering` when a blank node is nested, `kg.turtle.spelling` how a term is written.
Values share a line where they fit into 120 columns; else each has its own. Comments stay with what they are about
(`kg.turtle.parser`), and a second run changes nothing.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from operator import itemgetter
from pathlib import Path
from types import MappingProxyType

import pyoxigraph

from kg.errors import SourceError
from kg.turtle.document import Block, Collection, Comments, Document, Entry, Iri, Prefix, PropertyList, Term, Value
from kg.turtle.gathering import gather
from kg.turtle.isomorphism import same_graph
from kg.turtle.ordering import BlockKey, block_key, order
from kg.turtle.parser import parse_document
from kg.turtle.partition import partition
from kg.turtle.plain import INDENT, WIDTH
from kg.turtle.reader import check_turtle, read_text
from kg.turtle.spelling import Spelling

__all__ = ["format_file", "format_turtle", "is_canonical"]

_NONE: Mapping[str, str] = MappingProxyType({})


def format_file(path: Path, *, prefixes: Mapping[str, str], write: bool = True) -> bool:
    """Writes a file in canonical form; returns whether that changes it. With `write=False` the file stays as it is.

    Raises `SourceError` as `format_turtle`; the file is then left alone.
    """
    text = read_text(path)
    if not write:
        return not is_canonical(text, prefixes=prefixes, path=path)
    formatted = format_turtle(text, prefixes=prefixes, path=path)
    if formatted != text:
        _replace(path.resolve(), formatted.encode())
    return formatted != text


def _replace(path: Path, content: bytes) -> None:
    """All of the content or, when the disk is full, none of it."""
    hidden = path.with_name(f".{path.name}.new")
    try:
        hidden.write_bytes(content)
        shutil.copymode(path, hidden)
        hidden.replace(path)
    except OSError as error:
        with suppress(OSError):
            hidden.unlink()
        raise SourceError(f"The file cannot be written: {error.strerror}", path=path) from error


def format_turtle(text: str, *, prefixes: Mapping[str, str], path: Path | None = None, base: str | None = None) -> str:
    """The canonical form of a Turtle 1.1 document: the same graph, the same lexical forms, the same comments.

    `prefixes` is the table of prefix → IRI; `base` resolves relative IRIs. The result is parsed and compared before
    it is returned. Raises `SourceError` where the text is not Turtle, and if the result were another graph.
    """
    text = text.removeprefix("\ufeff")
    check_turtle(text, path=path, base=base, prefixes=prefixes)
    formatted = _formatted(text, prefixes, path, base)
    if formatted != text and not same_graph(_triples(text, base), _triples(formatted, None)):
        raise SourceError(
            "Formatting would change the graph: this is a mistake in kg; the file is as it was", path=path
        )
    return formatted


def is_canonical(text: str, *, prefixes: Mapping[str, str], path: Path | None = None) -> bool:
    """Whether a Turtle 1.1 document is in canonical form. Raises `SourceError` where the text is not Turtle."""
    check_turtle(text.removeprefix("\ufeff"), path=path, prefixes=prefixes)
    return _formatted(text.removeprefix("\ufeff"), prefixes, path, None) == text


def _formatted(text: str, table: Mapping[str, str], path: Path | None, base: str | None) -> str:
    with suppress(SourceError):  # its place would be one in the rest: the whole document is read for that
        plain = partition(text, table)
        if plain is not None:
            document = _read(plain.rest, path, base)
            subjects = (block.subject for block in document.blocks)
            clashes = plain.blocks.keys() & {subject.value for subject in subjects if isinstance(subject, Iri)}
            if clashes:
                plain.give_back(clashes)
                document = _read(plain.rest, path, base)
            return _Layout(Spelling(document, table)).document(document, plain.blocks.values(), plain.prefixes)
    return _formatted_as_tree(text, table, path, base)


def _formatted_as_tree(text: str, table: Mapping[str, str], path: Path | None, base: str | None) -> str:
    document = _read(text, path, base)
    return _Layout(Spelling(document, table)).document(document)


def _read(text: str, path: Path | None, base: str | None) -> Document:
    return gather(parse_document(text, path=path, base=base), path=path)


def _triples(text: str, base: str | None) -> Iterator[pyoxigraph.Triple]:
    """The triples of an accepted text, its blank node labels kept."""
    return (quad.triple for quad in pyoxigraph.parse(text, pyoxigraph.RdfFormat.TURTLE, base_iri=base))


class _Layout:
    """Text of a gathered and ordered document."""

    def __init__(self, spelling: Spelling) -> None:
        self.spelling = spelling

    def document(
        self, document: Document, plain: Iterable[tuple[BlockKey, str]] = (), prefixes: Mapping[str, str] = _NONE
    ) -> str:
        """The canonical form of a gathered document, among the `plain` blocks and with the prefixes that they use."""
        declared = {(prefix.name, prefix.iri): prefix for prefix in document.prefixes}
        pairs = sorted({**self.spelling.prefixes, **prefixes}.items())
        used = [declared.get(pair, Prefix(*pair)) for pair in pairs]
        lines = [_line(f"@prefix {prefix.name}: <{prefix.iri}> .", prefix.after[:1]) for prefix in used]
        homeless = [prefix.after[1:] if prefix in used else prefix.after for prefix in document.prefixes]
        head = "\n".join([*document.head, *chain.from_iterable(homeless)])
        ordered = order(document, self.spelling).blocks
        blocks = [*((block_key(block, self.spelling), self.block(block)) for block in ordered), *plain]
        texts = (text for _, text in sorted(blocks, key=itemgetter(0)))
        parts = [head, "\n".join(lines), *texts, "\n".join(document.foot)]
        return "\n\n".join(part.strip("\n") for part in parts if part) + "\n" if any(parts) else ""

    def block(self, block: Block) -> str:
        subject = self.term(block.subject, "")
        above = [*block.before, subject] if block.entries[0].before else block.before
        lead = "" if block.entries[0].before else f"{subject} "
        lines = self.entries(block.entries, INDENT, lead=lead, end=" ;" if block.closing else " .")
        if block.closing:
            lines += [*(INDENT + comment for comment in block.closing), f"{INDENT}."]
        return "\n".join([*above, *lines])

    def entries(self, entries: Sequence[Entry], indent: str, *, lead: str = "", end: str = "") -> list[str]:
        """The lines of predicates and values; `lead` is what stands on the first line before the first predicate."""
        lines: list[str] = []
        for entry in entries:
            start = lead if lead and not lines else indent
            last = end if entry is entries[-1] else " ;"
            lines += [f"{indent}{comment}" for comment in entry.before]
            lines += self.entry(entry, start + self.spelling.predicate(entry.predicate), indent, last)
        return lines

    def entry(self, entry: Entry, start: str, indent: str, end: str) -> list[str]:
        if len(entry.values) == 1:
            return [_line(f"{start} {self.term(entry.values[0].term, indent, start)}{end}", entry.after)]
        together = self.together(entry.values)
        if together is not None and len(f"{start} {together}{end}") <= WIDTH:
            return [_line(f"{start} {together}{end}", entry.after)]
        return [_line(start, entry.after), *self.values(entry.values, f"{indent}{INDENT}", separator=" ,", end=end)]

    def values(self, values: Sequence[Value], indent: str, *, separator: str = "", end: str = "") -> list[str]:
        """Each value on a line of its own."""
        lines: list[str] = []
        for value in values:
            lines += [f"{indent}{comment}" for comment in value.before]
            after = end if value is values[-1] else separator
            lines.append(_line(f"{indent}{self.term(value.term, indent)}{after}", value.after))
        return lines

    def term(self, term: Term, indent: str, start: str = "") -> str:
        """A term; brackets over several lines if it does not fit on the line that `start` begins."""
        short = self.short(term)
        if short is not None and len(f"{start or indent} {short} ;") <= WIDTH:
            return short
        inner = f"{indent}{INDENT}"
        match term:
            case PropertyList(entries, closing):
                lines = ["[", *self.entries(entries, inner), *(inner + comment for comment in closing), f"{indent}]"]
            case Collection(values, closing):
                lines = ["(", *self.values(values, inner), *(inner + comment for comment in closing), f"{indent})"]
            case _:
                return self.spelling.term(term)
        return "\n".join(lines)

    def short(self, term: Term) -> str | None:
        """A term on one line; nothing if it needs more, or holds a comment or several predicates."""
        match term:
            case PropertyList((), ()):
                return "[]"
            case PropertyList((entry,), ()) if not (entry.before or entry.after):
                inner = self.together(entry.values, " , ")
                return None if inner is None else f"[ {self.spelling.predicate(entry.predicate)} {inner} ]"
            case PropertyList():
                return None
            case Collection(values, closing):
                inner = None if closing else self.together(values, " ")
                return None if inner is None else f"( {inner} )"
        text = self.spelling.term(term)
        return None if "\n" in text else text

    def together(self, values: Sequence[Value], separator: str = " , ") -> str | None:
        """The values on one line; nothing if one of them cannot be."""
        shorts = [None if value.before or value.after else self.short(value.term) for value in values]
        known = [short for short in shorts if short is not None]
        return separator.join(known) if len(known) == len(shorts) else None


def _line(text: str, comments: Comments) -> str:
    return " ".join([text, *comments])
