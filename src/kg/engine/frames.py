"""What the web process and a query worker say to each other over a socket pair: frames of a kind and some bytes.

A worker that dies leaves a stream without `DONE`, so a part of an answer can never be taken for the whole.
"""

from __future__ import annotations

import struct
from enum import IntEnum

__all__ = ["END", "FORK", "HEAD", "LIMIT", "Frame", "pack"]

HEAD = struct.Struct("!BI")
END = struct.Struct("!Bq")
"""What a DONE begins with: flags (1: the worker should not be used again; 2: the answer is gzip), and rows or -1."""
LIMIT = 1 << 26
"""Longest payload that is accepted; a worker sends chunks of about 64 kB."""


FORK = b"fork"
"""What is sent to the fork server, with two descriptors, to have a worker."""


class Frame(IntEnum):
    """What a frame carries. A worker says DONE when it is ready.

    It answers each QUERY with any number of DATA and one DONE or ERROR.
    """

    QUERY = 2
    """JSON: the fields of a `kg.engine.oxigraph.Query`, `seconds`, and `gzip`."""
    DATA = 3
    """A piece of the answer; more will come."""
    DONE = 4
    """`END`, then the last piece of the answer."""
    ERROR = 5
    """JSON: the class of a `KgError` and its `fields`, and `worn`; what came before of the answer is void."""


def pack(kind: Frame, payload: bytes) -> bytes:
    """One frame, ready to be sent."""
    return HEAD.pack(kind, len(payload)) + payload
