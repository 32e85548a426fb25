"""Terms between the strict parser's types and rdflib's, lexical forms kept.

`oxrdflib` has such a converter, but it is private and lets rdflib rewrite literals (`"01"^^xsd:integer` to `"1"`).
"""

from __future__ import annotations

from typing import TypeAlias

import pyoxigraph
from rdflib import BNode, Literal, URIRef
from rdflib.namespace import XSD
from rdflib.term import Node

from kg.errors import SourceError

__all__ = ["OxigraphTerm", "RdflibTerm", "from_rdflib", "to_rdflib"]

OxigraphTerm: TypeAlias = pyoxigraph.NamedNode | pyoxigraph.BlankNode | pyoxigraph.Literal | pyoxigraph.Triple
RdflibTerm: TypeAlias = URIRef | BNode | Literal

_COLLAPSED = {XSD.normalizedString, XSD.token}


def to_rdflib(term: OxigraphTerm) -> RdflibTerm:
    """The rdflib term with the same IRI, label or lexical form; a plain text and an xsd:string are the same."""
    if isinstance(term, pyoxigraph.NamedNode):
        return URIRef(term.value)
    if isinstance(term, pyoxigraph.BlankNode):
        return BNode(term.value)
    if isinstance(term, pyoxigraph.Triple):
        raise SourceError("A triple as a term (RDF 1.2) has no counterpart in rdflib")
    if term.language is not None:
        return Literal(term.value, lang=term.language)
    datatype = URIRef(term.datatype.value)
    if datatype == XSD.string:
        return Literal(term.value)
    if datatype in _COLLAPSED:
        # rdflib collapses the white space of these two even with normalize=False; unpickling does not.
        literal = Literal("" + term.value)
        literal.__setstate__((None, {"language": None, "datatype": datatype}))
        return literal
    return Literal(term.value, datatype=datatype, normalize=False)


def from_rdflib(term: Node) -> pyoxigraph.NamedNode | pyoxigraph.BlankNode | pyoxigraph.Literal:
    """The strict term; raises `SourceError` for what rdflib takes for an IRI, a label or a language tag and RDF not."""
    try:
        if isinstance(term, URIRef):
            return pyoxigraph.NamedNode(str(term))
        if isinstance(term, BNode):
            return pyoxigraph.BlankNode(str(term))
        if isinstance(term, Literal) and term.language is not None:
            return pyoxigraph.Literal(str(term), language=term.language)
        if isinstance(term, Literal):
            datatype = pyoxigraph.NamedNode(str(term.datatype)) if term.datatype is not None else None
            return pyoxigraph.Literal(str(term), datatype=datatype)
    except ValueError as error:
        raise SourceError(f"{term!r} is not a term of RDF: {error}") from error
    raise SourceError(f"{term!r} is not a term of RDF")
