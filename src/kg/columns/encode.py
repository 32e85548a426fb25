"""Graphs into columns: from files of any RDF syntax, an rdflib graph, or an Oxigraph store."""

from __future__ import annotations

import gzip
import zlib
from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, cast

import pyoxigraph
from pyoxigraph import RdfFormat, Store
from rdflib import Graph
from rdflib.term import Node

from kg.columns.columns import Columns
from kg.columns.terms import TermTable, language_of
from kg.errors import SourceError
from kg.namespaces import FOREIGN
from kg.turtle.diagnosis import diagnose
from kg.turtle.reader import read_text

__all__ = ["encode_files", "encode_graph", "encode_store", "syntax_of"]


def encode_graph(graph: Graph) -> Columns:
    """The triples of an rdflib graph, blank nodes by their names."""
    terms, triples = TermTable(), array("i")
    numbers = _Numbers(terms)
    for subject, predicate, value in graph:
        triples.append(numbers[subject])
        triples.append(numbers[predicate])
        triples.append(numbers[value])
    return Columns(terms, triples)


def encode_store(store: Store) -> Columns:
    """The triples of all graphs of a store, merged."""
    return _encode([store])


def encode_files(paths: Iterable[Path]) -> Columns:
    """The triples of files together, named graphs merged; blank nodes of two files are never the same.

    Raises:
        SourceError: unknown syntax, or a syntax error with its line.
    """
    return _encode(_read(path) for path in paths)


def syntax_of(path: Path) -> RdfFormat:
    """The RDF syntax that the name of a file says, `.gz` left out.

    Raises:
        SourceError: it is none that is known.
    """
    name = path.name.removesuffix(".gz")
    kind = RdfFormat.from_extension(name.rpartition(".")[2])
    if kind is None:
        raise SourceError("not a known RDF syntax", path=path, hint="known: .ttl .nt .nq .trig .rdf .jsonld, and .gz")
    return kind


class _Numbers(dict[Node, int]):
    """Identifiers by rdflib term."""

    def __init__(self, terms: TermTable) -> None:
        super().__init__()
        self._terms = terms

    def __missing__(self, term: Node) -> int:
        number = self[term] = self._terms.number(term)
        return number


def _encode(sources: Iterable[Iterable[pyoxigraph.Quad]]) -> Columns:
    terms, triples = TermTable(), array("i")
    ids, add = terms.ids, triples.append
    number = ids.setdefault
    for source in sources:
        for quad in source:
            subject, predicate, rest = str(quad.triple).split(" ", 2)
            add(number(subject, len(ids)))
            add(number(predicate, len(ids)))
            add(number(rest, len(ids)))
    if any(text.startswith("<<") or "--" in language_of(text) for text in ids):
        raise SourceError("A triple as a term, or a text with a direction, is RDF 1.2, which SHACL does not know")
    return Columns(terms, triples)


def _read(path: Path) -> Iterator[pyoxigraph.Quad]:
    kind = syntax_of(path)
    try:
        if path.suffix == ".gz":
            with gzip.open(path) as stream:
                yield from pyoxigraph.parse(cast(IO[bytes], stream), kind, rename_blank_nodes=True)
        else:
            yield from pyoxigraph.parse(path=str(path), format=kind, rename_blank_nodes=True)
    except (SyntaxError, ValueError, EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise _source_error(error, path, kind) from error
    except MemoryError:
        raise SourceError("A text or a comment is longer than 16 MiB", path=path) from None


def _source_error(error: Exception, path: Path, kind: RdfFormat) -> SourceError:
    if isinstance(error, SyntaxError) and kind == RdfFormat.TURTLE and path.suffix != ".gz":
        return diagnose(error, read_text(path), path=path, prefixes=FOREIGN)
    return SourceError(str(error), path=path, line=getattr(error, "lineno", None))
