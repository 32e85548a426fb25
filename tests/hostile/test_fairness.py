"""Good clients beside attackers: none of them fails, and none has to wait for what the others ask.

How long they wait is measured by `benchmarks/fairness.py`.
"""

from __future__ import annotations

from pathlib import Path

from good_clients import GOOD, beside_attackers, measure
from target import SOON, attacked
from wire import Client

from serving import make_release

SECONDS = 8.0
DEADLINE = 10.0


def test_four_good_clients_beside_three_attackers(tmp_path: Path) -> None:
    release = make_release(tmp_path / "release", extra=2000)
    with attacked(release, workers=4, deadline=DEADLINE, memory=128, result_bytes=16 << 20) as target:
        with beside_attackers(target, SECONDS + 60):
            found = measure(target.url, SECONDS)
        print({"answers": len(found.seconds), "p50_ms": found.quantile(0.5), "p99_ms": found.quantile(0.99)})
        assert found.failures == []
        assert len(found.seconds) >= 4 * GOOD
        assert found.quantile(0.9) < 1000 * SOON
        assert found.quantile(0.5) < 1000 * DEADLINE / 10, "they wait for what the attackers ask"
        with Client(target.url, "203.0.113.2") as other:
            target.must_be_well(other)
