"""Where Virtuoso gives a part for the whole, and how that is noticed (seen with 7.2.5).

It cuts the solutions of a SELECT at a number of rows, 2^20 if at no other, or at a time, and says so in headers of its
own. Where `ResultSetMaxRows` is set it cuts what CONSTRUCT and DESCRIBE are made from too, and says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from kg.errors import EngineError

__all__ = ["ROWS_QUERY", "is_virtuoso", "refuse_part", "refuse_row_limit"]

ROWS_QUERY = "SELECT (<bif:virtuoso_ini_item_value>('SPARQL', 'ResultSetMaxRows') AS ?rows) WHERE {}"
"""Asks for the setting; no value if there is none."""


def is_virtuoso(headers: Mapping[str, str]) -> bool:
    """Whether a response comes from it."""
    return headers.get("server", "").startswith("Virtuoso")


def refuse_part(headers: Mapping[str, str]) -> None:
    """Nothing, if a response with these headers is a whole answer.

    Raises:
        EngineError: it is not.
    """
    if "x-sparql-maxrows" in headers or headers.get("x-sql-state", "").startswith("S1TAT"):
        raise EngineError("the engine would give only a part of the answer", hint="use LIMIT, or ask for less")


def refuse_row_limit(rows: str | None) -> None:
    """Nothing, if `ResultSetMaxRows` is not set.

    Raises:
        EngineError: it is.
    """
    if rows is not None:
        raise EngineError(
            f"this Virtuoso cuts what graphs are made from after {rows} rows, without saying so",
            hint="take ResultSetMaxRows out of its virtuoso.ini, and start it again",
        )
