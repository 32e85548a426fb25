"""What a confined process can no longer do, tried from inside one."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from kg.engine.confinement import _MACHINES

CODE = """
import os, socket, sys, threading
from pathlib import Path
from kg.engine.confinement import Memory, confine
before = threading.Event()
told = []
def other():
    before.wait()
    told.append(attempt(lambda: socket.socket()))
def attempt(work):
    try:
        work()
    except (OSError, MemoryError) as error:
        return type(error).__name__
    return "done"
thread = threading.Thread(target=other)
thread.start()
memory = Memory(64 << 20)
confine(memory, Path(sys.argv[1]), is_in_memory=False)
before.set()
thread.join()
told.append(attempt(lambda: socket.socket()))
told.append(attempt(lambda: os.open(sys.argv[1] + "/new", os.O_WRONLY | os.O_CREAT)))
told.append(attempt(lambda: os.execv("/bin/true", ["true"])))
told.append(attempt(lambda: os.close(os.open(sys.argv[1] + "/a.sst", os.O_RDONLY))))
told.append(attempt(lambda: bytearray(100 << 20)))
print(told, memory.is_worn)
"""


@pytest.mark.skipif(platform.machine() not in _MACHINES, reason="seccomp filters are written for x86-64 and arm64")
@pytest.mark.parametrize("is_open", [False, True])
def test_a_confined_process_has_no_sockets_no_writing_no_programs_and_little_memory(
    tmp_path: Path, is_open: bool
) -> None:
    (tmp_path / "a.sst").write_bytes(b"")
    source = str(Path(__file__).resolve().parent.parent / "src")
    code = f"held = open({str(tmp_path / 'a.sst')!r})\n{CODE}" if is_open else CODE
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": source},
        capture_output=True,
        text=True,
        check=True,
    )
    reading = "OSError" if is_open else "done"
    first = ["PermissionError", "PermissionError"]
    writing = "PermissionError"
    assert done.stdout.strip() == f"{[*first, writing, 'PermissionError', reading, 'MemoryError']} False"
