"""Four good clients beside three attackers: `python benchmarks/fairness.py [--seconds 20] [--rounds 3]`.

The good ones ask small questions, each another, one after the other; the attackers ask on nine connections the slow
queries of the corpus of `tests/hostile`, which run to the deadline or into a cap. Alone and beside attackers in turn.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "tests"))
sys.path.append(str(Path(__file__).parents[1] / "tests" / "hostile"))

from catalogue import show
from good_clients import GOOD, Waits, beside_attackers, measure
from record import Found, Row, say, versions_of, with_ratios
from target import Target, attacked

from kg.settings import Settings
from serving import make_release


def main() -> None:
    """Measures and prints a Markdown table."""
    parser = argparse.ArgumentParser(description="Measure what good clients wait beside attackers.")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    show("fairness", found(**vars(parser.parse_args())))


def found(*, seconds: float, rounds: int) -> Found:
    """What good clients wait, alone and beside attackers."""
    alone, beside = Waits(), Waits()
    with tempfile.TemporaryDirectory() as folder:
        release = make_release(Path(folder) / "release", extra=2000)
        deadline = Settings().deadline
        with attacked(release, workers=4, deadline=deadline, memory=128, result_bytes=16 << 20) as target:
            for number in range(rounds):
                say(f"round {number + 1} of {rounds}")
                _add(alone, measure(target.url, seconds))
                _add(beside, _attacked(target, seconds))
    setting = f"{GOOD} good clients; {rounds} rounds of {seconds:g} s, alone and beside attackers in turn."
    rows = [*_rows("kg, alone", alone), *_rows("kg, beside three attackers", beside)]
    return Found(setting, versions_of(kg="governance-kg"), with_ratios(rows))


def _rows(who: str, waits: Waits) -> Iterator[Row]:
    yield Row(who, "errors", len(waits.failures))
    yield Row(who, "answers", len(waits.seconds))
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        yield Row(who, name, waits.quantile(share) if waits.seconds else None, "ms")


def _attacked(target: Target, seconds: float) -> Waits:
    with beside_attackers(target, seconds + 60):
        return measure(target.url, seconds)


def _add(to: Waits, found: Waits) -> None:
    to.seconds += found.seconds
    to.failures += found.failures


if __name__ == "__main__":
    main()
