"""The writing end of an answer: what an encoder writes goes out in pieces, counted, capped, compressed if asked for."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable

from kg.engine.frames import END, Frame
from kg.engine.oxigraph import ROWS
from kg.engine.row_count import RowCount
from kg.errors import ResultTooLarge

__all__ = ["CHUNK", "PAGE", "Sender", "largest"]

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


def largest(format: str, result_bytes: int) -> int:
    """Bytes that an answer in `format` may have."""
    return min(PAGE, result_bytes) if format == ROWS else result_bytes


class Sender:
    """Gathers the serialiser's small writes into chunks, counts them, and compresses them if that was asked for."""

    __slots__ = ("_flush_at", "_has_sent", "_held", "_limit", "_pieces", "_rows", "_send", "_written", "_zip")

    def __init__(
        self, send: Callable[[Frame, bytes], object], limit: int, *, format: str = "", gzip: bool = False
    ) -> None:
        self._send = send
        self._limit = limit
        self._rows = RowCount(format)
        self._zip = zlib.compressobj(_FAST, zlib.DEFLATED, _GZIP) if gzip else None
        self._pieces: list[bytes] = []
        self._held = self._written = 0
        self._has_sent = False
        self._flush_at = time.monotonic() + HOLD

    def write(self, data: bytes) -> None:
        """What the serialiser has written.

        Raises:
            ResultTooLarge: that is more than an answer may have.
        """
        self._pieces.append(data)
        self._held += len(data)
        self._written += len(data)
        if self._written > self._limit:
            raise ResultTooLarge(f"the answer has more than {self._limit} bytes", hint="use LIMIT, or ask for less")
        if self._held >= CHUNK or (not self._has_sent and time.monotonic() > self._flush_at):
            self.flush()

    def flush(self) -> None:
        """Send what is held back."""
        piece = self._take()
        if self._zip is not None:
            piece = self._zip.compress(piece) + (b"" if self._has_sent else self._zip.flush(zlib.Z_SYNC_FLUSH))
        self._has_sent = True
        for start in range(0, len(piece), PIECE):
            self._send(Frame.DATA, piece[start : start + PIECE])

    def finish(self, *, worn: bool) -> None:
        """Send what is left; the answer is whole."""
        piece = self._take()
        is_zipped = self._zip is not None and (self._has_sent or len(piece) >= SMALL)
        if self._zip is not None and is_zipped:
            piece = self._zip.compress(piece) + self._zip.flush()
        rows = self._rows.value
        end = END.pack(worn + 2 * is_zipped, -1 if rows is None else rows)
        self._send(Frame.DONE, end + piece)

    def _take(self) -> bytes:
        piece = b"".join(self._pieces)
        self._rows.add(piece)
        self._pieces, self._held = [], 0
        return piece
