"""How a term is written: prefixes from the one table, short numbers and booleans, strings with the fewest escapes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from kg.namespaces import FOREIGN
from kg.turtle.document import Collection, Document, Entry, Iri, Label, PropertyList, Term, Text
from kg.turtle.lexer import LOCAL_NAME, NUMBER_TYPES

__all__ = ["Spelling", "is_always_quoted", "shortest", "spell_text"]

_RDF, _XSD = FOREIGN["rdf"], FOREIGN["xsd"]
_TYPE, _NIL = f"{_RDF}type", f"{_RDF}nil"
_IMPLIED = {f"{_RDF}langString", f"{_XSD}string"}
_SHORT = {
    **{f"{_XSD}{name}": pattern for name, pattern in NUMBER_TYPES.items()},
    f"{_XSD}boolean": re.compile("true|false"),
}
# Characters that a reader cannot see or cannot tell from a space or a line end: controls, no-break space, soft
# hyphen, line separators, changes of direction, byte order mark.
_UNSEEN = "\\x00-\\x09\\x0b-\\x1f\\x7f-\\xa0\\xad\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069\\ufeff\\ufffe\\uffff"
_ESCAPED = re.compile(rf'["\\\n{_UNSEEN}]')
_ESCAPED_LONG = re.compile(rf'\\|"(?=""|\Z)|[{_UNSEEN}]')
_NAMED = {"\t": "\\t", "\b": "\\b", "\r": "\\r", "\f": "\\f", "\n": "\\n", '"': '\\"', "\\": "\\\\"}


class Spelling:
    """The written form of the terms of one document; `prefixes` are those that it uses.

    An IRI is shortened with the longest matching namespace of the table or of the document's own prefixes, where a
    local name remains that needs no backslash. A prefix that the document declares otherwise than the table keeps
    the document's meaning if it is used.
    """

    def __init__(self, document: Document, table: Mapping[str, str]) -> None:
        iris = sorted(set(_iris(document)))
        own = sorted((prefix.name, prefix.iri) for prefix in document.prefixes if table.get(prefix.name) != prefix.iri)
        best = {shortest(iri, [*table.items(), *own]) for iri in iris}
        kept = {name: iri for name, iri in own if name not in table or (name, iri) in best}
        pairs = [*((name, iri) for name, iri in table.items() if name not in kept), *kept.items()]
        self._names: dict[str, str] = {}
        self.prefixes: dict[str, str] = {}
        for iri in iris:
            name, namespace = shortest(iri, pairs)
            if namespace:
                self._names[iri] = f"{name}:{iri[len(namespace) :]}"
                self.prefixes[name] = namespace

    def iri(self, iri: str) -> str:
        """A prefixed name, else the IRI between angle brackets (Turtle 1.1 §2.4)."""
        return self._names.get(iri, f"<{iri}>")

    def predicate(self, iri: str) -> str:
        """As `iri`, and `a` for rdf:type."""
        return "a" if iri == _TYPE else self.iri(iri)

    def term(self, term: Iri | Label | Text) -> str:
        """A value in its shortest form; a text that holds a line end goes over several lines."""
        match term:
            case Iri():
                return "()" if term.value == _NIL else self.iri(term.value)
            case Label():
                return f"_:{term.name}"
        return spell_text(term, self.iri)


def spell_text(text: Text, iri: Callable[[str], str]) -> str:
    """A literal in its shortest form; `iri` writes a datatype."""
    if _is_short(text):
        return text.lexical
    if text.language is not None:
        return f"{_quoted(text.lexical)}@{text.language}"
    return _quoted(text.lexical) + ("" if text.datatype in _IMPLIED else f"^^{iri(text.datatype)}")


def is_always_quoted(datatype: str) -> bool:
    """Whether a text of the datatype is written in quotes and with the datatype, whatever it is."""
    return datatype not in _SHORT and datatype not in _IMPLIED


def shortest(iri: str, pairs: Iterable[tuple[str, str]]) -> tuple[str, str]:
    """The pair of prefix and namespace to shorten an IRI with, the first of the longest; two empty strings if none."""
    fitting = (pair for pair in pairs if iri.startswith(pair[1]) and LOCAL_NAME.fullmatch(iri, len(pair[1])))
    return max(fitting, key=lambda pair: len(pair[1]), default=("", ""))


def _is_short(text: Text) -> bool:
    """Whether the lexical form alone says the datatype (§2.5.2, §2.5.3)."""
    pattern = _SHORT.get(text.datatype)
    return pattern is not None and pattern.fullmatch(text.lexical) is not None


def _quoted(lexical: str) -> str:
    """A string in double quotes, three where it holds a line end (§2.5.1)."""
    if "\n" in lexical:
        return f'"""{_ESCAPED_LONG.sub(_escape, lexical)}"""'
    return f'"{_ESCAPED.sub(_escape, lexical)}"'


def _escape(match: re.Match[str]) -> str:
    return _NAMED.get(match[0]) or f"\\u{ord(match[0]):04X}"


def _iris(document: Document) -> Iterator[str]:
    """The IRIs that the document writes out, not those that `a`, `()` and short literals imply."""
    for block in document.blocks:
        yield from [block.subject.value] if isinstance(block.subject, Iri) else _iris_of(block.subject)
        yield from _iris_in(block.entries)


def _iris_in(entries: Iterable[Entry]) -> Iterator[str]:
    for entry in entries:
        if entry.predicate != _TYPE:
            yield entry.predicate
        for value in entry.values:
            yield from _iris_of(value.term)


def _iris_of(term: Term) -> Iterator[str]:
    match term:
        case Iri() if term.value != _NIL:
            yield term.value
        case Text() if term.datatype not in _IMPLIED and not _is_short(term):
            yield term.datatype
        case PropertyList():
            yield from _iris_in(term.entries)
        case Collection():
            for value in term.values:
                yield from _iris_of(value.term)
