"""Four good clients beside three attackers: `python benchmarks/fairness.py [--seconds 20] [--rounds 3]`.

The good ones ask small questions, each another, one after the other; the attackers ask on nine connections the slow
queries of the corpus of `tests/hostile`, which run to the deadline or into a cap. Alone and beside attackers in turn.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "tests"))
sys.path.append(str(Path(__file__).parents[1] / "tests" / "hostile"))

from good_clients import Waits, beside_attackers, measure
from target import Target, attacked

from kg.settings import Settings
from serving import make_release


def main() -> None:
    """Measures and prints a Markdown table."""
    parser = argparse.ArgumentParser(description="Measure what good clients wait beside attackers.")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    alone, beside = Waits(), Waits()
    with tempfile.TemporaryDirectory() as folder:
        release = make_release(Path(folder) / "release", extra=2000)
        deadline = Settings().deadline
        with attacked(release, workers=4, deadline=deadline, memory=128, result_bytes=16 << 20) as target:
            for _ in range(options.rounds):
                _add(alone, measure(target.url, options.seconds))
                _add(beside, _attacked(target, options.seconds))
    print("| Four good clients | Answers | p50, ms | p99, ms | Failures |\n|---|---|---|---|---|")
    for name, found in (("alone", alone), ("beside three attackers", beside)):
        p50, p99 = found.quantile(0.5), found.quantile(0.99)
        print(f"| {name} | {len(found.seconds):,} | {p50} | {p99} | {len(found.failures)} |")


def _attacked(target: Target, seconds: float) -> Waits:
    with beside_attackers(target, seconds + 60):
        return measure(target.url, seconds)


def _add(to: Waits, found: Waits) -> None:
    to.seconds += found.seconds
    to.failures += found.failures


if __name__ == "__main__":
    main()
