"""The many small writes of a serialiser as the pieces of an answer: gathered, counted, capped, compressed."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable

from kg.engine.row_count import RowCount
from kg.errors import ResultTooLarge

__all__ = ["CHUNK", "HOLD", "PAGE", "Chunks"]

CHUNK = 65536
PIECE = 1 << 20
"""Longest piece of an answer; a single literal may be longer."""
PAGE = 4 << 20
"""Largest answer for a page, which the web process reads and writes as a whole."""
HOLD = 0.25
"""Seconds after which a first piece shorter than `CHUNK` is sent."""
SMALL = 1024
"""Bytes of an answer that is not worth compressing."""
_GZIP = 16 + zlib.MAX_WBITS
_FAST = 1


class Chunks:
    """Sends what is written to it in pieces of about `CHUNK` bytes; `finish` gives the last one.

    `limit` is in bytes before compression. When it is finished, `rows` and `is_zipped` say what was sent.
    """

    def __init__(self, send: Callable[[bytes], object], limit: int, *, format: str = "", gzip: bool = False) -> None:
        self._send = send
        self._limit = limit
        self._counted = RowCount(format)
        self._zip = zlib.compressobj(_FAST, zlib.DEFLATED, _GZIP) if gzip else None
        self._pieces: list[bytes] = []
        self._held = self._written = 0
        self._has_sent = False
        self._flush_at = time.monotonic() + HOLD
        self.is_zipped = False

    @property
    def rows(self) -> int | None:
        """Solutions or triples, where the format shows them."""
        return self._counted.value

    def write(self, data: bytes) -> None:
        """Some bytes more of the answer.

        Raises:
            ResultTooLarge: there are more than `limit`.
        """
        self._pieces.append(data)
        self._held += len(data)
        self._written += len(data)
        if self._written > self._limit:
            raise ResultTooLarge(f"the answer has more than {self._limit} bytes", hint="use LIMIT, or ask for less")
        if self._held >= CHUNK or (not self._has_sent and time.monotonic() > self._flush_at):
            self._flush()

    def _flush(self) -> None:
        piece = self._take()
        if self._zip is not None:
            piece = self._zip.compress(piece) + (b"" if self._has_sent else self._zip.flush(zlib.Z_SYNC_FLUSH))
        self._has_sent = True
        for start in range(0, len(piece), PIECE):
            self._send(piece[start : start + PIECE])

    def finish(self) -> bytes:
        """What is left to be sent; the answer is whole."""
        piece = self._take()
        self.is_zipped = self._zip is not None and (self._has_sent or len(piece) >= SMALL)
        if self._zip is not None and self.is_zipped:
            piece = self._zip.compress(piece) + self._zip.flush()
        return piece

    def _take(self) -> bytes:
        piece = b"".join(self._pieces)
        self._counted.add(piece)
        self._pieces, self._held = [], 0
        return piece
