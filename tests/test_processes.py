"""Several processes below one: started, replaced, and ended together, also in the moment in which they are started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from serving import children, is_alive, wait_until

RUN = """
import os, signal, sys, time
from kg.web.processes import run_processes
fork = os.fork
def slowly():
    pid = fork()
    if pid:
        print(pid, flush=True)
        time.sleep(float(sys.argv[1]))
    return pid
os.fork = slowly
def serve(greets):
    if len(sys.argv) > 2:
        raise OSError(sys.argv[2])
    while True:
        time.sleep(60)
run_processes(3, serve)
print("over", flush=True)
"""
"""A machine on which each process needs some seconds after its fork, before the first process goes on."""


@contextmanager
def running(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", RUN, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_signal_while_processes_are_being_started_ends_them_all(sent: signal.Signals, turns: int) -> None:
    with running("0.3") as process:
        pids = [int(first_line(process)) for _ in range(turns)]
        process.send_signal(sent)
        rest, errors = process.communicate(timeout=60)
        pids += [int(line) for line in rest.split() if line != "over"]
        assert process.returncode == (0 if sent == signal.SIGINT else -signal.SIGTERM)
        assert ("over" in rest) == (sent == signal.SIGINT)
        assert errors == ""
        assert not any(is_alive(pid) for pid in pids)


def test_one_that_dies_is_replaced() -> None:
    with running("0") as process:
        pids = [int(first_line(process)) for _ in range(3)]
        for victim in pids[:2]:
            os.kill(victim, signal.SIGKILL)
        assert wait_until(lambda: len(children(process.pid)) == 3 and not {*pids[:2]} & {*children(process.pid)})
        assert pids[2] in children(process.pid)
        process.terminate()
        process.communicate(timeout=60)
        assert not is_alive(pids[2])


def test_one_that_cannot_be_started_ends_them_all() -> None:
    with running("0", "no way") as process:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == -signal.SIGTERM
        assert "kg: no way" in errors


def test_they_end_with_the_first_process() -> None:
    with running("0") as process:
        pids = [int(first_line(process)) for _ in range(3)]
        process.kill()
        process.wait(60)
        assert wait_until(lambda: not any(is_alive(pid) for pid in pids))
