"""Graphs into columns: from files of any RDF syntax, an rdflib graph, or an Oxigraph store."""

from __future__ import annotations

import gzip
import re
import zlib
from array import array
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, cast

import numpy as np
import pyoxigraph
from pyoxigraph import RdfFormat, Store
from rdflib import Graph
from rdflib.term import Node

from kg.columns.columns import Columns, Triples
from kg.columns.entities import refuse_nested_entities
from kg.columns.nesting import refuse_deep_json, watched
from kg.columns.syntaxes import syntax_of
from kg.columns.terms import TermTable, language_of
from kg.errors import SourceError
from kg.namespaces import FOREIGN
from kg.turtle.diagnosis import diagnose, too_long
from kg.turtle.reader import read_text

__all__ = ["Part", "encode_files", "encode_graph", "encode_store", "read_part"]

_AT_ONCE = 50_000
"""Triples between two reports of progress."""
_PLACE = re.compile(r"^Parser error (?:at|between) line .*?: ")
_LARGEST_DIAGNOSED = 1 << 29
"""Bytes of a Turtle file up to which an error is explained by reading the file once more."""


@dataclass(frozen=True, slots=True)
class Part:
    """The triples of one file over its own terms: `triples` are n × 3 numbers of `texts`, in the order of the file."""

    texts: list[str]
    triples: Triples

    def numbered(self, terms: TermTable, label: str) -> Triples:
        """The triples over a table of terms, which is given those that it lacks.

        Blank nodes get `label` before their own, which no other part may have.
        """
        texts = self.texts
        if any(text[0] == "_" for text in texts):
            texts = [f"_:{label}{text[2:]}" if text[0] == "_" else text for text in texts]
        return terms.numbers_of(texts)[self.triples]


def encode_graph(graph: Graph) -> Columns:
    """The triples of an rdflib graph, blank nodes by their names."""
    terms, triples = TermTable(), array("i")
    numbers = _Numbers(terms)
    for subject, predicate, value in graph:
        triples.append(numbers[subject])
        triples.append(numbers[predicate])
        triples.append(numbers[value])
    return Columns(terms, _table(triples))


def encode_store(store: Store) -> Columns:
    """The triples of all graphs of a store, merged."""
    part = _part(store)
    terms = TermTable()
    return Columns(terms, terms.numbers_of(part.texts)[part.triples])


def encode_files(paths: Iterable[Path]) -> Columns:
    """The triples of files together, named graphs merged; blank nodes of two files are never the same.

    Relative IRIs are resolved against the address of the file (RFC 3986 §5.1.3).

    Raises:
        SourceError: unknown syntax, or a syntax error with its line.
    """
    terms = TermTable()
    parts = (read_part(path, base=path.resolve().as_uri()) for path in paths)
    tables = [part.numbered(terms, f"f{number}") for number, part in enumerate(parts)]
    return Columns(terms, np.concatenate([np.empty((0, 3), np.int32), *tables]))


def read_part(
    path: Path,
    prefixes: Mapping[str, str] = FOREIGN,
    read: Callable[[int], None] = lambda _: None,
    *,
    base: str | None = None,
) -> Part:
    """The triples of a file; `read` is told now and then how many of its bytes are behind.

    `prefixes` is the table to quote from in an error when the file does not declare a prefix; without a `base`,
    relative IRIs are errors.

    Raises:
        SourceError: unknown syntax, or a syntax error with its line.
    """
    kind = syntax_of(path)
    try:
        if kind == RdfFormat.RDF_XML:
            refuse_nested_entities(path)
        if kind == RdfFormat.JSON_LD:
            refuse_deep_json(path)
        with path.open("rb") as file:
            stream = cast(IO[bytes], gzip.GzipFile(fileobj=file)) if path.suffix == ".gz" else file
            return _part(
                pyoxigraph.parse(watched(stream, kind, path), kind, base_iri=base, rename_blank_nodes=True),
                lambda: read(file.tell()),
            )
    except (SyntaxError, ValueError, EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise _source_error(error, path, kind, prefixes, base) from error
    except MemoryError:
        if _is_diagnosed(path, kind):
            raise too_long(read_text(path), path=path) from None
        raise SourceError("A text or a comment is longer than 16 MiB", path=path) from None
    except _Rdf12:
        raise SourceError(
            "A triple as a term, or a text with a direction, is RDF 1.2, which is not read here", path=path
        ) from None
    except OSError as error:
        raise SourceError(f"The file cannot be read: {error.strerror}", path=path) from error


class _Numbers(dict[Node, int]):
    """Identifiers by rdflib term."""

    def __init__(self, terms: TermTable) -> None:
        super().__init__()
        self._terms = terms

    def __missing__(self, term: Node) -> int:
        number = self[term] = self._terms.number(term)
        return number


class _Rdf12(Exception):
    """Something that RDF 1.1 has no place for."""


def _part(quads: Iterable[pyoxigraph.Quad], behind: Callable[[], None] = lambda: None) -> Part:
    ids, triples = dict[str, int](), array("i")
    number, add, source = ids.setdefault, triples.append, iter(quads)
    left = True
    while left:
        left = False
        for quad in islice(source, _AT_ONCE):
            left = True
            subject, predicate, rest = str(quad.triple).split(" ", 2)
            add(number(subject, len(ids)))
            add(number(predicate, len(ids)))
            add(number(rest, len(ids)))
        behind()
    if any(text.startswith("<<") or "--" in language_of(text) for text in ids):
        raise _Rdf12
    return Part(list(ids), _table(triples))


def _table(triples: array[int]) -> Triples:
    return np.frombuffer(triples, np.int32).reshape(-1, 3) if len(triples) else np.empty((0, 3), np.int32)


def _is_diagnosed(path: Path, kind: RdfFormat) -> bool:
    return kind == RdfFormat.TURTLE and path.suffix != ".gz" and path.stat().st_size <= _LARGEST_DIAGNOSED


def _source_error(
    error: Exception, path: Path, kind: RdfFormat, prefixes: Mapping[str, str], base: str | None
) -> SourceError:
    if isinstance(error, SyntaxError) and _is_diagnosed(path, kind):
        text = read_text(path)
        try:
            deque(pyoxigraph.parse(text, kind, base_iri=base), maxlen=0)
        except SyntaxError as same:
            return diagnose(same, text, path=path, prefixes=prefixes)
        return SourceError("The file was changed while it was read", path=path, hint="run the command again")
    if "LoadDocumentCallback" in str(error):
        return SourceError(
            "Its @context is at an address, and nothing is fetched", path=path, hint="write the context into the file"
        )
    if isinstance(error, SyntaxError):
        return SourceError(_PLACE.sub("", error.msg), path=path, line=error.lineno, column=error.offset)
    return SourceError(str(error), path=path)
