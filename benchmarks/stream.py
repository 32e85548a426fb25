"""Answers of many rows: when they begin, when they end, and what they cost the server in memory (Linux)."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from statistics import median
from urllib.request import Request, urlopen

from load import request_url
from mix import STREAM
from servers import Server

__all__ = ["print_stream"]

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


def print_stream(servers: Sequence[Server], triples: int, rounds: int) -> None:
    """A table a format; rounds are interleaved."""
    wanted = min(triples, 1_000_000)
    for name, (kind, mark) in _FORMATS.items():
        found: dict[str, list[_Flow]] = {server.name: [] for server in servers}
        for _ in range(rounds):
            for server in servers:
                found[server.name].append(_flow(server, kind, mark))
        print(f"**{wanted:,} rows as {name}** (kg: memory of the web process)\n")
        print("| Server | rows wrong | first byte ms | total s | MB/s | growth MiB |\n|---|---|---|---|---|---|")
        for server_name, flows in found.items():
            rows = sum(flow.rows - (name != "JSON") != wanted for flow in flows)  # CSV and TSV begin with the names
            first, total, growth = (
                median(getattr(flow, key) for flow in flows) for key in ("first", "total", "growth")
            )
            speed = median(flow.size / flow.total / 1e6 for flow in flows)
            cells = (f"{rows} of {len(flows)}", f"{1000 * first:.1f}", f"{total:.2f}", f"{speed:.0f}", f"{growth:.0f}")
            print(f"| {server_name} | {' | '.join(cells)} |")
        print(flush=True)


def _flow(server: Server, kind: str, mark: bytes) -> _Flow:
    process = Path(f"/proc/{server.pid}")
    (process / "clear_refs").write_text("5", encoding="ascii")  # the peak begins again (proc(5))
    before = _memory(process, "VmRSS")
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
    return _Flow(first, total, size, rows, _memory(process, "VmHWM") - before)


def _memory(process: Path, name: str) -> float:
    """MiB."""
    lines = (process / "status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{name}:"))
