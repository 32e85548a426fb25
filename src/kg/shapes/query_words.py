"""The terminals of a query in turn, and the terms and property paths that they make (SPARQL 1.1 §9, §19.8)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from rdflib import RDF, URIRef

from kg.namespaces import FOREIGN
from kg.shapes.paths import Alternative, Inverse, Path, Predicate, Repeated, Sequence
from kg.shapes.patterns import NotCompiled, Term
from kg.sparql_lexer import Kind, Token

__all__ = ["Words", "read_term", "read_verb"]

_XSD = FOREIGN["xsd"]
_ESCAPED = re.compile(r"[\\\x00-\x1f\x7f]")
"""What a text of N-Triples writes in another way, or a query may."""


@dataclass(slots=True)
class Words:
    """The terminals of a query, and how far it has been read."""

    text: str
    words: list[Token]
    prefixes: dict[str, str]
    at: int = 0

    def peek(self) -> Token:
        if self.at >= len(self.words):
            raise NotCompiled("an end that is not expected")
        return self.words[self.at]

    def take(self, text: str | None = None) -> Token:
        token = self.peek()
        if text is not None and token.text != text:
            raise NotCompiled(f"{token.text} where {text} is expected")
        self.at += 1
        return token

    def is_sign(self, *signs: str) -> bool:
        return self.at < len(self.words) and self.peek().kind is Kind.SIGN and self.peek().text in signs

    def prologue(self) -> None:
        while self.peek().is_word("PREFIX"):
            self.take()
            name = self.take().text.rstrip(":")
            self.prefixes[name] = self.take().text[1:-1]

    def skip(self, opening: str, closing: str) -> None:
        self.take(opening)
        depth = 1
        while depth:
            depth += self.is_sign(opening) - self.is_sign(closing)
            self.take()

    def conjuncts(self, begun: int, end: int) -> list[tuple[int, int]]:
        """Where the parts of a conjunction in parentheses begin and end; none if it is something else."""
        depth, cuts = 0, [begun]
        for place in range(begun, end):
            word = self.words[place]
            if word.kind is Kind.SIGN:
                depth += (word.text in {"(", "{"}) - (word.text in {")", "}"})
                if depth == 1 and word.text == "||":
                    return []
                if depth == 1 and word.text == "&&":
                    cuts.append(place)
        is_conjunction = len(cuts) > 1 and self.words[begun].text == "("
        return [(first + 1, last) for first, last in pairwise([*cuts, end - 1])] if is_conjunction else []

    def iri(self, token: Token) -> str:
        if token.kind is Kind.IRI and ":" in token.text and "\\" not in token.text:
            return token.text[1:-1]
        prefix, _, local = token.text.partition(":")
        if token.kind is Kind.PREFIXED and prefix in self.prefixes and "\\" not in local and "%" not in local:
            return self.prefixes[prefix] + local
        raise NotCompiled(f"the name {token.text}")


def read_term(words: Words) -> Term:
    """The variable or the term that comes next.

    Raises:
        NotCompiled: it is written in a way that is not read here (a number, a blank node, a long text).
    """
    token = words.take()
    match token.kind:
        case Kind.VARIABLE:
            return Term(token.text[1:], True)
        case Kind.IRI | Kind.PREFIXED:
            return Term(f"<{words.iri(token)}>", False)
        case Kind.STRING if token.text[:3] not in ('"""', "'" * 3) and not _ESCAPED.search(token.text):
            return Term(_literal(words, token.text[1:-1]), False)
        case Kind.WORD if token.text in ("true", "false"):
            return Term(f'"{token.text}"^^<{_XSD}boolean>', False)
    raise NotCompiled(f"the term {token.text}")


def _literal(words: Words, lexical: str) -> str:
    text = '"' + lexical.replace('"', '\\"') + '"'
    if words.peek().kind is Kind.LANGUAGE:
        return text + words.take().text.lower()
    if words.is_sign("^^"):
        words.take()
        datatype = words.iri(words.take())
        return text if datatype == f"{_XSD}string" else f"{text}^^<{datatype}>"
    return text


def read_verb(words: Words) -> Term | Path:
    """The variable or the property path that comes next.

    Raises:
        NotCompiled: it has a negated property set.
    """
    if words.peek().kind is Kind.VARIABLE:
        return Term(words.take().text[1:], True)
    return _alternatives(words)


def _alternatives(words: Words) -> Path:
    paths = [_sequence(words)]
    while words.is_sign("|"):
        words.take()
        paths.append(_sequence(words))
    return paths[0] if len(paths) == 1 else Alternative(tuple(paths))


def _sequence(words: Words) -> Path:
    paths = [_step(words)]
    while words.is_sign("/"):
        words.take()
        paths.append(_step(words))
    return paths[0] if len(paths) == 1 else Sequence(tuple(paths))


def _step(words: Words) -> Path:
    if words.is_sign("^"):
        words.take()
        return Inverse(_step(words))
    if words.is_sign("("):
        words.take()
        path = _alternatives(words)
        words.take(")")
    else:
        token = words.take()
        path = Predicate(RDF.type if token.text == "a" else URIRef(words.iri(token)))
    while words.is_sign("*", "+", "?"):
        path = Repeated(path, words.take().text)
    return path
