"""What analysts ask: one query at a time, its time until the last byte, its answer compared."""

from __future__ import annotations

import time
from collections.abc import Iterator
from http.client import HTTPException
from math import isinf
from statistics import median
from urllib.request import Request, urlopen

from comparison import Answer, ask, is_right
from load import accept, request_url
from mix import HEAVY
from record import Row, say, size
from servers import Server, Servers

__all__ = ["heavy_rows"]

_SECONDS = 60.0


def heavy_rows(servers: Servers, rounds: int) -> Iterator[Row]:
    """Milliseconds of each query on each server, medians of `rounds` after one answer that is compared."""
    part = size(servers.triples)
    for name, query in HEAVY.items():
        say(f"{part} triples: {name}")
        reference = servers.reference
        expected = ask(reference.endpoint, query, seconds=_SECONDS) if reference else None
        wrong = {server.name: _is_wrong(server, query, expected) for server in servers.measured}
        found: dict[str, list[float]] = {server.name: [] for server in servers.measured}
        for _ in range(rounds):
            for server in servers.measured:
                found[server.name].append(_milliseconds(server.endpoint, query))
        for who, times in found.items():
            yield Row(who, "wrong", int(wrong[who]), "", part, name)
            yield Row(who, "errors", sum(map(isinf, times)), "", part, name)
            middle = median(times)
            yield Row(who, "time", None if isinf(middle) else round(middle, 2), "ms", part, name)


def _is_wrong(server: Server, query: str, expected: Answer) -> bool:
    return expected is not None and not is_right(query, ask(server.endpoint, query, seconds=_SECONDS), expected)


def _milliseconds(endpoint: str, query: str) -> float:
    """Until the last byte; infinite for an error."""
    begin = time.perf_counter()
    try:
        with urlopen(
            Request(request_url(endpoint, query), headers={"Accept": accept(query)}), timeout=_SECONDS
        ) as body:
            while body.read(1 << 20):
                pass
    except (OSError, HTTPException):
        return float("inf")
    return 1000 * (time.perf_counter() - begin)
