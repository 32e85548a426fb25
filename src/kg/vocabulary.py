"""The terms of a release, and the names in a query that the release does not have.

A query with a misspelt class or property is valid and finds nothing. So the IRIs of a query that lie in a namespace of
the house are looked up, and for those that are nowhere in the release the nearest term is sought. The queries for that
are written here; who runs them, over a store or through the worker pool, is up to the caller.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kg.namespaces import CODE, FOREIGN, GOV, SHAPES, shorten
from kg.query import Form, ParsedQuery, iri_of
from kg.sparql_lexer import Kind, Token, tokens
from kg.suggestions import DID_YOU_MEAN, nearest_name

__all__ = ["Mention", "Notice", "Terms", "UnknownTerm", "absence_query", "mentions", "notice"]

_LOOKED_UP = 100
_TOLD = 5
_THINGS = 200_000
_NO_IRI = re.compile(r'[\x00-\x20<>"{}|^`\\]')
_RDF = FOREIGN["rdf"]
_BUILT_IN = {f"{_RDF}{name}" for name in ("type", "first", "rest", "nil", "langString", "HTML", "XMLLiteral", "JSON")}


@dataclass(frozen=True, slots=True)
class Mention:
    """An IRI in a query, and the terminal that stands for it."""

    iri: str
    token: Token


@dataclass(frozen=True, slots=True)
class UnknownTerm:
    """A term that the release has nowhere, as the query writes it, and the nearest that it has, written alike."""

    written: str
    meant: str | None

    def __str__(self) -> str:
        asked = f"; {DID_YOU_MEAN.format(self.meant)}" if self.meant is not None else ""
        return f"{self.written} is not in this release{asked}"


@dataclass(frozen=True, slots=True)
class Notice:
    """What to tell of a query beside its answer: its unknown terms, and the query with the terms that were meant."""

    terms: tuple[UnknownTerm, ...] = ()
    mended: str | None = None

    def __bool__(self) -> bool:
        return bool(self.terms)


def mentions(query: ParsedQuery, base_iri: str, house: Mapping[str, str]) -> tuple[Mention, ...]:
    """Where a query asks for IRIs that the release might have: those in a namespace of the house, or that look so.

    Datatypes, and what CONSTRUCT is to make, are not asked for. Of a long list the first hundred IRIs count.
    """
    spaces = (base_iri, *(iri for iri in house.values() if iri != FOREIGN["xsd"]))
    found: list[Mention] = []
    iris: set[str] = set()
    for token in _asked(query):
        iri = iri_of(token, query.prefixes, query.base)
        if iri is None or iri in _BUILT_IN or _NO_IRI.search(iri):
            continue
        looks_so = token.kind is Kind.PREFIXED and token.text.partition(":")[0] in house
        if (looks_so or iri.startswith(spaces)) and not iri.startswith(FOREIGN["xsd"]):
            iris.add(iri)
            if len(iris) > _LOOKED_UP:
                break
            found.append(Mention(iri, token))
    return tuple(found)


def _asked(query: ParsedQuery) -> Iterator[Token]:
    """The terminals that a query is matched by: no prologue, no template of CONSTRUCT, no datatype."""
    is_prologue, is_template, level = True, False, 0
    previous: Token | None = None
    for token in tokens(query.text):
        if is_prologue:
            is_prologue = not token.is_word(*Form)
        elif token.text == "{" and previous is not None and previous.is_word(Form.CONSTRUCT):
            is_template, level = True, 1
        elif is_template:
            level += (token.text == "{") - (token.text == "}")
            is_template = level > 0
        elif previous is None or previous.text != "^^":
            yield token
        previous = token


def absence_query(found: Iterable[Mention]) -> str:
    """A query for those of the IRIs that are nowhere in the release (`?t`); it takes a few look-ups in the indexes."""
    values = " ".join(f"<{iri}>" for iri in dict.fromkeys(mention.iri for mention in found))
    parts = ("?t ?a ?b", "?a ?t ?b", "?a ?b ?t", "GRAPH ?t {}")
    return f"SELECT ?t {{ VALUES ?t {{ {values} }} {' '.join(f'FILTER NOT EXISTS {{ {part} }}' for part in parts)} }}"


class Terms:
    """The terms of a release that a name may be a misspelling of, by namespace."""

    @staticmethod
    def queries(base_iri: str) -> tuple[str, str]:
        """What finds the terms (`?t`): the vocabulary; and the things of the project, of which 200,000 are too many."""
        ours = " || ".join(f'STRSTARTS(STR(?t), "{space}")' for space in (GOV, CODE, SHAPES))
        return (
            f"SELECT DISTINCT ?t {{ {{ ?s ?t ?o }} UNION {{ ?s a ?t FILTER(isIRI(?t)) }} UNION {{ GRAPH ?t {{}} }} "
            f"UNION {{ ?t a ?c FILTER({ours}) }} }}",
            f'SELECT DISTINCT ?t {{ ?t a ?c FILTER(STRSTARTS(STR(?t), "{base_iri}id/")) }} LIMIT {_THINGS}',
        )

    def __init__(self, vocabulary: Iterable[str], things: Collection[str] = ()) -> None:
        names: defaultdict[str, set[str]] = defaultdict(set)
        self._spaces: defaultdict[str, set[str]] = defaultdict(set)
        for iri in (*vocabulary, *_BUILT_IN):
            space, local = _split(iri)
            names[space].add(local)
            self._spaces[local].add(space)
        for iri in things if len(things) < _THINGS else ():
            space, local = _split(iri)
            names[space].add(local)
        self._names = names

    def nearest(self, iri: str) -> str | None:
        """The term that is meant: one of the same namespace, else one of the vocabulary, if it is in one namespace.

        Elsewhere a class stands for a class and a property for a property: they begin alike, in upper or lower case.
        """
        space, local = _split(iri)
        meant = nearest_name(local, self._names.get(space, ()))
        if meant is not None:
            return space + meant
        meant = nearest_name(local, [name for name in self._spaces if name[:1].isupper() == local[:1].isupper()])
        spaces = self._spaces[meant] if meant is not None else ()
        return f"{next(iter(spaces))}{meant}" if len(spaces) == 1 else None


def _split(iri: str) -> tuple[str, str]:
    end = max(iri.rfind("/"), iri.rfind("#")) + 1
    return iri[:end], iri[end:]


def notice(
    query: ParsedQuery, found: Sequence[Mention], absent: Collection[str], terms: Terms, house: Mapping[str, str]
) -> Notice:
    """What to tell of those mentions whose IRIs are absent: the first five IRIs, in the order of the query.

    People are told a term by its prefix; the mended query has its IRI where the query does not declare that prefix.
    """
    meant: dict[str, str] = {}
    unknown: list[UnknownTerm] = []
    firsts = {mention.iri: mention for mention in reversed(found) if mention.iri in absent}
    for mention in sorted(firsts.values(), key=lambda mention: mention.token.start)[:_TOLD]:
        iri = terms.nearest(mention.iri)
        if iri is not None:
            meant[mention.iri] = shorten(iri, query.prefixes)
        shown = shorten(iri, {**house, **query.prefixes}) if iri is not None else None
        unknown.append(UnknownTerm(mention.token.text, shown))
    return Notice(tuple(unknown), _mended(query.text, found, meant) if meant else None)


def _mended(text: str, found: Iterable[Mention], meant: Mapping[str, str]) -> str:
    pieces, end = [], 0
    for mention in found:
        if mention.iri in meant:
            pieces += [text[end : mention.token.start], meant[mention.iri]]
            end = mention.token.end
    return "".join((*pieces, text[end:]))
