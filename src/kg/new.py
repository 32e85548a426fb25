"""`kg new`: a small, whole project of one's own to grow from: two invented bodies, one ownership, one cited text."""

from __future__ import annotations

import re
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template

from kg.errors import ConfigurationError

__all__ = ["create_project"]

_NAME = re.compile(r"[a-z][a-z0-9-]*")
_BASE = re.compile(r"https?://[^\s<>\"{}|\\^`?#]+/")


def create_project(parent: Path, name: str, base_iri: str, as_of: date) -> Path:
    """Writes the folder `parent/name` and gives its path.

    Raises:
        ConfigurationError: the name or the IRI is not fit, or the folder is there already.
    """
    if not _NAME.fullmatch(name):
        raise ConfigurationError(f"{name!r} is not a name: lower-case letters, digits and hyphens", hint="kg new demo")
    if not _BASE.fullmatch(base_iri):
        raise ConfigurationError(f"{base_iri!r} is not an http(s) IRI that ends in a slash")
    folder = parent / name
    if folder.exists():
        raise ConfigurationError(f"{folder} is there already", hint="choose another name, or remove it")
    values = {"name": name, "base_iri": base_iri, "as_of": as_of.isoformat()}
    try:
        _copy(files("kg") / "template", folder, values)
    except OSError as error:
        raise ConfigurationError(f"cannot write {folder}: {error.strerror}") from error
    return folder


def _copy(source: Traversable, target: Path, values: dict[str, str]) -> None:
    target.mkdir()
    for item in source.iterdir():
        if item.is_dir():
            _copy(item, target / item.name, values)
        elif item.name.endswith(".txt"):  # a cited text is copied byte for byte
            (target / item.name).write_bytes(item.read_bytes())
        else:
            text = Template(item.read_text(encoding="utf-8")).safe_substitute(values)
            name = ".gitignore" if item.name == "gitignore" else item.name
            (target / name).write_text(text, encoding="utf-8")
