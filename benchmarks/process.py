"""A server in a process of its own: started, waited for, and stopped."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from socket import SO_REUSEADDR, SOL_SOCKET, socket
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

__all__ = ["READY", "free_port", "memory", "peak_memory", "running", "wait_for_rest"]

READY = 600.0
"""Seconds that a server has to load and to answer."""


_reserved: list[socket] = []


def free_port() -> int:
    """A port that nobody gets by chance: it is bound here without being listened at (SO_REUSEADDR, socket(7))."""
    place = socket()
    place.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
    place.bind(("127.0.0.1", 0))
    _reserved.append(place)
    return int(place.getsockname()[1])


def memory(pid: int | str, name: str = "VmRSS") -> float:
    """MiB of a process (`self`: of this one) as proc(5) names them."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{name}:"))


def peak_memory(pid: int | str) -> float:
    """MiB at most; unlike getrusage(2), it does not count what the process was before it ran this program."""
    return memory(pid, "VmHWM")


def wait_for_rest(pids: Iterable[int], *, seconds: float = 120) -> None:
    """Until servers and their children use no more than a twentieth of a processor (Linux), at most `seconds`.

    After a server has answered first it may still load, compact or warm up.
    """
    roots, end = set(pids), time.perf_counter() + seconds
    used = _ticks(roots)
    while time.perf_counter() < end:
        time.sleep(1)
        before, used = used, _ticks(roots)
        if used - before <= os.sysconf("SC_CLK_TCK") / 20:
            return


def _ticks(roots: set[int]) -> int:
    """Processor time of the processes and all below them, in clock ticks (proc(5))."""
    parents, ticks = dict[int, int](), dict[int, int]()
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended meanwhile
            fields = status.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            number = int(status.parent.name)
            parents[number], ticks[number] = int(fields[1]), int(fields[11]) + int(fields[12])
    family, size = roots & ticks.keys(), 0
    while len(family) > size:
        size = len(family)
        family |= {number for number, parent in parents.items() if parent in family}
    return sum(ticks[number] for number in family)


@contextmanager
def running(
    command: list[str], endpoint: str, log: Path, environment: Mapping[str, str] | None = None
) -> Iterator[tuple[int, float]]:
    """A server that answers: its process and the seconds that it took; what it says goes to `log`."""
    log.parent.mkdir(parents=True, exist_ok=True)
    begin = time.perf_counter()
    with log.with_suffix(".log").open("wb") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said, env=environment)
    try:
        _wait_for(endpoint, process, log.with_suffix(".log"))
        yield process.pid, time.perf_counter() - begin
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(endpoint: str, process: subprocess.Popen[bytes], log: Path) -> None:
    ask = f"{endpoint}{'&' if '?' in endpoint else '?'}query=ASK%7B%7D"
    end = time.perf_counter() + READY
    while time.perf_counter() < end:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}: see {log}")
        try:
            urlopen(ask, timeout=10).close()
        except HTTPError:
            raise
        except (URLError, OSError):
            time.sleep(0.01)
        else:
            return
    raise RuntimeError(f"the server does not answer: see {log}")
