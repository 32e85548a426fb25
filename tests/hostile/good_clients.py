"""Good clients beside attackers: what the good ones are answered, and how long they wait."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from target import Target, ask_benign
from wire import Client, Cut

from serving import wait_until

__all__ = ["GOOD", "Waits", "beside_attackers", "measure"]

GOOD = 4
PAUSE = 0.005


@dataclass(slots=True)
class Waits:
    """The seconds of each answer to good clients, and what went wrong instead of one."""

    seconds: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def quantile(self, share: float) -> float:
        """In milliseconds; of no answer at all, without end."""
        if not self.seconds:
            return float("inf")
        return round(1000 * sorted(self.seconds)[int(len(self.seconds) * share)], 1)


def measure(url: str, seconds: float) -> Waits:
    """What `GOOD` clients meet who ask small questions one after the other for so many seconds."""
    found = Waits()
    end = time.monotonic() + seconds
    clients = [
        threading.Thread(target=_ask_on, args=(url, f"203.0.113.{number}", end, found)) for number in range(GOOD)
    ]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return found


def _ask_on(url: str, address: str, end: float, found: Waits) -> None:
    with Client(url, address) as client:
        while time.monotonic() < end:
            try:
                found.seconds.append(ask_benign(client))
            except (AssertionError, Cut, OSError) as failure:
                found.failures.append(repr(failure))
            time.sleep(PAUSE)


@contextmanager
def beside_attackers(target: Target, seconds: float) -> Iterator[None]:
    """Inside, attackers in a process of their own hold all workers that long queries may have."""
    command = [sys.executable, str(Path(__file__).parent / "attackers.py"), target.url, str(seconds)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as attackers:
        try:
            assert wait_until(lambda: target.status["running"] >= target.workers - 1, seconds=30), target.status
            yield
            assert attackers.poll() is None, "the attackers are gone"
        finally:
            attackers.kill()
