"""What happened: a line of JSON for each request, and the counts behind `/metrics`.

Lines are gathered and written a few times a second, so that a busy server does not spend its time writing.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from bisect import bisect_left
from collections import Counter, defaultdict
from functools import partial
from typing import Any, TextIO

from kg.web.cache import Kept
from kg.web.exchange import Exchange, new_id

__all__ = ["BOUNDS", "Journal"]

BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper bounds of the classes of seconds in the histogram of requests."""
_PAUSE = 0.25
_NULL = "null"
_second, _written = 0, ""
_json = partial(json.dumps, ensure_ascii=False)
_MOST_HELD = 1000


class Journal:
    """Counts requests by path, status and cache; logs them if `is_verbose`.

    `requests` counts by (path, method, status, cache); `seconds` holds, for each path, how many requests fell into
    each class of `BOUNDS` (one more class above the last) and the sum of their seconds; `bytes` counts sent ones.
    """

    def __init__(self, *, is_verbose: bool, stream: TextIO | None = None) -> None:
        self.requests: Counter[tuple[str, str, int, str]] = Counter()
        self.classes: dict[str, list[int]] = {}
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.bytes: Counter[str] = Counter()
        self.broken = 0
        self._is_verbose = is_verbose
        self._stream = stream
        self._lines: list[str] = []
        self._is_waiting = False

    def note(self, exchange: Exchange, path: str) -> None:
        """A request to `path` (one of the few that are counted apart) has ended."""
        took = time.perf_counter() - exchange.began
        self.requests[path, exchange.scope["method"], exchange.status, exchange.cache] += 1
        classes = self.classes.get(path)
        if classes is None:
            classes = self.classes[path] = [0] * (len(BOUNDS) + 1)
        classes[bisect_left(BOUNDS, took)] += 1
        self.seconds[path] += took
        self.bytes[path] += exchange.sent
        if exchange.slug == "broken":
            self.broken += 1
        if self._is_verbose:
            self._log(_line(exchange, took))

    def note_hit(self, kept: Kept, path: str, request: bytes, client: str) -> bytes:
        """A request to `path` is answered from the cache, unread; gives the last header of its answer.

        It takes a few microseconds, which are not measured.
        """
        number, method = new_id(), request[: request.index(b" ")].decode()
        self.requests[path, method, 200, "hit"] += 1
        self.classes.setdefault(path, [0] * (len(BOUNDS) + 1))[0] += 1
        self.bytes[path] += len(kept.body)
        if self._is_verbose:
            self._log(
                f'{{"time": "{_now()}", "id": "{number}", "client": "{client}", "method": "{method}", '
                f'"path": "{path}", "status": 200, "ms": 0.0, "bytes": {len(kept.body)}, "query": "{kept.query_hash}", '
                f'"rows": {_NULL if kept.rows is None else kept.rows}, "cache": "hit", "wait_ms": 0.0, '
                '"query_ms": 0.0, "outcome": "ok"}'
            )
        return b"x-request-id: %b\r\n\r\n" % number.encode()

    def event(self, message: str, **facts: Any) -> None:
        """Something other than a request: a release was switched, a worker could not be started."""
        self._log(json.dumps({"time": _now(), "event": message, **facts}, ensure_ascii=False))

    def _log(self, line: str) -> None:
        self._lines.append(line)
        if len(self._lines) > _MOST_HELD:
            self.flush()
        elif not self._is_waiting:
            self._is_waiting = True
            asyncio.get_running_loop().call_later(_PAUSE, self.flush)

    def flush(self) -> None:
        """Write what is held; a log that cannot be written is no reason to stop."""
        self._is_waiting = False
        lines, self._lines = self._lines, []
        stream = self._stream or sys.stderr
        try:
            stream.write("".join(f"{line}\n" for line in lines))
            stream.flush()
        except (OSError, ValueError):
            return


def _line(exchange: Exchange, took: float) -> str:
    scope = exchange.scope
    query = (
        f'"query": "{exchange.digest}", "rows": {_NULL if exchange.rows is None else exchange.rows}, '
        f'"cache": "{exchange.cache}", "wait_ms": {1000 * exchange.waited:.2f}, "query_ms": {1000 * exchange.ran:.2f}, '
        if exchange.digest
        else ""
    )
    return (
        f'{{"time": "{_now()}", "id": "{exchange.request_id}", "client": {_json(exchange.client)}, '
        f'"method": {_json(scope["method"])}, "path": {_json(scope["path"])}, "status": {exchange.status}, '
        f'"ms": {1000 * took:.2f}, "bytes": {exchange.sent}, {query}"outcome": "{exchange.slug or "ok"}"}}'
    )


def _now() -> str:
    """The time in UTC; its seconds are written once each."""
    global _second, _written
    now = time.time()
    second = int(now)
    if second != _second:
        _second, _written = second, time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
    return f"{_written}.{int(1000 * (now - second)):03}Z"
