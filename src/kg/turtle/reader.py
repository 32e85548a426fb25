"""Turtle files as triples, read strictly, with the lexical forms kept and errors that say where and what.

The parser is Oxigraph's (`pyoxigraph.parse`), not a store: a store makes `"1"` of `"01"^^xsd:integer`. Language tags
are in lower case (`sv-se`), as RDF 1.1 Concepts §3.3 allows.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from pathlib import Path

import pyoxigraph

from kg.errors import SourceError
from kg.turtle.diagnosis import diagnose, too_long
from kg.turtle.lexer import TokenError, read_tokens
from kg.turtle.source_errors import source_error, undecodable
from kg.turtle.triple_terms import refuse_deep_triple_terms

__all__ = ["check_turtle", "parse_triples", "read_text", "read_triples"]


def read_triples(
    path: Path, *, base: str | None = None, prefixes: Mapping[str, str] | None = None
) -> list[pyoxigraph.Triple]:
    """The triples of a Turtle file in its order; its blank nodes are shared with no other file.

    `base` resolves relative IRIs. `prefixes` is the table to quote from when the file does not declare a prefix.
    Raises `SourceError`, with line and column where there is one.
    """
    return parse_triples(read_text(path), path=path, base=base, prefixes=prefixes)


def read_text(path: Path) -> str:
    """The text of a file, its line ends and a byte order mark kept. Raises `SourceError` if it is not UTF-8."""
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise undecodable(error, path=path) from error
    except OSError as error:
        raise SourceError(f"The file cannot be read: {error.strerror}", path=path) from error


def parse_triples(
    text: str, *, path: Path | None = None, base: str | None = None, prefixes: Mapping[str, str] | None = None
) -> list[pyoxigraph.Triple]:
    """The triples of a Turtle 1.1 text; as `read_triples`, with `path` only named in errors."""
    return [quad.triple for quad in _quads(text, path, base, prefixes)]


def check_turtle(
    text: str, *, path: Path | None = None, base: str | None = None, prefixes: Mapping[str, str] | None = None
) -> None:
    """Nothing, if a text is Turtle 1.1; as `parse_triples`, but no triple is kept."""
    deque(_quads(text, path, base, prefixes), maxlen=0)


def _quads(
    text: str, path: Path | None, base: str | None, prefixes: Mapping[str, str] | None
) -> Iterator[pyoxigraph.Quad]:
    refuse_deep_triple_terms(text, path=path)
    is_rdf_12 = False
    try:
        for quad in pyoxigraph.parse(text, pyoxigraph.RdfFormat.TURTLE, base_iri=base, rename_blank_nodes=True):
            is_rdf_12 |= _is_rdf_12(quad.object)
            yield quad
    except SyntaxError as error:
        raise diagnose(error, text, path=path, prefixes=prefixes) from error
    except MemoryError:
        raise too_long(text, path=path) from None
    if is_rdf_12:
        _refuse_rdf_12(text, path=path)


def _is_rdf_12(term: pyoxigraph.NamedNode | pyoxigraph.BlankNode | pyoxigraph.Literal | pyoxigraph.Triple) -> bool:
    return isinstance(term, pyoxigraph.Triple) or (isinstance(term, pyoxigraph.Literal) and term.direction is not None)


def _refuse_rdf_12(text: str, *, path: Path | None) -> None:
    try:
        for _ in read_tokens(text):
            pass
    except TokenError as error:
        raise source_error(error.message, text, error.offset, path=path, hint=error.hint) from error
