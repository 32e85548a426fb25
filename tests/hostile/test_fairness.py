"""Good clients beside attackers: none of them fails, and none has to wait for what the others ask."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from target import ask_benign, attacked
from wire import Client, Cut

from serving import make_release

SECONDS = 8.0
GOOD = 4


def ask_on(url: str, address: str, end: float, seconds: list[float], failures: list[str]) -> None:
    with Client(url, address) as client:
        while time.monotonic() < end:
            try:
                seconds.append(ask_benign(client))
            except (AssertionError, Cut, OSError) as failure:
                failures.append(repr(failure))
            time.sleep(0.005)


def test_four_good_clients_beside_three_attackers(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    release = make_release(tmp_path / "release", extra=2000)
    with attacked(release, workers=4, deadline=4, memory=128, result_bytes=16 << 20) as target:
        command = [sys.executable, str(Path(__file__).parent / "attackers.py"), target.url, str(SECONDS)]
        attackers = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        time.sleep(0.5)
        seconds, failures = list[float](), list[str]()
        end = time.monotonic() + SECONDS - 1
        clients = [
            threading.Thread(target=ask_on, args=(target.url, f"203.0.113.{number}", end, seconds, failures))
            for number in range(GOOD)
        ]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        outcomes = dict(line.split() for line in attackers.communicate(timeout=20)[0].splitlines())
        figures = {
            "answers": len(seconds),
            "p50_ms": at(seconds, 0.5),
            "p99_ms": at(seconds, 0.99),
            "attacks": outcomes,
        }
        for name, figure in figures.items():
            record_property(name, figure)
        print(figures)
        assert failures == []
        assert at(seconds, 0.99) < 250
        assert sum(map(int, outcomes.values())) > 3, "the attackers were not there"
        with Client(target.url, "203.0.113.2") as other:
            target.must_be_well(other)


def at(seconds: list[float], share: float) -> float:
    """A quantile, in milliseconds."""
    return round(1000 * sorted(seconds)[int(len(seconds) * share)], 1)
