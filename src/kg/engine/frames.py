"""What the web process and a query worker say to each other over a socket pair: frames of a kind and some bytes.

A worker that dies leaves a stream without `DONE`, so a part of an answer can never be taken for the whole.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from enum import IntEnum
from functools import lru_cache
from typing import Any

__all__ = ["END", "FORK", "HEAD", "LIMIT", "Frame", "pack", "question", "read_question"]

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
    """What `question` makes."""
    DATA = 3
    """A piece of the answer; more will come."""
    DONE = 4
    """`END`, then the last piece of the answer."""
    ERROR = 5
    """JSON: the class of a `KgError` and its `fields`, and `worn`; what came before of the answer is void."""


def pack(kind: Frame, payload: bytes) -> bytes:
    """One frame, ready to be sent."""
    return HEAD.pack(kind, len(payload)) + payload


_LENGTH = struct.Struct("!I")


def question(options: Mapping[str, Any], text: str) -> bytes:
    """A QUERY: the text, behind JSON of the other fields of a `kg.engine.oxigraph.Query`, `seconds`, `gzip`, `check`.

    Many queries have the same options, so that both sides know them by their bytes.
    """
    known = tuple(options.items())
    try:
        written = _written(known)
    except TypeError:  # a list among them
        written = _write(options)
    return pack(Frame.QUERY, written + text.encode())


def read_question(payload: bytes) -> tuple[Mapping[str, Any], str]:
    """The options, lists as tuples, and the text."""
    end = _LENGTH.size + _LENGTH.unpack_from(payload)[0]
    return _options(payload[_LENGTH.size : end]), payload[end:].decode()


@lru_cache(maxsize=256)
def _written(options: tuple[tuple[str, Any], ...]) -> bytes:
    return _write(dict(options))


def _write(options: Mapping[str, Any]) -> bytes:
    written = json.dumps(options, ensure_ascii=False).encode()
    return _LENGTH.pack(len(written)) + written


@lru_cache(maxsize=256)
def _options(written: bytes) -> Mapping[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in json.loads(written).items()}
