"""The tables of hostile queries and requests as cases."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["BROKEN", "LIVE", "QueryCase", "RequestCase", "queries", "requests"]

HERE = Path(__file__).parent
BROKEN = "broken"
LIVE = b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
_LINE = "GET /sparql?query=ASK%7B%7D HTTP/1.1"
_Text = str | Sequence[str | tuple[str, int]]


@dataclass(frozen=True, slots=True)
class QueryCase:
    """A query and its outcomes: statuses, or `BROKEN`; `answer` is what a 200 must hold.

    In texts and parameters, `@port` stands for a port that nothing may connect to.
    """

    name: str
    text: str
    outcomes: tuple[int | str, ...]
    answer: str
    method: str
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RequestCase:
    """The bytes of requests, and what may be heard; nothing of it may hold `never`, and the first `heads` have no body."""

    name: str
    data: bytes
    heard: tuple[str, ...]
    never: bytes
    heads: int


def queries() -> tuple[QueryCase, ...]:
    """The cases of `queries.toml`."""
    return tuple(_query(row) for row in _rows("query"))


def requests() -> tuple[RequestCase, ...]:
    """The cases of `requests.toml`."""
    return tuple(_request(row) for row in _rows("request"))


def _rows(kind: str) -> list[dict[str, Any]]:
    file = HERE / {"query": "queries.toml", "request": "requests.toml"}[kind]
    rows: list[dict[str, Any]] = tomllib.loads(file.read_text(encoding="utf-8"))[kind]
    return rows


def _query(row: Mapping[str, Any]) -> QueryCase:
    outcome = row["outcome"]
    return QueryCase(
        row["name"],
        _expand(row["text"]),
        tuple(outcome) if isinstance(outcome, list) else (outcome,),
        row.get("answer", ""),
        row.get("method", "POST"),
        row.get("parameters", {}),
    )


def _request(row: Mapping[str, Any]) -> RequestCase:
    host = ["Host: x"] if row.get("host", True) else []
    lines = [_expand(row.get("line", _LINE)), *host, *_lines(row.get("headers", []))]
    text = "".join(f"{line}\r\n" for line in lines) + "\r\n" + _expand(row.get("body", ""))
    if "bytes" in row:
        text = _expand(row["bytes"]) + (text if row.get("before") else "")
    return RequestCase(
        row["name"], text.encode("latin-1"), tuple(row["heard"]), row.get("never", "").encode(), row.get("heads", 0)
    )


def _lines(headers: Sequence[str | tuple[str, int]]) -> list[str]:
    """Header lines; a repetition is the end of the line before it."""
    lines: list[str] = []
    for part in headers:
        if isinstance(part, str) and not part.startswith("\r\n"):
            lines.append(part)
        elif lines:
            lines[-1] += part if isinstance(part, str) else _repeat(*part)
        else:
            lines.append(_repeat(*part).removesuffix("\r\n"))
    return lines


def _expand(text: _Text) -> str:
    if isinstance(text, str):
        return text
    return "".join(part if isinstance(part, str) else _repeat(*part) for part in text)


def _repeat(text: str, times: int) -> str:
    if "@n" not in text and "@m" not in text:
        return text * times
    return "".join(text.replace("@n", str(number)).replace("@m", str(number + 1)) for number in range(times))
