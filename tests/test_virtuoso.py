"""A part that Virtuoso gives for the whole is refused, by what its headers and its settings say."""

from __future__ import annotations

import httpx
import pytest

from kg.engine.virtuoso import is_virtuoso, refuse_part, refuse_row_limit
from kg.errors import EngineError


@pytest.mark.parametrize(
    "headers",
    [
        {"X-SPARQL-MaxRows": "1048576"},
        {"X-SQL-State": "S1TAT", "X-SQL-Message": "RC...: Returning incomplete results"},
    ],
)
def test_a_part_is_refused_however_its_headers_are_written(headers: dict[str, str]) -> None:
    with pytest.raises(EngineError, match="only a part of the answer"):
        refuse_part(httpx.Headers(headers))


def test_a_whole_answer_is_not() -> None:
    refuse_part(httpx.Headers({"Content-Type": "application/sparql-results+json", "X-SQL-State": "00000"}))
    refuse_part(httpx.Headers())


def test_a_limit_of_rows_is_refused_with_its_number() -> None:
    refuse_row_limit(None)
    with pytest.raises(EngineError, match="after 10000 rows") as caught:
        refuse_row_limit("10000")
    assert caught.value.hint is not None
    assert "ResultSetMaxRows" in caught.value.hint


def test_it_is_known_by_its_name() -> None:
    assert is_virtuoso(httpx.Headers({"Server": "Virtuoso/07.20.3229 (Linux) x86_64"}))
    assert not is_virtuoso(httpx.Headers({"Server": "Oxigraph/0.5"}))
    assert not is_virtuoso(httpx.Headers())
