"""The fork server, seen from the web process: start it, have it fork workers, learn how they ended."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import kg
from kg import errors
from kg.engine.frames import FORK
from kg.errors import EngineError

__all__ = ["Child", "Spawner"]

_ERRORS = {name: getattr(errors, name) for name in errors.__all__}


class Child:
    """A forked process, which `kill` reaches and no other, even if its number was given to another since."""

    def __init__(self, pid: int, descriptor: int) -> None:
        self.pid = pid
        self._descriptor = descriptor
        self._code: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()

    def kill(self) -> None:
        """SIGKILL, if it still lives."""
        if self._descriptor >= 0:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._descriptor, signal.SIGKILL)

    async def ended(self) -> int | None:
        """Wait for its end; its exit code, negative for a signal, `None` if the fork server ended first."""
        return await asyncio.shield(self._code)

    def bury(self, code: int | None) -> None:
        """It has ended."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
        if not self._code.done():
            self._code.set_result(code)


class Spawner:
    """A running fork server. Whoever started it must `close` it; its workers end with it."""

    def __init__(self, process: subprocess.Popen[bytes], control: socket.socket, *, in_memory: bool) -> None:
        self.in_memory = in_memory
        self.is_alive = True
        self._process = process
        self._control = control
        self._orders: deque[asyncio.Future[Child]] = deque()
        self._children: dict[int, Child] = {}
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @classmethod
    async def start(cls, start: Mapping[str, Any], *, seconds: float) -> Spawner:
        """A fork server that is ready; `start` is what `kg.engine.fork_server` reads first.

        Raises:
            IntegrityError: the store is not what the manifest says.
            EngineError: it died, or was not ready within `seconds`.
        """
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "kg.engine.fork_server"],
                stdin=theirs.fileno(),
                env=_environment(),
                cwd="/",
                process_group=0,
            )
        spawner = cls(process, ours, in_memory=start["in_memory"])
        asyncio.get_running_loop().add_reader(ours.fileno(), spawner._receive)
        try:
            ours.send(json.dumps(start).encode())
            async with asyncio.timeout(seconds):
                await asyncio.shield(spawner._ready)
        except BaseException as error:
            await spawner.close()
            if isinstance(error, TimeoutError):
                raise EngineError(f"the query workers were not ready within {seconds:g} s") from None
            raise
        return spawner

    async def fork(self, pipe: int, errors: int) -> Child:
        """A new worker that has the descriptors `pipe` and `errors`.

        Raises:
            EngineError: the fork server is gone.
        """
        order: asyncio.Future[Child] = asyncio.get_running_loop().create_future()
        try:
            socket.send_fds(self._control, [FORK], [pipe, errors])
        except OSError as error:
            raise EngineError(f"the fork server cannot be asked: {error}") from error
        self._orders.append(order)
        try:
            return await asyncio.shield(order)
        except asyncio.CancelledError:
            order.add_done_callback(_kill_unwanted)
            raise

    async def close(self) -> None:
        """Kill it, and with it all its workers, and wait until they are gone."""
        self._lose()
        self._process.kill()
        waiting = asyncio.get_running_loop().run_in_executor(None, self._process.wait)
        await asyncio.shield(waiting)  # it must be reaped, whether somebody waits for that or not

    def _receive(self) -> None:
        while self.is_alive:
            try:
                packet, descriptors, _, _ = socket.recv_fds(self._control, 1 << 16, 1)
            except BlockingIOError:
                return
            except OSError:
                packet, descriptors = b"", []
            if not packet:
                self._lose()
                return
            self._understand(json.loads(packet), descriptors)

    def _understand(self, message: dict[str, Any], descriptors: list[int]) -> None:
        if not self._ready.done():
            if message:
                self._ready.set_exception(_ERRORS.get(message["class"], EngineError)(**message["fields"]))
            else:
                self._ready.set_result(None)
        elif "code" in message:
            self._children.pop(message["pid"]).bury(message["code"])
        else:
            child = self._children[message["pid"]] = Child(message["pid"], descriptors[0])
            self._orders.popleft().set_result(child)

    def _lose(self) -> None:
        """The fork server is gone or not wanted: so are its workers."""
        if not self.is_alive:
            return
        self.is_alive = False
        asyncio.get_running_loop().remove_reader(self._control.fileno())
        self._control.close()
        lost = EngineError("the fork server ended unexpectedly")
        if not self._ready.done():
            self._ready.set_exception(lost)
            self._ready.exception()  # it may be that nobody waits for it
        for order in self._orders:
            if not order.done():
                order.set_exception(lost)
                order.exception()
        for child in self._children.values():
            child.kill()
            child.bury(None)


def _kill_unwanted(order: asyncio.Future[Child]) -> None:
    if not order.cancelled() and order.exception() is None:
        order.result().kill()


def _environment() -> dict[str, str]:
    """What a worker needs to find its modules, and nothing else of ours."""
    root = str(Path(kg.__file__).resolve().parent.parent)
    path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    kept = {name: os.environ[name] for name in ("PATH", "VIRTUAL_ENV", "LD_LIBRARY_PATH") if name in os.environ}
    return {**kept, "PYTHONPATH": path, "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1", "MALLOC_ARENA_MAX": "2"}
