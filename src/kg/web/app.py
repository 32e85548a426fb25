"""The web process: an ASGI application that serves one release, and switches to the next while it is asked."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

from starlette.types import Receive, Scope, Send

from kg.engine.engines import is_remote
from kg.errors import EngineUnavailable, KgError
from kg.release import Release, open_release, verify_release
from kg.settings import Settings
from kg.web.journal import Journal
from kg.web.log_records import LogRecords
from kg.web.service import Service

__all__ = ["Site", "create_app"]

_LOOK = 1.0
"""Seconds between two looks at which release is the current one."""
_DRAIN = 5.0
"""Seconds beyond the deadline after which a retired release lets go of the answers that are still on their way."""


class Site:
    """The ASGI application.

    Each request is answered by one `Service`, from its first byte to its last; a switch of release changes who answers
    the next one. So no answer is mixed, and the earlier release goes when its last answer has gone.
    """

    def __init__(self, release: Release, settings: Settings) -> None:
        self.settings = settings
        self.journal = Journal(is_verbose=settings.log == "requests")
        self._records = LogRecords(self.journal)
        self.service = Service(release, settings, self.journal)
        self.switches = 0
        self._retiring: set[asyncio.Task[None]] = set()
        self._watch: asyncio.Task[None] | None = None
        self._switching = asyncio.Lock()
        self._awaited: Release | None = None
        self._told: tuple[Path, str] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self.service(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)

    def at_once(self, request: bytes, client: str) -> tuple[bytes, bytes, bytes] | None:
        """The answer to a request whose very bytes were answered before: its head, the end of its head, its body."""
        return self.service.at_once(request, client)

    async def start(self) -> None:
        """Start the query workers.

        Raises:
            EngineError: they cannot be started safely over this release.
        """
        await self.service.start()
        self._records.open()

    def follow(self, current: Path) -> None:
        """From now on, serve the release that the link `current` points to, whenever it points to another."""
        if self._watch is None:
            self._watch = asyncio.get_running_loop().create_task(self._follow(current))

    async def _follow(self, current: Path) -> None:
        refused: Path | None = None
        while True:
            await asyncio.sleep(_LOOK)
            with contextlib.suppress(OSError):
                path = await asyncio.to_thread(current.resolve, strict=True)
                if path != self.service.release.path and (path != refused or self._awaited is not None):
                    refused = None if await self.look(path) else path

    async def look(self, path: Path) -> bool:
        """Switch to the release at `path`; if it cannot be served, say so once and go on with the present one.

        One that an engine elsewhere does not hold is awaited: `kg publish` may be at it.
        """
        try:
            if self._awaited is None or self._awaited.path != path:
                self._awaited = await asyncio.to_thread(_open_whole, path)
            await self.switch(self._awaited)
        except KgError as error:
            if not (isinstance(error, EngineUnavailable) and is_remote(self.settings.engine)):
                self._awaited = None
            if self._told != (path, error.message):
                self._told = path, error.message
                self.journal.event("a release cannot be served", path=str(path), reason=error.message)
            return False
        self._awaited = self._told = None
        return True

    async def switch(self, release: Release) -> None:
        """Serve `release` from now on; answers that are on their way are finished from the earlier one.

        Raises:
            KgError: it cannot be served; the present one still is.
        """
        async with self._switching:
            following = Service(release, self.settings, self.journal, switches=self.switches + 1)
            await following.start()
            earlier, self.service = self.service, following
            self.switches += 1
            self.journal.event("the release was switched", release=release.version, earlier=earlier.release.version)
            task = asyncio.get_running_loop().create_task(earlier.retire(seconds=self.settings.deadline + _DRAIN))
            self._retiring.add(task)
            task.add_done_callback(self._retiring.discard)

    async def close(self) -> None:
        """Stop all query workers, and wait until they are gone."""
        if self._watch is not None:
            self._watch.cancel()
        for task in self._retiring:
            task.cancel()
        await asyncio.gather(*self._retiring, return_exceptions=True)
        await self.service.retire(seconds=0)
        self._records.close()
        self.journal.flush()

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self.start()
        except KgError as error:
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.close()
        await send({"type": "lifespan.shutdown.complete"})


def create_app(release: Release, settings: Settings) -> Site:
    """The ASGI application that serves `release`."""
    return Site(release, settings)


def _open_whole(path: Path) -> Release:
    """The release at `path`, its files compared with their checksums where it has them."""
    release = open_release(path)
    if (release.path / "SHA256SUMS").is_file():
        verify_release(release)
    return release
