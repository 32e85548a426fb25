"""Plain statements (`kg.turtle.statements`) in canonical form, word by word, where a tree would take ten times as long.

What looks unusual is refused with `NotPlain`, and is then formatted as a tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from kg.namespaces import FOREIGN
from kg.turtle.document import Text
from kg.turtle.lexer import NUMBER_TYPES, unescape_string
from kg.turtle.ordering import HEADERS, BlockKey, iri_key, predicate_key, text_key
from kg.turtle.spelling import is_always_quoted, shortest, spell_text

__all__ = ["INDENT", "WIDTH", "NotPlain", "PlainLayout"]

WIDTH = 120
"""Columns up to which the values of a predicate share a line."""
INDENT = "    "

_RDF, _XSD = FOREIGN["rdf"], FOREIGN["xsd"]
_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_:-]|\.(?=[A-Za-z0-9_:.-]))*+")
_FOLLOWING = re.compile(r"[A-Za-z0-9_:.-]*")
_SIMPLE = re.compile(r'"[ !#-\[\]-~\u00a1-\u00ac\u00ae-\u1fff\u2010-\u2027]*+"')
_WRITTEN_NUMBERS = tuple(NUMBER_TYPES.items())

_Predicate: TypeAlias = tuple[tuple[int, str], str]  # its place, and its written form


class NotPlain(Exception):
    """A statement that has to be formatted as a tree."""


class PlainLayout:
    """Blocks of canonical Turtle out of plain statements; `prefixes` are those that the blocks so far have used.

    A document declares `declared`, none of it otherwise than the table of prefix → IRI that it is written with.
    """

    def __init__(self, declared: Mapping[str, str], table: Mapping[str, str]) -> None:
        own = sorted(pair for pair in declared.items() if pair[0] not in table)
        self._pairs = [*table.items(), *own]
        self._declared = declared
        self._safe = {name for name, iri in declared.items() if self._is_safe(name, iri)}
        self._predicates: dict[str, _Predicate] = {}
        self._datatypes: set[str] = set()
        self._headers = {self._shortest(header.value)[0] for header in HEADERS}
        self.prefixes: dict[str, str] = {}

    def _is_safe(self, name: str, iri: str) -> bool:
        """Whether a simple name with the prefix is always the shortest form of what it stands for."""
        first = next(pair for pair in self._pairs if pair[1] == iri)
        longer = (other[len(iri) :] for _, other in self._pairs if other != iri and other.startswith(iri))
        return first[0] == name and iri != _RDF and not any(_FOLLOWING.fullmatch(rest) for rest in longer)

    def subject(self, word: str) -> str:
        """The IRI that the first word of a statement stands for."""
        if word.startswith("<"):
            return word[1:-1]
        prefix, colon, local = word.partition(":")
        if not colon or prefix not in self._declared:
            raise NotPlain
        return self._declared[prefix] + local

    def block(self, subject: str, statements: Iterable[list[str]]) -> tuple[BlockKey, str]:
        """The block of a subject out of the words of its statements, and its place among the blocks."""
        entries: dict[_Predicate, list[str]] = {}
        written = ""
        for first, *words in statements:
            written = self._written(first)
            values: list[str] | None = None
            for word in words:
                if word == ";":
                    values = None
                elif values is None:
                    values = entries.setdefault(self._predicates.get(word) or self._predicate(word), [])
                elif word != ",":
                    values.append(self._written(word))
        lines, start, place = list[str](), f"{written} ", 1
        for (_, predicate), values in sorted(entries.items()):
            if predicate == "a" and not self._headers.isdisjoint(values):
                place = 0
            lines.append(self._entry(f"{start}{predicate}", values))
            start = INDENT
        if not lines:
            raise NotPlain
        return (place, subject, ""), " ;\n".join(lines) + " ."

    def _entry(self, start: str, values: list[str]) -> str:
        """A predicate and its values."""
        if len(values) == 1:
            return f"{start} {values[0]}"
        distinct = {self._key(value): value for value in reversed(values)}  # of equal ones, the first stays
        ordered = [value for _, value in sorted(distinct.items())]
        together = f"{start} {' , '.join(ordered)}"
        if len(ordered) == 1 or (len(together) + len(" .") <= WIDTH and "\n" not in together):
            return together
        return f"{start}\n" + " ,\n".join(f"{INDENT}{INDENT}{value}" for value in ordered)

    def _predicate(self, word: str) -> _Predicate:
        iri = f"{_RDF}type" if word == "a" else self.subject(word)
        written = "a" if iri == f"{_RDF}type" else self._spell(iri)
        self._predicates[word] = predicate = predicate_key(iri, written), written
        return predicate

    def _key(self, written: str) -> tuple[int, int, str, str, str]:
        if written[0] == '"':
            return text_key(self._literal(written))
        number = _number(written)
        return text_key(number) if number else iri_key(written)

    # Words

    def _written(self, word: str) -> str:
        """The canonical form of a term."""
        if word[0] in "\"'":
            return self._text(word)
        prefix, colon, local = word.partition(":")
        if prefix in self._safe and _LOCAL.fullmatch(local):
            self.prefixes[prefix] = self._declared[prefix]
            return word
        if _number(word) is not None:
            return word
        if not colon or word[0] in "+-.0123456789":
            raise NotPlain
        iri = self.subject(word)
        return "()" if iri == f"{_RDF}nil" else self._spell(iri)

    def _text(self, word: str) -> str:
        end = word.rfind('"') + 1
        kind = word[end:]
        if (kind[:1] != "^" or kind in self._datatypes) and _SIMPLE.fullmatch(word, 0, end):
            return word
        text = self._literal(word)
        written = spell_text(text, self._spell)
        if is_always_quoted(text.datatype) and written.endswith(kind):
            self._datatypes.add(kind)
        return written

    def _spell(self, iri: str) -> str:
        written, used = self._shortest(iri)
        self.prefixes.update(used)
        return written

    def _shortest(self, iri: str) -> tuple[str, dict[str, str]]:
        name, namespace = shortest(iri, self._pairs)
        return (f"{name}:{iri[len(namespace) :]}", {name: namespace}) if namespace else (f"<{iri}>", {})

    def _literal(self, word: str) -> Text:
        end = word.rfind(word[0]) + 1
        if word.startswith("'") and "<" in word:  # which may be the IRI of a datatype with a quotation mark in it
            raise NotPlain
        lexical, rest = unescape_string(word[:end]), word[end:]
        if rest.startswith("@"):
            return Text(lexical, f"{_RDF}langString", rest[1:])
        return Text(lexical, self.subject(rest[2:]) if rest else f"{_XSD}string")


def _number(word: str) -> Text | None:
    """The number or boolean that a word without quotes is."""
    if word in {"true", "false"}:
        return Text(word, f"{_XSD}boolean")
    kind = next((kind for kind, pattern in _WRITTEN_NUMBERS if pattern.fullmatch(word)), None)
    return Text(word, _XSD + kind) if kind else None
