"""The server process: listens, starts the site, and stops it when asked to."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from pathlib import Path

import uvicorn

from kg.errors import ConfigurationError
from kg.release import Release
from kg.settings import Settings
from kg.web.app import Site
from kg.web.connection import SECONDS, connections, raise_file_limit
from kg.web.processes import run_processes

__all__ = ["serve"]

_TURN = 0.0005
"""Seconds for which a thread that reads a long query may keep everybody else waiting; five thousandths are Python's."""


class _Server(uvicorn.Server):
    """Says where it is when it is really ready."""

    def __init__(self, config: uvicorn.Config, site: Site, greeting: str) -> None:
        super().__init__(config)
        self._site = site
        self._greeting = greeting

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        await self._site.close()  # before uvicorn raises the signal again, which ends the process

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and self._greeting:
            print(self._greeting, flush=True)


def serve(release: Release, settings: Settings, host: str, port: int, *, follow: Path | None = None) -> None:
    """Serve `release` until Ctrl-C (or SIGTERM); with `follow`, whatever release that link points to.

    Raises:
        ConfigurationError: the address cannot be listened at; nothing was started then.
        EngineError: the query workers cannot be started safely over this release.
    """
    raise_file_limit()
    sys.setswitchinterval(_TURN)
    with _listen(host, port) as listener:
        config = uvicorn.Config(
            "kg",  # replaced below: the site needs the event loop
            http=connections(settings),  # likewise
            log_level="warning",
            access_log=False,
            server_header=False,
            lifespan="off",
            forwarded_allow_ips=settings.proxies,
            proxy_headers=bool(settings.proxies),
            timeout_graceful_shutdown=int(settings.deadline) + 1,
        )
        greeting = _greeting(release, host, listener.getsockname()[1])

        def run(greets: bool) -> None:
            with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
                runner.run(_run(config, release, settings, listener, greeting if greets else "", follow))

        number = settings.web_processes
        try:
            if number == 1:
                run(True)
            else:
                run_processes(number, run)
        except KeyboardInterrupt:  # uvicorn raises it again after a clean end
            return


async def _run(  # noqa: PLR0913, PLR0917 - what `serve` has put together
    config: uvicorn.Config,
    release: Release,
    settings: Settings,
    listener: socket.socket,
    greeting: str,
    follow: Path | None,
) -> None:
    site = Site(release, settings)
    config.app, config.http = site, connections(settings, site)
    try:
        await site.start()
        if follow is not None:
            site.follow(follow)
        await _Server(config, site, greeting).serve([listener])
    finally:
        await site.close()


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((host, port), family=family, backlog=2048)
    except (OSError, OverflowError) as error:
        code = getattr(error, "errno", None) or 0
        reason = os.strerror(code) if code > 0 else getattr(error, "strerror", None) or str(error)
        raise ConfigurationError(
            f"cannot listen at {host}:{port}: {reason}", hint="choose another port with --port, or stop what uses it"
        ) from error
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # also of the connections made here: who takes nothing is hung up on
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(1000 * SECONDS))
    return listener


def _greeting(release: Release, host: str, port: int) -> str:
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104 - only shown
    title = release.manifest.titles.get("en") or next(iter(release.manifest.titles.values()))
    triples = release.manifest.counts.get("triples", 0)
    return (
        f"{title}, release {release.version}, {triples:,} triples\n"
        f"  home    http://{shown}:{port}/\n"
        f"  SPARQL  http://{shown}:{port}/sparql\n"
        "Ctrl-C stops the server."
    )
