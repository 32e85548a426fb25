"""Settings of the machine: environment variables `KG_…`, read once and passed down.

Each setting is one field with its help; `docs/settings.md` is generated from here and a test keeps it so.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any

from kg.errors import ConfigurationError

__all__ = ["Settings"]


PROCESSORS_EACH = 4
"""Processors that one web process and its workers keep busy."""
_PASSWORD = re.compile(r"(?<=://).*(?=@)")


def _setting(  # noqa: PLR0913 - what may be said of a setting, by name
    default: Any,
    text: str,
    *,
    least: float = 0,
    most: float = 0,
    choices: tuple[str, ...] = (),
    is_secret: bool = False,
) -> Any:
    about = {"help": text, "least": least, "most": most, "choices": choices, "is_secret": is_secret}
    return field(default=default, metadata=about)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Settings:
    """What may differ from machine to machine; what describes a project is in its `kg.toml`."""

    workers: int = _setting(
        4,
        "query worker processes (of each web process); with an engine elsewhere, queries that it is asked at a time",
        least=1,
        most=256,
    )
    deadline: float = _setting(
        10.0, "seconds that a query may take, from its arrival to its last byte", least=0.05, most=86400
    )
    queue: int = _setting(512, "queries that may wait for a worker before 503 is answered", least=0, most=1 << 20)
    per_client: int = _setting(2, "queries of one client address that may run at the same time", least=1, most=1 << 20)
    memory: int = _setting(1024, "MiB that one query worker may use above its start size", least=64, most=1 << 24)
    query_bytes: int = _setting(65536, "longest query text in bytes", least=1, most=1 << 24)
    query_depth: int = _setting(100, "deepest nesting of brackets in a query", least=1, most=1000)
    result_bytes: int = _setting(256 * 1024 * 1024, "largest encoded answer in bytes", least=1, most=1 << 40)
    image: int = _setting(
        2048,
        "MiB that a release may take to be held in memory, shared by all query workers; a larger one stays on disk, "
        "and 0 leaves all there",
        least=0,
        most=1 << 24,
    )
    cache: int = _setting(64, "MiB of encoded answers that a web process keeps; 0: none", least=0, most=1 << 20)
    engine: str = _setting(
        "oxigraph",
        "`oxigraph`; `rdflib`: slow, for a second opinion; or a SPARQL 1.1 engine elsewhere that `kg publish` has "
        "loaded: `sparql+http://HOST/PATH` or `sparql+https://HOST/PATH`; several with blanks between them, of which "
        "the first that holds the release is asked",
    )
    engine_user: str = _setting("", "name under which the engine elsewhere knows this server, where it asks for one")
    engine_password: str = _setting("", "and its password; it is never logged", is_secret=True)
    processes: int = _setting(0, "web processes that share the port; 0: one for four processors", least=0, most=256)
    proxies: str = _setting(
        "127.0.0.1,::1",
        "addresses of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed, with commas; * for all",
    )
    admin_token: str = _setting(
        "", "secret of whoever may list and stop queries; without one nobody may", is_secret=True
    )
    log: str = _setting(
        "requests",
        "what is logged to standard error: `requests` as JSON lines, or only `warnings`",
        choices=("requests", "warnings"),
    )
    build: Path | None = _setting(None, "folder for releases (default: `build` in the project folder)")

    def __repr__(self) -> str:
        """All settings but secrets and the passwords in URLs, as it may get into a log."""
        shown = (
            f"{item.name}={'…' if item.metadata['is_secret'] and value else _PASSWORD.sub('…', repr(value))}"
            for item in fields(self)
            for value in (getattr(self, item.name),)
        )
        return f"Settings({', '.join(shown)})"

    @property
    def web_processes(self) -> int:
        """How many web processes there are: as many as the setting says, else by the processors of the machine."""
        return self.processes or max(1, (os.cpu_count() or 1) // PROCESSORS_EACH)

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
            values[known[name].name] = _parse(name, text, known[name])
        return cls(**values)


def _parse(name: str, text: str, item: Field[Any]) -> Any:
    default: Any = item.default
    least, most, choices = (item.metadata[key] for key in ("least", "most", "choices"))
    if not text.strip():
        raise ConfigurationError(f"{name} is empty", hint=f"give it a value, or unset {name}")
    if default is None:
        return Path(text)
    if isinstance(default, str):
        if choices and text not in choices:
            raise ConfigurationError(f"{name}={text!r} is not one of its values", hint=f"{name}: {', '.join(choices)}")
        return text
    kind: type[int | float] = type(default)
    try:
        value = kind(text)
    except ValueError:
        raise ConfigurationError(f"{name}={text!r} is not {'a whole number' if kind is int else 'a number'}") from None
    if not least <= value <= most:  # nan is in no range
        raise ConfigurationError(f"{name}={text} is not between {least} and {most}")
    return value
