"""What only one engine has, and what it takes for granted: refused before a query leaves for an engine elsewhere.

Virtuoso knows some prefixes that nobody declared, and lets anybody call functions of its database by them.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping

from kg.errors import QuerySyntaxError, RefusedFeature
from kg.query import ParsedQuery, iri_of, parse_query
from kg.query_errors import explain
from kg.sparql_lexer import Kind, position, tokens

__all__ = ["refuse_foreign"]

_SCHEMES = ("bif:", "sql:")


def refuse_foreign(query: ParsedQuery, house: Mapping[str, str]) -> None:
    """Nothing, if the query declares its prefixes and names nothing in a scheme of one engine's functions.

    Raises:
        QuerySyntaxError: a prefix is not declared; `house` are those to offer.
        RefusedFeature: a function that only one engine has.
    """
    nothing = QuerySyntaxError("")
    if (error := explain(query, nothing, house)) is not nothing:
        raise error
    known = parse_query(query.text, base_iri=query.base, max_bytes=sys.maxsize, max_depth=sys.maxsize)
    for token in tokens(query.text):
        if token.kind not in (Kind.IRI, Kind.PREFIXED):
            continue
        iri = iri_of(token, known.prefixes, known.base)
        if iri is not None and iri.lower().startswith(_SCHEMES):
            line, column = position(query.text, token.start)
            raise RefusedFeature(
                f"{token.text} (line {line}, column {column}) belongs to one engine only",
                hint="use the functions of SPARQL 1.1",
            )
