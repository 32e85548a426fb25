"""Projects: a folder with a `kg.toml`, Turtle files, shapes and saved queries.

The tool brings ontology, codelists and shapes of its own (the rulebook); a project folder may add to each of them.
Norrbotten, the first project, lives in the same folders as the rulebook and is part of the wheel.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pyoxigraph import NamedNode

from kg.errors import ConfigurationError, SourceError
from kg.folders import left_out, visible_files
from kg.namespaces import prefixes

__all__ = ["Project", "find_project", "load_project", "project_around", "rulebook_root"]

_NAME = re.compile(r"[a-z][a-z0-9-]*")
_BASE = re.compile(r"https?://[^\s<>\"{}|\\^`?#]+/")
_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_LANGUAGES = ("sv", "en")
_KNOWN = {"name", "title", "base_iri", "as_of", "languages", "licence"}


def rulebook_root() -> Path:
    """The folder with the tool's own ontology, shapes and first project: inside the wheel, or the source checkout."""
    package = Path(__file__).parent
    bundled = package / "bundled"
    return bundled if bundled.is_dir() else package.parents[1]


@dataclass(frozen=True, slots=True)
class Project:
    """What a project is, as its `kg.toml` says, and where its files are."""

    root: Path
    name: str
    titles: Mapping[str, str]
    base_iri: str
    as_of: date
    languages: tuple[str, ...]
    licence: str

    @property
    def prefixes(self) -> dict[str, str]:
        """Prefix → IRI, for its files and queries."""
        return prefixes(self.base_iri)

    @property
    def is_bundled(self) -> bool:
        """Whether this is the tool's own first project."""
        return self.root.resolve() == rulebook_root().resolve()

    @property
    def is_packaged(self) -> bool:
        """Whether its files are those inside an installed wheel, where nothing may be written."""
        return self.root.resolve() == (Path(__file__).parent / "bundled").resolve()

    @property
    def has_rulebook(self) -> bool:
        """Whether the rulebook is among its own files: this is the tool's first project, or a checkout of it."""
        return self.is_bundled or (self.root / "ontology" / "gov.ttl").is_file()

    @property
    def _bounds(self) -> Path | None:
        """Where links in it may lead: an installer may make links of all files of a wheel."""
        return None if self.is_packaged else self.root

    def files(self, layer: str, pattern: str) -> Iterator[Path]:
        """The files of one of the five layers, the rulebook's own first for ontology and shapes, in name order.

        Raises:
            SourceError: as `visible_files`, or for what would be `left_out`.
        """
        roots = [self.root]
        if layer in {"ontology", "shapes"} and not self.has_rulebook:
            roots.insert(0, rulebook_root())
        for root in roots:
            for error in left_out(root / layer, pattern):
                raise error
            yield from visible_files(root / layer, pattern, within=self._bounds if root == self.root else None)

    def own_turtle_files(self, *layers: str) -> Iterator[Path]:
        """Every Turtle file that belongs to this project, or those of some layers, for formatting and checking."""
        for layer in layers or ("ontology", "data", "shapes", "examples"):
            yield from visible_files(self.root / layer, "*.ttl", within=self._bounds)

    def left_out(self) -> Iterator[SourceError]:
        """What lies in the project's folders, looks as if it was meant to be read, and is not."""
        for layer in ("ontology", "data", "shapes", "examples"):
            yield from left_out(self.root / layer, "*.ttl")
        for layer in ("ontology", "queries"):
            yield from left_out(self.root / layer, "*.rq")

    def graph_iri(self, name: str) -> str:
        """The IRI of the named graph `name`."""
        return f"{self.base_iri}graph/{name}"

    def data_graph(self, path: Path) -> str:
        """The named graph of one file of `data/`: its path with hyphens, `data/film/a.ttl` → `…/graph/film-a`."""
        relative = path.relative_to(self.root / "data").with_suffix("")
        return self.graph_iri(re.sub(r"[^\w.-]", lambda found: quote(found[0]), "-".join(relative.parts)))


def _is_iri(text: str) -> bool:
    try:
        NamedNode(text)
    except ValueError:
        return False
    return True


def find_project(folder: Path | None) -> Project:
    """The project in `folder`; without one, that of the working directory, or else the Norrbotten one of the tool.

    Raises:
        ConfigurationError: `folder` is not a project.
    """
    if folder is not None:
        return load_project(folder)
    here = Path.cwd()
    return load_project(here if (here / "kg.toml").is_file() else rulebook_root())


def project_around(path: Path) -> Project:
    """The project that a file belongs to: of the nearest folder above with a `kg.toml`, else as `find_project`."""
    for folder in path.resolve().parents:
        if (folder / "kg.toml").is_file():
            return load_project(folder)
    return find_project(None)


def load_project(folder: Path) -> Project:
    """Reads `folder/kg.toml`.

    Raises:
        ConfigurationError: there is none, it is not TOML, a key is missing, unknown, or of the wrong kind.
    """
    path = folder / "kg.toml"
    if not os.path.isfile(path):  # noqa: PTH113 - false, and no error, for a name that no file can have
        raise ConfigurationError(f"no project in {folder}: there is no {path}", hint="make one with `kg new NAME`")
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: {error}") from None
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from None
    except RecursionError:
        raise ConfigurationError(f"{path}: nested too deep") from None
    table = values.get("project")
    if not isinstance(table, dict):
        raise ConfigurationError(f"{path}: there is no [project] table")
    unknown = sorted(set(table) - _KNOWN) + sorted(set(values) - {"project"})
    if unknown:
        raise ConfigurationError(f"{path}: unknown key {unknown[0]!r}", hint="keys: " + ", ".join(sorted(_KNOWN)))
    return _project(folder, path, table)


def _project(folder: Path, path: Path, table: dict[str, Any]) -> Project:
    def need(key: str, kind: type, meaning: str) -> Any:
        value = table.get(key)
        if type(value) is not kind:  # a date and time is a date for isinstance
            raise ConfigurationError(f"{path}: [project] needs {key} = {meaning}")
        return value

    name = need("name", str, '"a-short-name"')
    if not _NAME.fullmatch(name):
        raise ConfigurationError(f"{path}: name {name!r} is not of lower-case letters, digits and hyphens")
    base_iri = need("base_iri", str, '"https://…/"')
    if not _BASE.fullmatch(base_iri) or not _is_iri(base_iri):
        raise ConfigurationError(f"{path}: base_iri {base_iri!r} is not an http(s) IRI that ends in a slash")
    languages = tuple(table["languages"]) if isinstance(table.get("languages"), list) else _LANGUAGES
    titles = need("title", dict, "{ sv = …, en = … }")
    is_tagged = all(isinstance(tag, str) and _TAG.fullmatch(tag) for tag in (*languages, *titles))
    if not is_tagged or not languages or not isinstance(table.get("languages", []), list):
        raise ConfigurationError(f'{path}: [project] needs languages = ["sv", "en"], and titles in them')
    if not all(isinstance(text, str) for text in titles.values()):
        raise ConfigurationError(f"{path}: [project.title] has a title that is not a text")
    missing = [language for language in languages if language not in titles]
    if missing:
        raise ConfigurationError(f"{path}: [project.title] has no {missing[0]}")
    as_of = need("as_of", date, "YYYY-MM-DD")
    licence = table.get("licence", "http://creativecommons.org/publicdomain/zero/1.0/")
    if not isinstance(licence, str) or not _is_iri(licence):
        raise ConfigurationError(f"{path}: licence {licence!r} is not an IRI")
    return Project(folder, name, titles, base_iri, as_of, languages, licence)
