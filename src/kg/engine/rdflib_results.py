"""Answers of rdflib in the media types of SPARQL 1.1, solutions row by row.

rdflib has no TSV, and writes JSON in one piece: that an answer is too large would show when it is whole in memory.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from itertools import islice
from typing import Any, TypeAlias
from xml.sax.saxutils import escape, quoteattr

from pyoxigraph import RdfFormat, Triple, serialize
from rdflib import BNode, Graph, URIRef

from kg.turtle.terms import RdflibTerm, from_rdflib

__all__ = ["Row", "Solutions", "graph_bytes", "page", "write_boolean", "write_solutions"]

Row: TypeAlias = tuple[RdflibTerm | None, ...]
Write: TypeAlias = Callable[[bytes], object]

_XML = '<?xml version="1.0"?>\n<sparql xmlns="http://www.w3.org/2005/sparql-results#">'
_TRIPLES = {
    "nt": RdfFormat.N_TRIPLES,
    "rdf": RdfFormat.RDF_XML,
    "jsonld": RdfFormat.JSON_LD,
    "ttl": RdfFormat.TURTLE,
}


@dataclass(frozen=True, slots=True)
class Solutions:
    """A sequence of solutions: for each of `variables` a term, or `None` where it is unbound."""

    variables: tuple[str, ...]
    rows: Iterator[Row]


def write_boolean(value: bool, format: str, write: Write) -> None:
    """The answer to ASK as `json` or `xml`."""
    if format == "xml":
        write(f"{_XML}<head/><boolean>{str(value).lower()}</boolean></sparql>".encode())
    else:
        write(json.dumps({"head": {}, "boolean": value}).encode())


def write_solutions(solutions: Solutions, format: str, write: Write) -> None:
    """The solutions as `json`, `xml`, `csv` or `tsv`.

    Raises:
        SourceError: rdflib made what is no term of RDF (TSV only).
    """
    _WRITERS[format](solutions, write)


def graph_bytes(graph: Graph, format: str, prefixes: Mapping[str, str]) -> bytes:
    """The graph as `ttl`, `nt`, `rdf` or `jsonld`; Turtle declares those of `prefixes` that it uses.

    Triples that are none of RDF, which a template can make, are left out (SPARQL 1.1 §16.2).

    Raises:
        SourceError: rdflib made what is no term of RDF.
    """
    triples = []
    iris = set()
    for subject, predicate, value in graph:
        if isinstance(subject, URIRef | BNode) and isinstance(predicate, URIRef):
            term: Any = from_rdflib(subject)
            link: Any = from_rdflib(predicate)
            triples.append(Triple(term, link, from_rdflib(value)))
            iris |= {str(item) for item in (subject, predicate, value) if isinstance(item, URIRef)}
    used = {prefix: iri for prefix, iri in prefixes.items() if any(item.startswith(iri) for item in iris)}
    return serialize(triples, format=_TRIPLES[format], prefixes=used if format == "ttl" else None) or b""


def page(solutions: Solutions, limit: int) -> dict[str, Any]:
    """At most `limit` solutions as SPARQL 1.1 JSON results, with `"complete"` beside `"results"`."""
    found = [_binding(solutions.variables, row) for row in islice(solutions.rows, limit + 1)]
    head = {"vars": list(solutions.variables)}
    return {"head": head, "results": {"bindings": found[:limit]}, "complete": len(found) <= limit}


def _write_json(solutions: Solutions, write: Write) -> None:
    names = json.dumps(solutions.variables, separators=(",", ":"))
    write(f'{{"head":{{"vars":{names}}},"results":{{"bindings":['.encode())
    for index, row in enumerate(solutions.rows):
        text = json.dumps(_binding(solutions.variables, row), ensure_ascii=False, separators=(",", ":"))
        write((f",{text}" if index else text).encode())
    write(b"]}}")


def _binding(variables: tuple[str, ...], row: Row) -> dict[str, Mapping[str, str]]:
    return {name: _json_term(term) for name, term in zip(variables, row, strict=True) if term is not None}


def _json_term(term: RdflibTerm) -> Mapping[str, str]:
    if isinstance(term, URIRef):
        return {"type": "uri", "value": str(term)}
    if isinstance(term, BNode):
        return {"type": "bnode", "value": str(term)}
    if term.language:
        return {"type": "literal", "value": str(term), "xml:lang": term.language}
    if term.datatype:
        return {"type": "literal", "value": str(term), "datatype": str(term.datatype)}
    return {"type": "literal", "value": str(term)}


def _write_xml(solutions: Solutions, write: Write) -> None:
    variables = "".join(f"<variable name={quoteattr(name)}/>" for name in solutions.variables)
    write(f"{_XML}<head>{variables}</head><results>".encode())
    for row in solutions.rows:
        bindings = (
            f"<binding name={quoteattr(name)}>{_xml_term(term)}</binding>"
            for name, term in zip(solutions.variables, row, strict=True)
            if term is not None
        )
        write(f"<result>{''.join(bindings)}</result>".encode())
    write(b"</results></sparql>")


def _xml_term(term: RdflibTerm) -> str:
    text = escape(str(term), {"\r": "&#13;"})
    if isinstance(term, URIRef):
        return f"<uri>{text}</uri>"
    if isinstance(term, BNode):
        return f"<bnode>{text}</bnode>"
    if term.language:
        return f"<literal xml:lang={quoteattr(term.language)}>{text}</literal>"
    if term.datatype:
        return f"<literal datatype={quoteattr(str(term.datatype))}>{text}</literal>"
    return f"<literal>{text}</literal>"


def _write_csv(solutions: Solutions, write: Write) -> None:
    line = StringIO(newline="")
    writer = csv.writer(line)
    for cells in _table(solutions, solutions.variables, _csv_cell):
        writer.writerow(cells)
        write(line.getvalue().encode())
        line.seek(0)
        line.truncate()


def _csv_cell(term: RdflibTerm | None) -> str:
    return f"_:{term}" if isinstance(term, BNode) else str("" if term is None else term)


def _write_tsv(solutions: Solutions, write: Write) -> None:
    for cells in _table(solutions, tuple(f"?{name}" for name in solutions.variables), _tsv_cell):
        write(("\t".join(cells) + "\n").encode())


def _tsv_cell(term: RdflibTerm | None) -> str:
    return "" if term is None else str(from_rdflib(term)).replace("\t", "\\t")


def _table(
    solutions: Solutions, header: tuple[str, ...], cell: Callable[[RdflibTerm | None], str]
) -> Iterator[tuple[str, ...]]:
    yield header
    for row in solutions.rows:
        yield tuple(cell(term) for term in row)


_WRITERS: Mapping[str, Callable[[Solutions, Write], None]] = {
    "json": _write_json,
    "xml": _write_xml,
    "csv": _write_csv,
    "tsv": _write_tsv,
}
