"""What stands in a Turtle file: statements, terms and comments, as written rather than as triples.

These are the values that `kg.turtle.parser` makes and `kg.turtle_format` writes. Comments are whole (`# …`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

__all__ = [
    "Block",
    "Collection",
    "Comments",
    "Document",
    "Entry",
    "Iri",
    "Label",
    "Prefix",
    "PropertyList",
    "Term",
    "Text",
    "Value",
]

Comments: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Iri:
    """An absolute IRI."""

    value: str


@dataclass(frozen=True, slots=True)
class Label:
    """A blank node with a label (Turtle 1.1 §2.6), without its `_:`."""

    name: str


@dataclass(frozen=True, slots=True)
class Text:
    """A literal (§2.5): lexical form, datatype IRI, language tag as written."""

    lexical: str
    datatype: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class PropertyList:
    """`[ … ]` (§2.7); `closing` are the comments before its end."""

    entries: tuple[Entry, ...] = ()
    closing: Comments = ()


@dataclass(frozen=True, slots=True)
class Collection:
    """`( … )` with at least one member (§2.8); `()` is the IRI rdf:nil."""

    values: tuple[Value, ...]
    closing: Comments = ()


Term: TypeAlias = Iri | Label | Text | PropertyList | Collection


@dataclass(frozen=True, slots=True)
class Value:
    """An object, or a member of a collection, with the comments above it and at the end of its line."""

    term: Term
    before: Comments = ()
    after: Comments = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A predicate and its objects (§2.3); `line` is the predicate's, `after` are comments at its end."""

    predicate: str
    values: tuple[Value, ...]
    line: int = 0
    before: Comments = ()
    after: Comments = ()


@dataclass(frozen=True, slots=True)
class Block:
    """A subject and its predicates (§2.2), with the comments above it and those before its dot."""

    subject: Term
    entries: tuple[Entry, ...]
    line: int = 0
    before: Comments = ()
    closing: Comments = ()


@dataclass(frozen=True, slots=True)
class Prefix:
    """A prefix declaration (§2.4), its IRI resolved."""

    name: str
    iri: str
    after: Comments = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A whole file; in `head` and `foot`, an empty string is an empty line."""

    head: Comments
    prefixes: tuple[Prefix, ...]
    blocks: tuple[Block, ...]
    foot: Comments
