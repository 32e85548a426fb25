"""What analysts ask: one query at a time, its time until the last byte, its answer compared."""

from __future__ import annotations

import time
from collections.abc import Sequence
from http.client import HTTPException
from statistics import median
from urllib.request import Request, urlopen

from comparison import Answer, ask, is_right
from load import accept, request_url
from mix import HEAVY
from servers import Server

__all__ = ["print_heavy"]

_SECONDS = 60.0


def print_heavy(servers: Sequence[Server], reference: Server | None, rounds: int) -> None:
    """A row a query: milliseconds of each server, medians of `rounds` after one answer that is compared."""
    print(f"| Query (ms, one at a time) | {' | '.join(server.name for server in servers)} |")
    print(f"|---|{'---|' * len(servers)}")
    for name, query in HEAVY.items():
        expected = ask(reference.endpoint, query, seconds=_SECONDS) if reference else None
        found: dict[str, list[float]] = {server.name: [] for server in servers}
        wrong = {server.name for server in servers if expected is not None and not _agrees(server, query, expected)}
        for _ in range(rounds):
            for server in servers:
                found[server.name].append(_milliseconds(server.endpoint, query))
        cells = [f"{'wrong, ' if name in wrong else ''}{median(times):,.1f}" for name, times in found.items()]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)
    print(flush=True)


def _agrees(server: Server, query: str, expected: Answer) -> bool:
    return is_right(query, ask(server.endpoint, query, seconds=_SECONDS), expected)


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
