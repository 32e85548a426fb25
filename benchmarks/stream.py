"""Answers of many rows: when they begin, when they end, and what they cost the server in memory (Linux)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from statistics import median
from urllib.request import Request, urlopen

from load import request_url
from mix import STREAM
from process import memory, peak_memory
from record import Row, say
from servers import Server, Servers

__all__ = ["stream_rows"]

_FORMATS = {
    "JSON": ("application/sparql-results+json", b'"s":'),
    "CSV": ("text/csv", b"\n"),
    "TSV": ("text/tab-separated-values", b"\n"),
}
_BLOCK = 1 << 18
_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class _Flow:
    """Seconds to the first byte and to the last, bytes, rows, and MiB by which the server process grew at most."""

    first: float
    total: float
    size: int
    rows: int
    growth: float


def stream_rows(servers: Servers, rounds: int) -> Iterator[Row]:
    """Each format on each server, rounds interleaved."""
    wanted = min(servers.triples, 1_000_000)
    for name, (kind, mark) in _FORMATS.items():
        found: dict[str, list[_Flow]] = {server.name: [] for server in servers.measured}
        for number in range(rounds):
            say(f"{wanted:,} rows as {name}: round {number + 1} of {rounds}")
            for server in servers.measured:
                found[server.name].append(_flow(server, kind, mark))
        part = name if servers.triples >= 1_000_000 else f"{name}, {wanted:,} rows"
        for who, flows in found.items():
            rows = sum(flow.rows - (name != "JSON") != wanted for flow in flows)  # CSV and TSV begin with the names
            first, total, growth = (
                median(getattr(flow, key) for flow in flows) for key in ("first", "total", "growth")
            )
            yield Row(who, "wrong", rows, f"of {len(flows)} answers", part)
            yield Row(who, "first byte", round(1000 * first, 2), "ms", part)
            yield Row(who, "whole", round(total, 3), "s", part)
            yield Row(who, "speed", round(median(flow.size / flow.total / 1e6 for flow in flows), 1), "MB/s", part)
            yield Row(who, "growth", round(growth, 1), "MiB", part)


def _flow(server: Server, kind: str, mark: bytes) -> _Flow:
    Path(f"/proc/{server.pid}/clear_refs").write_text("5", encoding="ascii")  # the peak begins again (proc(5))
    before = memory(server.pid)
    begin = time.perf_counter()
    size = rows = 0
    first, tail = 0.0, b""
    try:
        with urlopen(Request(request_url(server.endpoint, STREAM), headers={"Accept": kind}), timeout=_SECONDS) as body:
            while block := body.read1(_BLOCK):
                first = first or time.perf_counter() - begin
                size += len(block)
                rows += (tail + block).count(mark)
                tail = block[1 - len(mark) :] if len(mark) > 1 else b""
    except (OSError, HTTPException):
        rows = -1
    total = time.perf_counter() - begin
    return _Flow(first, total, size, rows, peak_memory(server.pid) - before)
