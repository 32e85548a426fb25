"""Whether two servers give the same answer: bags of solutions, sets of triples, numbers by value.

A DESCRIBE is right when it holds at least the triples of the reference, as SPARQL 1.1 Query §16.4 leaves open what more
is told.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from http.client import HTTPException
from typing import Any
from urllib.request import Request, urlopen

from load import accept, request_url
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from kg.namespaces import FOREIGN

__all__ = ["Answer", "ask", "count_wrong", "is_right"]

Answer = Counter[Any] | bool | None
"""A bag of solutions (or of triples), the answer of an ASK, or None: an error."""
_XSD = FOREIGN["xsd"]
_NUMBERS = {_XSD + name for name in ("integer", "decimal", "double", "float", "int", "long", "nonNegativeInteger")}
_DIGITS = 9


def ask(endpoint: str, query: str, *, seconds: float = 60) -> Answer:
    """The answer of a server to `query`, with its terms made comparable; None if there is no good answer in time."""
    request = Request(request_url(endpoint, query), headers={"Accept": accept(query)})
    try:
        with urlopen(request, timeout=seconds) as response:
            kind = response.headers.get_content_type()
            return _read(response.read(), kind)
    except (OSError, HTTPException, ValueError, SyntaxError, KeyError):
        return None


def count_wrong(endpoint: str, expected: Mapping[str, Answer]) -> int:
    """How many of the queries a server answers in another way than `expected`."""
    return sum(not is_right(query, ask(endpoint, query), answer) for query, answer in expected.items())


def is_right(query: str, found: Answer, expected: Answer) -> bool:
    """Whether `found` is an answer to `query`, when `expected` is the reference."""
    if isinstance(found, Counter) and isinstance(expected, Counter) and "DESCRIBE" in query:
        return found.keys() >= expected.keys()
    return found is not None and found == expected


def _read(content: bytes, kind: str) -> Answer:
    if kind in {"application/sparql-results+json", "application/json"}:
        document = json.loads(content)
        if "boolean" in document:
            return bool(document["boolean"])
        rows = document["results"]["bindings"]
        if "__ASK_RETVAL" in document["head"]["vars"]:  # an ASK of Virtuoso: a row for yes, none for no
            return bool(rows)
        return Counter(frozenset((name, _term(term)) for name, term in row.items()) for row in rows)
    known = RdfFormat.from_media_type(kind)
    if known is None:
        raise ValueError(kind)
    return Counter({_triple(quad.triple): 1 for quad in parse(content, format=known)})


def _term(term: Mapping[str, str]) -> object:
    """A term of the SPARQL 1.1 JSON results (§3.2.2), also as Virtuoso writes it."""
    if term["type"] in {"uri", "bnode"}:
        return term["type"], term["value"]
    return _literal(term["value"], term.get("datatype"), term.get("xml:lang"))


def _triple(triple: Triple) -> tuple[object, ...]:
    return tuple(_node(node) for node in (triple.subject, triple.predicate, triple.object))


def _node(node: NamedNode | BlankNode | Literal | Triple) -> object:
    if isinstance(node, Literal):
        return _literal(node.value, node.datatype.value, node.language)
    return ("uri", node.value) if isinstance(node, NamedNode) else ("other", str(node))


def _literal(value: str, datatype: str | None, language: str | None) -> object:
    if language:
        return value, language.lower()
    if datatype in _NUMBERS:
        try:
            number = float(value)
        except ValueError:
            return value, datatype
        return "number", f"{number:.{_DIGITS}g}"
    return value, datatype or _XSD + "string"


def expected_answers(endpoint: str, queries: Iterable[str]) -> dict[str, Answer]:
    """The answers of the reference.

    Raises:
        RuntimeError: the reference itself gives an error.
    """
    found = {query: ask(endpoint, query) for query in queries}
    failed = [query for query, answer in found.items() if answer is None]
    if failed:
        raise RuntimeError(f"the reference has no answer to {failed[0]}")
    return found
