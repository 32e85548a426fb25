"""Encoded answers of one release, kept as they went out.

A release never changes, so an answer to the same text, dataset, media type and coding stays the answer: nothing here
expires, the least recently used makes room. A `Kept` is found by its query, and, without reading the request, by the
very bytes of a request that asked for it before.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field

from kg.query import Dataset

__all__ = ["AnswerCache", "Kept", "entity_tag", "is_current"]

RawHeaders = list[tuple[bytes, bytes]]
_REQUESTS = 8
_OVERHEAD = 1024


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """An encoded answer: `headers` without those of the moment, `rows` where known.

    `head` is what a response from the cache begins with, and `requests` are the bytes by which it is found at once.
    """

    body: bytes
    headers: RawHeaders
    tag: str
    rows: int | None
    query_hash: str
    head: bytes
    requests: list[bytes] = field(default_factory=list)


class AnswerCache:
    """At most `size` bytes of answers, none larger than an eighth of that."""

    def __init__(self, size: int) -> None:
        self.largest = size // 8
        self.used = 0
        self._size = size
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()
        self._by_request: dict[bytes, tuple[Hashable, Kept]] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Hashable) -> Kept | None:
        """The answer to a query, read."""
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
        return kept

    def at_once(self, request: bytes) -> Kept | None:
        """The answer to a request, unread."""
        found = self._by_request.get(request)
        if found is None:
            return None
        self._kept.move_to_end(found[0])
        return found[1]

    def put(self, key: Hashable, kept: Kept) -> None:
        """Keep an answer, if there is room for one of its size."""
        if len(kept.body) > self.largest or key in self._kept:
            return
        self._kept[key] = kept
        self.used += len(kept.body) + _OVERHEAD
        while self.used > self._size:
            self._drop()

    def _drop(self) -> None:
        _, old = self._kept.popitem(last=False)
        self.used -= len(old.body) + _OVERHEAD + sum(map(len, old.requests))
        for request in old.requests:
            del self._by_request[request]

    def name(self, key: Hashable, request: bytes) -> None:
        """Have the answer to `key` found at once when the same bytes come again; it is found by a few at most."""
        kept = self._kept.get(key)
        if kept is None or len(kept.requests) >= _REQUESTS or request in self._by_request:
            return
        kept.requests.append(request)
        self._by_request[request] = (key, kept)
        self.used += len(request)
        while self.used > self._size:
            self._drop()


def entity_tag(release: str, text: str, dataset: Dataset, content_type: str, coding: str) -> str:
    """A weak validator (RFC 9110 §8.8.3): the order of unordered solutions may differ between two servers."""
    parts: Iterable[str] = (release, text, content_type, coding, *dataset.default, "", *dataset.named)
    return f'W/"{hashlib.blake2b(chr(0).join(parts).encode("utf-8", "replace"), digest_size=12).hexdigest()}"'


def is_current(tag: str, if_none_match: str | None) -> bool:
    """Whether `If-None-Match` names the tag, by weak comparison (RFC 9110 §13.1.2)."""
    if if_none_match is None:
        return False
    opaque = tag.removeprefix("W/")
    return any(item.strip().removeprefix("W/") in (opaque, "*") for item in if_none_match.split(","))
