"""Which engine answers the queries over a release: `KG_ENGINE`."""

from __future__ import annotations

from kg.engine.engines import ENGINES
from kg.engine.protocol import QueryService
from kg.errors import ConfigurationError
from kg.release import Release
from kg.settings import Settings

__all__ = ["REMOTE", "open_engine"]

REMOTE = "sparql+"
"""What the name of a remote engine begins with: `sparql+http://…`, `sparql+https://…`."""


def open_engine(release: Release, settings: Settings) -> QueryService:
    """The engine that the settings name, not yet started.

    Raises:
        ConfigurationError: there is no such engine, or the address of a remote one is none.
    """
    name = settings.engine
    if name in ENGINES:
        from kg.engine.workers import WorkerPool

        return WorkerPool(release, settings)
    if name.startswith(REMOTE):
        from kg.engine.remote import RemoteEngine

        return RemoteEngine(release, settings)
    raise ConfigurationError(
        f"there is no engine {name!r}", hint=f"engines: {', '.join(ENGINES)}, sparql+http://HOST/PATH"
    )
