"""The engines by name: what a query worker needs of each that is embedded, and which are elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast

from kg.errors import ConfigurationError

__all__ = ["ENGINES", "SPARQL", "Engine", "engine_named", "is_remote"]

ENGINES: Mapping[str, str] = {"oxigraph": "kg.engine.oxigraph", "rdflib": "kg.engine.rdflib_engine"}
"""Modules by the name of `kg serve --engine`; one is imported only where it is used."""

SPARQL = "sparql+"
"""What stands before the address of an engine elsewhere."""


class Engine(Protocol):
    """An embedded engine: a module of these functions, documented in `kg.engine.oxigraph`."""

    open_store: Callable[[Path, int | None], Any]
    load_store: Callable[[Path, int | None], Any]
    evaluate: Callable[[Any, Any, str], Any]
    check_syntax: Callable[[str, str], None]
    encode: Callable[[Any, Any, Callable[[bytes], object], Mapping[str, str]], None]


def engine_named(name: str) -> Engine:
    """The module of the engine.

    Raises:
        ConfigurationError: there is none of that name.
    """
    if name not in ENGINES:
        raise ConfigurationError(f"there is no engine {name}", hint="engines: " + ", ".join(ENGINES))
    return cast(Engine, import_module(ENGINES[name]))


def is_remote(engine: str) -> bool:
    """Whether `KG_ENGINE` is the address of an engine elsewhere."""
    return engine.startswith((f"{SPARQL}http://", f"{SPARQL}https://"))
