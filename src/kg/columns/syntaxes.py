"""The RDF syntaxes that are read, by the names of files."""

from __future__ import annotations

from pathlib import Path

from pyoxigraph import RdfFormat

from kg.errors import SourceError

__all__ = ["syntax_of"]


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
