"""The pool that the settings ask for: workers of ours, or an engine elsewhere."""

from __future__ import annotations

from collections.abc import Callable

from kg.engine.engines import is_remote
from kg.engine.pool import Pool
from kg.engine.workers import WorkerPool
from kg.release import Release
from kg.settings import Settings

__all__ = ["pool_of"]


def pool_of(
    release: Release, settings: Settings, tell: Callable[[str, str], object] = lambda event, reason: None
) -> Pool:
    """The pool over `release` that `settings.engine` asks for; `tell` hears of each new trouble and its reason."""
    if is_remote(settings.engine):
        from kg.engine.remote import RemotePool  # with it comes httpx, which a server of our own does not need

        return RemotePool(release, settings, tell)
    return WorkerPool(release, settings, tell)
