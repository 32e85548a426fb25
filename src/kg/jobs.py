"""Work that several processes of this tool share: each has its share by size, is told in JSON and answers in JSON."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from heapq import heappop, heappush
from typing import IO, Any, TypeVar, cast

__all__ = ["elsewhere", "processors", "serve_order", "shares", "with_progress"]

_Item = TypeVar("_Item")


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def shares(items: Sequence[_Item], size: Callable[[_Item], int], jobs: int, worth: int) -> list[list[_Item]]:
    """`items` in up to `jobs` shares of about equal size, at least one; the largest item of a share is its first.

    `worth` is the size that takes longer to work on than a process takes to start: there is no share beside the first
    without it.
    """
    sizes = [size(item) for item in items]
    found: list[list[_Item]] = [[] for _ in range(max(1, min(jobs, len(items), 1 + sum(sizes) // worth)))]
    free = [(0, number) for number in range(len(found))]
    for index in sorted(range(len(items)), key=lambda index: -sizes[index]):
        taken, number = heappop(free)
        found[number].append(items[index])
        heappush(free, (taken + sizes[index], number))
    return found


def with_progress(
    share: Iterable[_Item], size: Callable[[_Item], int], read: Callable[[float], None]
) -> Iterator[_Item]:
    """The items of a share; after the work on each, `read` is told which part of the share is behind, up to 1."""
    sized = [(item, size(item)) for item in share]
    whole, done = sum(size for _, size in sized), 0
    for item, its_size in sized:
        yield item
        done += its_size
        read(done / whole if whole else 1.0)


@contextmanager
def elsewhere(work: Callable[[Any], Iterable[Any]], order: Any) -> Iterator[Iterator[Any]]:
    """Has a process of its own call `work`, a function of a module, with `order`; gives what that yields.

    Both are values of JSON. The answers end early where the process does: whoever needs all of them counts them. The
    process does not outlive the block.
    """
    call = f"from kg.jobs import serve_order; from {work.__module__} import {work.__name__}"
    # -P: the working directory holds a project, and a json.py there is none of ours.
    command = [sys.executable, "-P", "-c", f"{call}; serve_order({work.__name__})"]
    pipe, null = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=null) as process:  # noqa: S603 - ours
        try:
            with suppress(BrokenPipeError), cast(IO[bytes], process.stdin) as stream:
                stream.write(json.dumps(order).encode())
            yield _answers(cast(IO[bytes], process.stdout))
        finally:
            process.kill()


def _answers(lines: Iterable[bytes]) -> Iterator[Any]:
    for line in lines:
        with suppress(ValueError):  # of a line that is cut off, with which it ended
            yield json.loads(line)


def serve_order(work: Callable[[Any], Iterable[Any]]) -> None:
    """Works on the order that standard input holds: what a further process does."""
    for answer in work(json.load(sys.stdin)):
        print(json.dumps(answer), flush=True)
