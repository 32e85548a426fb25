"""The order of a canonical file: subjects, predicates and values each have one place.

- subjects: headers (owl:Ontology, skos:ConceptScheme), then IRIs in code point order, labels, unnamed nodes;
- predicates: `a`, names, definitions, then the others by their written form;
- values: IRIs by their written form, labels, texts (without language, then Swedish, English and other languages;
  each by lexical form), then `[ … ]` and `( … )` by their written form.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeAlias

from kg.namespaces import FOREIGN
from kg.turtle.document import Block, Collection, Document, Entry, Iri, Label, PropertyList, Term, Text, Value
from kg.turtle.spelling import Spelling

__all__ = ["HEADERS", "BlockKey", "block_key", "iri_key", "order", "predicate_key", "text_key"]

BlockKey: TypeAlias = tuple[int, str, str]
ValueKey: TypeAlias = tuple[int, int, str, str, str]

_FIRST = (
    ("rdf", "type"),
    ("skos", "prefLabel"),
    ("skos", "altLabel"),
    ("rdfs", "label"),
    ("skos", "definition"),
    ("skos", "example"),
    ("rdfs", "comment"),
)
_RANKS = {FOREIGN[prefix] + name: rank for rank, (prefix, name) in enumerate(_FIRST)}
_TYPE = FOREIGN["rdf"] + "type"
HEADERS = {Iri(FOREIGN["owl"] + "Ontology"), Iri(FOREIGN["skos"] + "ConceptScheme")}
_LANGUAGES = ("", "sv", "en")


def order(document: Document, spelling: Spelling) -> Document:
    """The document with blocks, predicates and values in their places; the members of a collection keep theirs."""
    blocks = [
        replace(block, subject=_ordered(block.subject, spelling), entries=_entries(block.entries, spelling))
        for block in document.blocks
    ]
    return replace(document, blocks=tuple(sorted(blocks, key=lambda block: block_key(block, spelling))))


def _entries(entries: Iterable[Entry], spelling: Spelling) -> tuple[Entry, ...]:
    ordered = [replace(entry, values=_values(entry.values, spelling)) for entry in entries]
    return tuple(sorted(ordered, key=lambda entry: predicate_key(entry.predicate, spelling.iri(entry.predicate))))


def _values(values: Iterable[Value], spelling: Spelling) -> tuple[Value, ...]:
    ordered = [replace(value, term=_ordered(value.term, spelling)) for value in values]
    return tuple(sorted(ordered, key=lambda value: _value_key(value.term, spelling)))


def _ordered(term: Term, spelling: Spelling) -> Term:
    match term:
        case PropertyList():
            return replace(term, entries=_entries(term.entries, spelling))
        case Collection():
            values = tuple(replace(value, term=_ordered(value.term, spelling)) for value in term.values)
            return replace(term, values=values)
    return term


def block_key(block: Block, spelling: Spelling) -> BlockKey:
    """The place of a block among all blocks."""
    types = {value.term for entry in block.entries if entry.predicate == _TYPE for value in entry.values}
    match block.subject:
        case Iri(value):
            return (0 if types & HEADERS else 1), value, ""
        case Label(name):
            return 2, name, ""
    return 3, _written(block.subject, spelling), _written(PropertyList(block.entries), spelling)


def predicate_key(predicate: str, written: str) -> tuple[int, str]:
    """The place of a predicate in its block, by its IRI and its written form."""
    return _RANKS.get(predicate, len(_RANKS)), written.rstrip(">")


def iri_key(written: str) -> ValueKey:
    """The place of an IRI among the values of a predicate, by its written form."""
    return 0, 0, "", "", written.rstrip(">")


def text_key(text: Text) -> ValueKey:
    """The place of a literal among the values of a predicate."""
    language = (text.language or "").lower()
    rank = _LANGUAGES.index(language) if language in _LANGUAGES else len(_LANGUAGES)
    return 2, rank, language, text.lexical, text.datatype


def _value_key(term: Term, spelling: Spelling) -> ValueKey:
    match term:
        case Iri():
            return iri_key(spelling.term(term))
        case Label(name):
            return 1, 0, "", "", name
        case Text():
            return text_key(term)
    return 3, 0, "", "", _written(term, spelling)


def _written(term: Term, spelling: Spelling) -> str:
    """A term on one line without its comments."""
    match term:
        case PropertyList():
            entries = (
                f"{spelling.predicate(entry.predicate)} {_joined(entry.values, spelling)}" for entry in term.entries
            )
            return f"[ {' ; '.join(entries)} ]"
        case Collection():
            return f"( {_joined(term.values, spelling)} )"
    return spelling.term(term)


def _joined(values: Iterable[Value], spelling: Spelling) -> str:
    return " , ".join(_written(value.term, spelling) for value in values)
