"""Which Turtle files are not Turtle, or not in canonical form: found by several processes, told in the files' order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg.errors import SourceError
from kg.jobs import elsewhere, shares, with_progress
from kg.turtle.reader import check_turtle, read_text
from kg.turtle_format import is_canonical

__all__ = ["Fault", "faults", "look_as_told"]

_WORTH_A_PROCESS = 2 << 20
"""Bytes that take longer to check than a process takes to start."""
_OF_AN_ERROR = ("message", "line", "column", "hint")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a file: the error of one that is not Turtle, or none of one in another form."""

    path: Path
    error: SourceError | None = None


def faults(
    paths: Sequence[Path],
    prefixes: Mapping[str, str],
    jobs: int = 1,
    read: Callable[[int, int], None] = lambda _done, _whole: None,
) -> Iterator[Fault]:
    """The faults of files, in their order; `prefixes` is the table to write them with.

    `jobs` processes look, where that is worth it; `read` is told about how many bytes of how many are behind.
    """
    sizes = {path: _size(path) for path in paths}
    whole = sum(sizes.values())
    own, *others = shares(paths, sizes.__getitem__, jobs, _WORTH_A_PROCESS)
    found: dict[Path, Fault | None] = {}
    with ExitStack() as running:
        orders = ({"files": [str(path) for path in share], "prefixes": dict(prefixes)} for share in others)
        told = [running.enter_context(elsewhere(look_as_told, order)) for order in orders]
        for path in with_progress(own, sizes.__getitem__, lambda part: read(int(whole * part), whole)):
            found[path] = _fault(path, prefixes)
        for share, answers in zip(others, told, strict=True):
            found |= zip(share, map(_fault_as_told, share, answers), strict=False)
    for path in paths:
        fault = found[path] if path in found else _fault(path, prefixes)
        if fault is not None:
            yield fault


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # why is told when it is read
        return 0


def _fault(path: Path, prefixes: Mapping[str, str]) -> Fault | None:
    try:
        text = read_text(path)
        if text.startswith("\ufeff"):
            check_turtle(text, path=path, prefixes=prefixes)
        return None if is_canonical(text, prefixes=prefixes, path=path) else Fault(path)
    except SourceError as error:
        return Fault(path, error)


def look_as_told(order: Mapping[str, Any]) -> Iterator[dict[str, Any] | None]:
    """What is wrong with the files of an order, one after the other: what a further process does."""
    for path in order["files"]:
        fault = _fault(Path(path), order["prefixes"])
        yield None if fault is None else {name: getattr(fault.error, name) for name in _OF_AN_ERROR if fault.error}


def _fault_as_told(path: Path, told: Mapping[str, Any] | None) -> Fault | None:
    if told is None:
        return None
    return Fault(path, SourceError(path=path, **told) if told else None)
