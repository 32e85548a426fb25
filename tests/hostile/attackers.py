"""Attackers in a process of their own, so that they take nothing from the clients of a test: `attackers.py URL SECONDS`.

Each has an address and some connections, and asks on each of them one slow query of the corpus after the other, from
another place in the list. What they have been answered is written to standard output, a line `outcome number` each.
"""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from itertools import islice

from corpus import BROKEN, queries
from wire import Client, Cut

__all__ = ["attack"]

ATTACKERS = 3
CONNECTIONS = 3
_SLOW = {413, 504, 507, BROKEN}


def attack(url: str, seconds: float) -> Counter[str]:
    """How often there was each outcome."""
    slow = [case for case in queries() if _SLOW & set(case.outcomes) and "@port" not in case.text]
    end = time.monotonic() + seconds
    outcomes: Counter[str] = Counter()

    def ask_on(number: int) -> None:
        start = number * len(slow) // (ATTACKERS * CONNECTIONS)
        with Client(url, f"203.0.113.{100 + number % ATTACKERS}") as client:
            for case in islice(slow * 100, start, None):
                if time.monotonic() > end:
                    return
                try:
                    outcomes[str(client.ask(case.text, method=case.method).status)] += 1
                except Cut:
                    outcomes[BROKEN] += 1

    threads = [threading.Thread(target=ask_on, args=(number,)) for number in range(ATTACKERS * CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


if __name__ == "__main__":
    for outcome, number in attack(sys.argv[1], float(sys.argv[2])).items():
        print(outcome, number)
