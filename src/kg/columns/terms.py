"""RDF terms as numbers: a table that gives each term an identifier, and what is known of a term by its identifier.

A term is kept as the text that N-Triples writes for it (RDF 1.1 N-Triples §2), which is unique: `xsd:string` is not
written, language tags are in lower case, lexical forms are as they were read.
"""

from __future__ import annotations

import re
import warnings
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from rdflib import XSD, BNode, Literal, URIRef
from rdflib.term import Node

from kg.errors import SourceError
from kg.turtle.terms import RdflibTerm, from_rdflib

__all__ = [
    "BLANK",
    "IRI",
    "LITERAL",
    "Ids",
    "Mask",
    "TermTable",
    "datatype_of",
    "language_of",
    "lexical_of",
    "text_of",
    "to_term",
]

Ids: TypeAlias = NDArray[np.int32]
Mask: TypeAlias = NDArray[np.bool_]

IRI, BLANK, LITERAL = 0, 1, 2
_KINDS = {"<": IRI, "_": BLANK, '"': LITERAL}
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_NO_IRI = re.compile(r'[\x00-\x20<>"{}|^`\\]')
_ESCAPES = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}
_LANG_STRING = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"
_BOOLEANS = {"true", "false", "1", "0"}
_COLLAPSED = {XSD.normalizedString, XSD.token}


class TermTable:
    """The terms of a graph, numbered from 0 in the order in which they were met."""

    def __init__(self) -> None:
        self.ids: dict[str, int] = {}
        self._texts: list[str] = []
        self._kinds = np.empty(0, np.uint8)
        self._settled: tuple[Sequence[str], Ids] = (), np.empty(0, np.int32)

    def __len__(self) -> int:
        return len(self.ids) + len(self._settled[0])

    def settle(self, in_order: Sequence[str], order: Ids) -> None:
        """Lets go of the dictionary, a third of the memory, as hardly a term is to come: texts are found by bisection.

        `in_order` are all texts of the table in their order, and `order` their identifiers.
        """
        self._texts = self.texts
        self._settled, self.ids = (in_order, order), {}

    def number(self, term: Node) -> int:
        """The identifier of an rdflib term, which is given one if it has none."""
        return self.number_of(text_of(term))

    def number_of(self, text: str) -> int:
        """The identifier of a term in the text of N-Triples, which is given one if it has none."""
        found = self.ids.get(text)
        if found is None:
            in_order, order = self._settled
            place = bisect_left(in_order, text)
            if place < len(in_order) and in_order[place] == text:
                return int(order[place])
            texts = self.texts
            found = self.ids[text] = len(texts)
            texts.append(text)
        return found

    def numbers_of(self, texts: Sequence[str]) -> Ids:
        """The same for many texts at once, in their order."""
        if self._settled[0]:
            return np.fromiter(map(self.number_of, texts), np.int32, len(texts))
        ids, known = self.ids, self.texts
        numbers = map(ids.setdefault, texts, iter(ids.__len__, -1))  # what is not known gets the next number
        found = np.fromiter(numbers, np.int32, len(texts))
        known.extend(reversed(list(islice(reversed(ids), len(ids) - len(known)))))
        return found

    def numbers(self, terms: Iterable[Node]) -> Ids:
        """The identifiers of terms, ascending and each once."""
        return np.unique(np.fromiter((self.number(term) for term in terms), np.int32))

    def text(self, number: int) -> str:
        """The term as N-Triples writes it."""
        return self.texts[number]

    @property
    def texts(self) -> list[str]:
        """The terms by identifier."""
        if not self._texts:
            self._texts = list(self.ids)
        return self._texts

    def term(self, number: int) -> RdflibTerm:
        """The rdflib term of an identifier."""
        return to_term(self.texts[number])

    def kinds(self, numbers: Ids) -> NDArray[np.uint8]:
        """`IRI`, `BLANK` or `LITERAL` for each identifier."""
        known = len(self._kinds)
        if known != len(self):
            fresh = np.fromiter((_KINDS[text[0]] for text in self.texts[known:]), np.uint8, len(self) - known)
            self._kinds = np.concatenate([self._kinds, fresh])
        return self._kinds[numbers]


def text_of(term: Node) -> str:
    """An rdflib term as N-Triples writes it.

    Raises:
        SourceError: it is not a term of RDF.
    """
    if isinstance(term, URIRef):
        if _NO_IRI.search(term):  # rdflib takes it for one; in a query, it would end where it should not
            raise SourceError(f"{term!r} is not a term of RDF: an IRI has no such character")
        return f"<{term}>"
    if isinstance(term, BNode):
        return f"_:{term}"
    return str(from_rdflib(term))


def to_term(text: str) -> RdflibTerm:
    """The rdflib term of a text of N-Triples, its lexical form kept."""
    if text[0] == "<":
        return URIRef(text[1:-1])
    if text[0] == "_":
        return BNode(text[2:])
    lexical, suffix = lexical_of(text), text[text.rindex('"') + 1 :]
    if not suffix or suffix[0] == "@":
        return Literal(lexical, lang=suffix[1:] or None)
    return _typed(lexical, URIRef(suffix[3:-1]))


def _typed(lexical: str, datatype: URIRef) -> Literal:
    if datatype in _COLLAPSED:  # see kg.turtle.terms: rdflib would collapse the white space
        literal = Literal("" + lexical)
        literal.__setstate__((None, {"language": None, "datatype": datatype}))
        return literal
    if datatype == XSD.boolean and lexical not in _BOOLEANS:
        with warnings.catch_warnings(action="ignore"):  # rdflib warns of what rules report
            return Literal(lexical, datatype=datatype, normalize=False)
    return Literal(lexical, datatype=datatype, normalize=False)


def lexical_of(text: str) -> str:
    """The lexical form of a literal, or the IRI itself, which is what `STR()` gives; empty for a blank node."""
    if text[0] == "<":
        return text[1:-1]
    if text[0] == "_":
        return ""
    raw = text[1 : text.rindex('"')]
    return _ESCAPE.sub(_unescaped, raw) if "\\" in raw else raw


def datatype_of(text: str) -> str:
    """The datatype IRI of a literal; empty for other terms."""
    if text[0] != '"':
        return ""
    suffix = text[text.rindex('"') + 1 :]
    if not suffix:
        return str(XSD.string)
    return _LANG_STRING if suffix[0] == "@" else suffix[3:-1]


def language_of(text: str) -> str:
    """The language tag of a literal; empty for other terms."""
    suffix = text[text.rindex('"') + 1 :] if text[0] == '"' else ""
    return suffix[1:] if suffix.startswith("@") else ""


def _unescaped(match: re.Match[str]) -> str:
    if code := match[1] or match[2]:
        return chr(int(code, 16))
    return _ESCAPES.get(match[3], match[3])
