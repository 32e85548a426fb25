"""What a query worker gives up before it sees the first query: the network, writing, memory beyond a cap, core dumps.

Two locks keep SERVICE and LOAD from the network. seccomp refuses all threads sockets (and writing, and new programs).
`RLIMIT_NOFILE` 0 refuses every new descriptor; it is set where all files of the store are open already, which RocksDB
does ahead for 16 files only. A process that can have neither lock serves nothing.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import struct
from pathlib import Path

from kg.errors import EngineError

__all__ = ["Memory", "confine"]

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06  # BPF: ld, jeq, jge, jset, ret
_ALLOW, _KILL, _REFUSE = 0x7FFF0000, 0x80000000, 0x00050000 | 13  # 13 is EACCES
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_SET_NO_NEW_PRIVILEGES = 38
_MACHINES = {
    # AUDIT_ARCH, seccomp, openat, and what is refused: socket, socketpair, connect, io_uring_setup, openat2, execve,
    # execveat, ptrace; on x86-64 also open and creat, which nothing of ours uses
    "x86_64": (0xC000003E, 317, 257, (41, 53, 42, 425, 437, 59, 322, 101, 2, 85)),
    "aarch64": (0xC00000B7, 277, 56, (198, 199, 203, 425, 437, 221, 281, 117)),
}


class Memory:
    """The address space of this process; its file is kept open, as none can be opened later."""

    def __init__(self, allowance: int) -> None:
        self._file = Path("/proc/self/statm").open("rb", buffering=0)  # noqa: SIM115 - for as long as the process
        self._base = self._now()
        self._allowance = allowance

    def _now(self) -> int:
        self._file.seek(0)
        return int(self._file.read().split()[0]) * resource.getpagesize()

    def limit(self) -> None:
        """Cap it at what it is now and the allowance."""
        resource.setrlimit(resource.RLIMIT_AS, (self._base + self._allowance,) * 2)

    @property
    def is_worn(self) -> bool:
        """Whether earlier queries left less than half of the allowance."""
        return self._now() > self._base + self._allowance // 2


def confine(memory: Memory, store: Path, *, is_in_memory: bool) -> None:
    """Give up what a query does not need, for good.

    Raises:
        EngineError: neither lock on the network can be had on this machine.
    """
    is_locked = _refuse_calls()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
    memory.limit()
    if is_in_memory or _has_all_open(store):
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    elif not is_locked:
        raise EngineError(
            "query workers cannot be kept from the network on this machine",
            hint="serve on Linux on x86-64 or arm64, in a container that allows seccomp",
        )


def _has_all_open(store: Path) -> bool:
    opened = set()
    for link in Path("/proc/self/fd").iterdir():
        try:
            opened.add(link.readlink().name)
        except OSError:  # the descriptor of this listing
            continue
    return all(file.name in opened for file in store.glob("*.sst"))


def _refuse_calls() -> bool:
    """Install the seccomp filter in all threads; false where the machine has none."""
    machine = _MACHINES.get(platform.machine())
    if machine is None:
        return False
    architecture, seccomp, openat, refused = machine
    program = _filter(architecture, openat, refused)
    code = ctypes.create_string_buffer(b"".join(program))
    head = struct.pack("HxxxxxxP", len(program), ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        return False
    return bool(libc.syscall(seccomp, 1, 1, ctypes.create_string_buffer(head)) == 0)  # SET_MODE_FILTER, TSYNC


def _filter(architecture: int, openat: int, refused: tuple[int, ...]) -> list[bytes]:
    """The BPF program over `struct seccomp_data`: call at 0, architecture at 4, the flags of openat at 32."""

    def step(code: int, value: int, then: int = 0, otherwise: int = 0) -> bytes:
        return struct.pack("HBBI", code, then, otherwise, value)

    body = [
        step(_LOAD, 4),
        step(_EQUAL, architecture, 1, 0),
        step(_RETURN, _KILL),
        step(_LOAD, 0),
        step(_AT_LEAST, 0x40000000, len(refused) + 4, 0),  # calls of the x32 kind
    ]
    body += [step(_EQUAL, call, len(refused) - index + 3, 0) for index, call in enumerate(refused)]
    body += [
        step(_EQUAL, openat, 0, 2),
        step(_LOAD, 32),
        step(_ANY_BIT, _WRITING, 1, 0),
        step(_RETURN, _ALLOW),
        step(_RETURN, _REFUSE),
    ]
    return body
