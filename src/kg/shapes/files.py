"""Validation of files and graphs: any RDF syntax, against the rulebook or against shapes of one's own."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TypeAlias

from pyoxigraph import Store
from rdflib import Dataset, Graph

from kg.columns.columns import Columns
from kg.columns.encode import encode_files, encode_graph, encode_store
from kg.dataset import read_shapes
from kg.derive import with_derived
from kg.locations import Locations
from kg.project import Project
from kg.shapes.evaluate import Validation
from kg.shapes.report import ValidationReport

__all__ = ["Source", "validate", "validation_of_files"]

Source: TypeAlias = str | Path | Iterable[str | Path] | Graph | Store
_LARGEST_LOCATED = 16 << 20
"""Bytes of a Turtle file in which the lines of focus nodes are still looked for."""


def validate(data: Source, shapes: Source, *, engine: str = "compiled") -> ValidationReport:
    """The report on `data` against `shapes`; each is a file, several, a folder, an rdflib graph or an Oxigraph store.

    `engine` is `compiled` or `pyshacl`. Named graphs are merged.

    Raises:
        SourceError: a file is of no known syntax, or broken.
        EngineError: a shape is not well-formed, or cannot be evaluated.
    """
    files = [] if isinstance(data, Graph | Store) else _files(data)
    columns = _columns(data)
    is_graph = isinstance(shapes, Graph) and not isinstance(shapes, Dataset)
    own = shapes if isinstance(shapes, Graph) and is_graph else _columns(shapes).to_graph()
    place = Locations(_located(files)).place
    return Validation(columns, own, locate=place, only_pyshacl=_is_pyshacl(engine)).report()


def validation_of_files(
    files: list[Path], shapes: list[Path], project: Project, *, engine: str = "compiled"
) -> Validation:
    """The validation of `files` together.

    Without `shapes`, the rulebook is asked, over the files, the ontology and what derives from them; with `shapes`,
    those alone, over the files as they are.

    Raises:
        SourceError: a file is of no known syntax, or broken.
    """
    place, only_pyshacl = Locations(_located(files)).place, _is_pyshacl(engine)
    if shapes:
        own = encode_files(_files(shapes)).to_graph()
        return Validation(encode_files(files), own, locate=place, only_pyshacl=only_pyshacl)
    vocabulary = [path for path in project.files("ontology", "*.ttl") if path.parent.name != "alignments"]
    columns = with_derived(encode_files([*files, *vocabulary]), project.as_of)
    return Validation(columns, read_shapes(project), locate=place, only_pyshacl=only_pyshacl)


def _columns(source: Source) -> Columns:
    if isinstance(source, Store):
        return encode_store(source)
    if isinstance(source, Dataset):
        merged = Graph()
        for subject, predicate, value, _ in source.quads():
            merged.add((subject, predicate, value))
        return encode_graph(merged)
    return encode_graph(source) if isinstance(source, Graph) else encode_files(_files(source))


def _files(paths: str | Path | Iterable[str | Path]) -> list[Path]:
    """The files that are meant, those of a folder being its Turtle files."""
    named = [Path(paths)] if isinstance(paths, str | Path) else [Path(path) for path in paths]
    return [file for path in named for file in (sorted(path.rglob("*.ttl")) if path.is_dir() else [path])]


def _located(files: Iterable[Path]) -> list[Path]:
    return [path for path in files if path.suffix == ".ttl" and path.stat().st_size <= _LARGEST_LOCATED]


def _is_pyshacl(engine: str) -> bool:
    if engine not in {"compiled", "pyshacl"}:
        raise ValueError(f"there is no engine {engine!r}: compiled, pyshacl")
    return engine == "pyshacl"
