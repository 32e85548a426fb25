"""The `kg` command as a process: its output and its exit code, and never a traceback."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

KG = [sys.executable, "-c", "from kg.cli import main; main()"]


def kg(*arguments: str, cwd: Path, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    result = subprocess.run(
        [*KG, *arguments],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        timeout=300,
        check=False,
    )
    assert "Traceback" not in result.stderr
    return result


def interrupted(*arguments: str, cwd: Path, after: float) -> tuple[int, str]:
    """Exit code and standard error of a command that is at work for so many seconds when Ctrl-C comes, and would go on."""
    begin = "from kg.cli import main; print('begun', flush=True); main()"
    command = [sys.executable, "-c", begin, *arguments]
    with subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "begun\n"
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(after)
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=60)
        finally:
            process.kill()
    return process.returncode, errors.strip()
