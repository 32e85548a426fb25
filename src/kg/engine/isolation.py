"""The self-test before a server opens its doors: can a query reach the network from a worker?"""

from __future__ import annotations

import asyncio
import contextlib
import socket

from kg.engine.process import WorkerProcess
from kg.errors import EngineError

__all__ = ["prove_isolation"]

_PATIENCE = 20.0
"""Seconds after which a worker hangs: it needs some thousandths, but a machine may stand still for a while."""


async def prove_isolation(worker: WorkerProcess) -> None:
    """Ask a SERVICE on a socket of ours and see that nobody comes.

    Raises:
        EngineError: somebody came.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        text = f"ASK {{ SERVICE <http://127.0.0.1:{listener.getsockname()[1]}/> {{ ?s ?p ?o }} }}"
        worker.ask({"format": "json", "seconds": _PATIENCE}, text)
        with contextlib.suppress(TimeoutError, EngineError):
            async with asyncio.timeout(_PATIENCE):
                await worker.read()
        with contextlib.suppress(BlockingIOError):
            listener.accept()[0].close()
            await worker.kill()
            raise EngineError("SERVICE can reach the network from a query worker: refusing to serve")
        if worker.is_busy:
            await worker.kill()
            raise EngineError("SERVICE hangs in a query worker: refusing to serve")
