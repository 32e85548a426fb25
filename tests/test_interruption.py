"""Ctrl-C while a library works: the process ends soon; heard by Python in time, it is an ordinary KeyboardInterrupt."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time

import pytest

from kg.interruption import interruptible

HEAVY = """
from pyoxigraph import Store
print("begun", flush=True)
Store().query("SELECT (COUNT(*) AS ?n) { %s }" % " ".join(
    "VALUES ?v%d { %s }" % (n, " ".join(map(str, range(100)))) for n in range(9)))
"""


def interrupted(body: str) -> tuple[int, str, float]:
    """Exit code, standard error and seconds until the end of a process that gets SIGINT when it says that it begins."""
    code = "import time\nfrom kg.interruption import interruptible\n" + body
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        time.sleep(0.2)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        try:
            _, errors = process.communicate(timeout=20)
        finally:
            process.kill()
        return process.returncode, errors, time.monotonic() - began


def inside(body: str) -> str:
    return "with interruptible():\n" + "".join(f"    {line}\n" for line in body.strip().splitlines())


def test_a_library_that_does_not_return_is_ended_from_beside_it() -> None:
    code, errors, seconds = interrupted(inside(HEAVY))
    assert (code, errors) == (130, "\nstopped\n")
    assert seconds < 10


def test_what_python_hears_is_an_interrupt_as_any_other() -> None:
    code, errors, _ = interrupted(
        "try:\n"
        + "".join(f"    {line}\n" for line in inside('print("begun", flush=True)\ntime.sleep(60)').splitlines())
        + "except KeyboardInterrupt:\n    time.sleep(1)\n    raise SystemExit(3)"
    )
    assert (code, errors) == (3, ""), "what is done after it has its time"


def test_other_signals_end_nothing() -> None:
    body = "signal.signal(signal.SIGUSR1, lambda *_: None)\nsignal.raise_signal(signal.SIGUSR1)\ntime.sleep(1)"
    done = subprocess.run(
        [sys.executable, "-c", f"import signal, time\nfrom kg.interruption import interruptible\n{inside(body)}"],
        timeout=20,
        check=False,
    )
    assert done.returncode == 0


def test_afterwards_signals_are_as_they_were() -> None:
    for _ in range(2):
        with interruptible():
            assert signal.set_wakeup_fd(-1) != -1
    assert signal.set_wakeup_fd(-1) == -1
    with pytest.raises(ValueError, match="an error"), interruptible():
        raise ValueError("an error")
    assert signal.set_wakeup_fd(-1) == -1


def test_beside_the_main_thread_it_does_nothing() -> None:
    seen = list[int]()

    def work() -> None:
        with interruptible():
            seen.append(threading.active_count())

    before = threading.active_count()
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [before + 1]
