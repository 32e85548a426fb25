"""An answer of an engine elsewhere, read to its end and written as our own engine writes answers.

Solutions are read from SPARQL JSON, which shows whether it is whole; triples from N-Triples or Turtle, which do not, so
that their transfer must (RFC 9112 §8). Nothing an engine sends is passed on unread: an error in the middle of an
answer, which some write among the rows before they end it properly, is an error here too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import Any, Protocol, cast

from pyoxigraph import (
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Triple,
    parse,
    parse_query_results,
)

from kg.engine.oxigraph import Query, encode
from kg.engine.sender import Sender
from kg.errors import EngineError
from kg.query import Form

__all__ = ["ACCEPTED", "Source", "convert", "refuse_unframed", "with_columns"]

ACCEPTED: Mapping[bool, str] = {
    False: "application/sparql-results+json",
    True: "application/n-triples, text/turtle;q=0.5",
}
"""What is asked for, by `Form.gives_graph`."""
_COLUMNS = re.compile(rb'"vars"\s*:\s*\[([^\]]*)\]')
_TRUE = (b'{"head":{},"boolean":false}', b'{"head":{},"boolean":true}')
_GRAPHS = (RdfFormat.N_TRIPLES, RdfFormat.TURTLE)


class Source(Protocol):
    """Where the bytes come from; `read` blocks."""

    def read(self, size: int = -1) -> bytes:
        """Some bytes, at most `size`; none at the end."""


def refuse_unframed(headers: Mapping[str, str]) -> None:
    """Nothing, if the end of the body can be told from its breaking off.

    Raises:
        EngineError: it cannot.
    """
    if "content-length" not in headers and "chunked" not in headers.get("transfer-encoding", ""):
        raise EngineError("the engine sends triples in a way in which their end cannot be told")


def convert(  # noqa: PLR0913 - what an encoder needs, and where from
    source: Source, content_type: str, query: Query, form: Form, sender: Sender, *, prefixes: Mapping[str, str]
) -> None:
    """Read an answer to its end, writing it to `sender` in `query.format`.

    Raises:
        EngineError: it is of another type than was asked for.
        SyntaxError: it is not well-formed, or not whole.
        KgError: what `sender` raises.
    """
    if form.gives_graph:
        graph = RdfFormat.from_media_type(content_type)
        if graph not in _GRAPHS:
            raise EngineError(f"the engine answers with {content_type or 'no media type'} instead of N-Triples")
        triples: Iterable[Triple] = (quad.triple for quad in parse(cast(Any, source), graph))
        encode(triples, query, sender.write, prefixes)
        return
    if QueryResultsFormat.from_media_type(content_type) != QueryResultsFormat.JSON:
        raise EngineError(f"the engine answers with {content_type or 'no media type'} instead of SPARQL JSON")
    result = parse_query_results(cast(Any, source), QueryResultsFormat.JSON)
    if form is Form.ASK:
        result = _boolean(result)
    elif isinstance(result, QueryBoolean):
        raise EngineError("the engine answers with a boolean instead of solutions")
    encode(result, query, sender.write, prefixes)


def _boolean(result: QuerySolutions | QueryBoolean) -> QueryBoolean:
    """The answer to ASK; Virtuoso gives it as one solution, `?__ASK_RETVAL` = 1 or 0, or as none."""
    if isinstance(result, QueryBoolean):
        return result
    values = [row[0].value for row in result if row[0] is not None]
    if values not in ([], ["0"], ["1"]):
        raise EngineError("the engine answers with solutions instead of a boolean")
    return cast(QueryBoolean, parse_query_results(BytesIO(_TRUE[values == ["1"]]), QueryResultsFormat.JSON))


def with_columns(start: bytes, variables: tuple[str, ...]) -> bytes | None:
    """The first bytes of SPARQL JSON with its variables in the order of `variables`; None if they are not all there."""
    match = _COLUMNS.search(start)
    if match is None:
        return None
    names = json.loads(b"[%s]" % match[1])
    ordered = [name for name in variables if name in names]
    if len(ordered) != len(names):
        return start
    written = ", ".join(json.dumps(name) for name in ordered).encode()
    return start[: match.start(1)] + written + start[match.end(1) :]
