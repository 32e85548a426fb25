"""Settings of the machine: environment variables `KG_…`, read once and passed down.

Each setting is one field with its help; `docs/settings.md` is generated from here and a test keeps it so.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from kg.errors import ConfigurationError

__all__ = ["Settings"]


def _setting(default: Any, text: str, *, least: float | None = None) -> Any:
    return field(default=default, metadata={"help": text, "least": least})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What may differ from machine to machine; what describes a project is in its `kg.toml`."""

    workers: int = _setting(4, "query worker processes", least=1)
    deadline: float = _setting(10.0, "seconds that a query may take, from its arrival to its last byte", least=0.05)
    queue: int = _setting(64, "queries that may wait for a worker before 503 is answered", least=0)
    per_client: int = _setting(2, "queries of one client address that may run at the same time", least=1)
    memory: int = _setting(1024, "MiB that one query worker may use above its start size", least=64)
    query_bytes: int = _setting(65536, "longest query text in bytes", least=1)
    query_depth: int = _setting(100, "deepest nesting of brackets in a query", least=1)
    result_bytes: int = _setting(256 * 1024 * 1024, "largest encoded answer in bytes", least=1)
    build: Path | None = _setting(None, "folder for releases (default: `build` in the project folder)")

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Settings from `KG_…` variables.

        Raises:
            ConfigurationError: a value that is not of its kind, or a `KG_` variable that does not exist.
        """
        known = {f"KG_{item.name.upper()}": item for item in fields(cls)}
        elsewhere = {"KG_CONFORMANCE", "KG_VOCABULARIES", "KG_SOURCES", "KG_DATASETS"}  # of the test suites
        values: dict[str, Any] = {}
        for name, text in environ.items():
            if not name.startswith("KG_") or name in elsewhere:
                continue
            if name not in known:
                raise ConfigurationError(f"there is no setting {name}", hint="settings: " + ", ".join(sorted(known)))
            item = known[name]
            values[item.name] = _parse(name, text, item.default, item.metadata["least"])
        return cls(**values)


def _parse(name: str, text: str, default: Any, least: float | None) -> Any:
    kind = type(default) if default is not None else Path
    try:
        value = kind(text)
    except ValueError:
        raise ConfigurationError(f"{name}={text!r} is not a {kind.__name__}") from None
    if least is not None and isinstance(value, int | float) and value < least:
        raise ConfigurationError(f"{name}={text} is less than {least}")
    return value
