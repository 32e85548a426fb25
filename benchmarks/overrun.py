"""How late hostile queries are stopped: `python benchmarks/overrun.py [--deadline 0.3]`.

Each query of the corpus of `tests/hostile`, one after the other; every one must end as the corpus says.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "tests"))
sys.path.append(str(Path(__file__).parents[1] / "tests" / "hostile"))

from catalogue import show
from corpus import queries
from record import Found, Row, versions_of
from target import attacked
from test_queries import attack
from wire import Client

from serving import make_release

LONGEST = 5.0


def main() -> None:
    """Measures and prints a line of Markdown."""
    parser = argparse.ArgumentParser(description="Measure how late hostile queries are stopped.")
    parser.add_argument("--deadline", type=float, default=0.3, help="seconds that a query may take")
    show("overrun", found(**vars(parser.parse_args())))


def found(*, deadline: float, most: int | None = None) -> Found:
    """How each query of the corpus ends, or each of the first `most`, when it has `deadline` seconds."""
    outcomes: Counter[int | str] = Counter()
    overruns: list[tuple[float, str]] = []
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        release = make_release(Path(folder) / "release", extra=2000)
        with (
            attacked(release, deadline=LONGEST, memory=128, result_bytes=16 << 20) as target,
            Client(target.url, "203.0.113.1") as attacker,
            Client(target.url, "203.0.113.2") as other,
        ):
            for case in list(queries())[:most]:
                outcome, ended = attack(target, attacker, case, seconds=deadline)
                if outcome == 504 and outcome not in case.outcomes:  # a busy machine did not come so far
                    outcome, ended = attack(target, attacker, case, seconds=LONGEST)[0], None
                outcomes[outcome] += 1
                wrong += [] if outcome in case.outcomes else [case.name]
                if ended is not None and "timeout" not in case.parameters:
                    overruns.append((ended.seconds - deadline, case.name))
                target.must_be_well(other)
    latest, name = max(overruns)
    setting = f"Each query had {deadline:g} s, one after the other; the latest to end was `{name}`."
    setting += f" Of another outcome: {', '.join(wrong)}." if wrong else ""
    rows = (
        Row("kg", "wrong", len(wrong)),
        Row("kg", "queries", sum(outcomes.values())),
        Row("kg", "stopped", outcomes[504]),
        Row("kg", "latest", round(1000 * latest), "ms"),
    )
    return Found(setting, versions_of(kg="governance-kg"), rows)


if __name__ == "__main__":
    main()
