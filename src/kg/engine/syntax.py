"""Syntax errors of a query in its own text, with the embedded engine as the judge."""

from __future__ import annotations

from collections.abc import Mapping

from kg.engine.oxigraph import check_syntax
from kg.errors import QuerySyntaxError
from kg.query import ParsedQuery
from kg.query_errors import explain, widened

__all__ = ["syntax_error"]


def syntax_error(query: ParsedQuery, base_iri: str, house: Mapping[str, str]) -> QuerySyntaxError | None:
    """What is wrong with the query, with line and column as its writer counts them; None if nothing is.

    `house` are the prefixes to offer where one is not declared.
    """
    try:
        check_syntax(widened(query.text), base_iri)
    except QuerySyntaxError as error:
        return explain(query, error, house)
    return None
