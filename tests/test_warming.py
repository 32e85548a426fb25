"""Pages that a forked process makes its own while it has nothing to do."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kg.engine.warming import free_memory
from kg.release import Release
from kg.settings import Settings
from serving import make_release, served, workers_of

PROGRAM = """
import json, os, resource, sys
from pathlib import Path
from kg.engine.confinement import Memory, confine
from kg.engine.warming import Warming
held = [bytes([n % 251]) * 4096 for n in range(20_000)]
if os.fork() == 0:
    warming = Warming(copies=int(sys.argv[1]))
    confine(Memory(1 << 28), Path("/"), is_in_memory=True)
    steps = 0
    while warming.go_on():
        steps += 1
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    counted = [piece for piece in held]  # which writes a reference count into each
    faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
    print(json.dumps([steps, faults, counted[7] == bytes([7]) * 4096]), flush=True)
    os._exit(0)
os.wait()
"""


def _run(copies: int) -> tuple[int, int, bool]:
    source = str(Path(__file__).resolve().parent.parent / "src")
    environment = {**os.environ, "PYTHONPATH": source}
    command = [sys.executable, "-c", PROGRAM, str(copies)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    steps, faults, is_same = json.loads(done.stdout)
    return steps, faults, is_same


def test_a_warm_process_writes_to_its_pages_without_faults() -> None:
    steps, faults, is_same = _run(copies=1)
    assert steps > 80_000_000 // (1 << 18)
    assert faults < 1000
    assert is_same


def test_without_room_for_all_copies_none_is_made() -> None:
    steps, faults, is_same = _run(copies=1 << 20)
    assert steps == 0
    assert faults > 15_000
    assert is_same


def test_the_limit_of_a_container_counts(tmp_path: Path) -> None:
    most, used = tmp_path / "memory.max", tmp_path / "memory.current"
    whole = free_memory((most, used))
    assert 0 < whole <= os.sysconf("SC_PHYS_PAGES") * resource.getpagesize()
    used.write_text("1000\n")
    for text, expected in (("5000\n", 4000), ("500\n", 0)):
        most.write_text(text)
        assert free_memory((most, used)) == expected
    most.write_text("max\n")
    assert free_memory((most, used)) == pytest.approx(whole, rel=0.5)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return make_release(tmp_path_factory.mktemp("warming"), extra=40_000)


def test_workers_that_have_nothing_to_do_become_warm(release: Release) -> None:
    def own(pid: int) -> int:
        """KiB of a process that it shares with no other; 0 if it is gone."""
        try:
            lines = (Path("/proc") / str(pid) / "smaps_rollup").read_text().splitlines()
        except OSError:
            return 0
        return sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))

    with served(release, workers=Settings().workers) as (_, process):
        sizes = [0]
        for _ in range(1200):
            sizes = [own(pid) for pid in workers_of(process.pid)]
            if len(sizes) == Settings().workers and min(sizes) > 16 << 10:
                break
            time.sleep(0.05)
        assert len(sizes) == Settings().workers
        assert min(sizes) > 16 << 10, sizes
