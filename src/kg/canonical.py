"""Which Turtle files are not Turtle, or not in canonical form: found by several processes, told in the files' order."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from kg.errors import SourceError
from kg.turtle.reader import check_turtle, read_text
from kg.turtle_format import is_canonical

__all__ = ["Fault", "faults", "tell_as_told"]

_WORTH_A_PROCESS = 2 << 20
"""Bytes that take longer to check than a process takes to start."""
_CHILD = "from kg.canonical import tell_as_told; tell_as_told()"


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
    shares: list[list[Path]] = [[] for _ in range(max(1, min(jobs, len(paths), 1 + whole // _WORTH_A_PROCESS)))]
    for path in sorted(paths, key=lambda path: -sizes[path]):
        min(shares, key=lambda share: sum(sizes[other] for other in share)).append(path)
    own, done = max(sum(sizes[path] for path in shares[0]), 1), 0
    found: dict[Path, Fault | None] = {}
    with ExitStack() as running:
        processes = [running.enter_context(_process(share, prefixes)) for share in shares[1:]]
        for path in shares[0]:
            found[path] = _fault(path, prefixes)
            done += sizes[path]
            read(whole * done // own, whole)  # the shares are about equal
        for share, process in zip(shares[1:], processes, strict=True):
            found |= zip(share, _told(process), strict=False)
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


@contextmanager
def _process(share: Sequence[Path], prefixes: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A process that looks at files; it does not outlive what it was started for."""
    told = {"files": [str(path) for path in share], "prefixes": dict(prefixes)}
    command = [sys.executable, "-c", _CHILD]
    pipe, null = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=null) as process:  # noqa: S603 - ours
        try:
            with suppress(BrokenPipeError), cast(IO[bytes], process.stdin) as stream:
                stream.write(json.dumps(told).encode())
            yield process
        finally:
            process.kill()


def _told(process: subprocess.Popen[bytes]) -> Iterator[Fault | None]:
    """What a process has found in its files, one after the other, as far as it came."""
    for line in cast(IO[bytes], process.stdout):
        with suppress(ValueError):  # of a line that is cut off, with which it ended
            verdict = json.loads(line)
            error = verdict["error"] and SourceError(path=Path(verdict["path"]), **verdict["error"])
            yield Fault(Path(verdict["path"]), error) if verdict["path"] else None


def tell_as_told() -> None:
    """Looks at the files that standard input names: what a further process does."""
    told = json.load(sys.stdin)
    for path in told["files"]:
        fault = _fault(Path(path), told["prefixes"])
        error = fault and fault.error
        fields = error and {name: getattr(error, name) for name in ("message", "line", "column", "hint")}
        print(json.dumps({"path": fault and str(fault.path), "error": fields}), flush=True)
