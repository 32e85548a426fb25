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
from kg.errors import ConfigurationError, SourceError
from kg.folders import left_out, visible_files
from kg.locations import Locations
from kg.project import Project
from kg.shapes.evaluate import Validation
from kg.shapes.hints import NO_TARGET, hints_of
from kg.shapes.report import ValidationReport
from kg.shapes.targets import targeted
from kg.shapes.time_limit import time_limit

__all__ = ["Source", "validate", "validation_of_files"]

Source: TypeAlias = str | Path | Iterable[str | Path] | Graph | Store
_TARGETS = "give a shape one with sh:targetClass, sh:targetNode, sh:targetSubjectsOf or sh:targetObjectsOf"


def validate(
    data: Source, shapes: Source, *, engine: str = "compiled", timeout: float | None = None
) -> ValidationReport:
    """The report on `data` against `shapes`; each is a file, several, a folder, an rdflib graph or an Oxigraph store.

    `engine` is `compiled` or `pyshacl`. Named graphs are merged. `timeout` is in seconds; only the main thread can have
    one. Without it, too, no text takes a pattern of `sh:pattern` without end.

    Raises:
        SourceError: a file is of no known syntax, or broken.
        ConfigurationError: a folder has no Turtle file.
        EngineError: a shape is not well-formed, cannot be evaluated, or takes too long.
        DeadlineExceeded: reading takes too long.
    """
    with time_limit(timeout):
        return _validation(data, shapes, engine).report()


def _validation(data: Source, shapes: Source, engine: str) -> Validation:
    files = [] if isinstance(data, Graph | Store) else _files(data)
    columns = _columns(data)
    is_graph = isinstance(shapes, Graph) and not isinstance(shapes, Dataset)
    own = shapes if isinstance(shapes, Graph) and is_graph else _columns(shapes).to_graph()
    place = Locations(_located(files)).place
    shape_files = Locations(_located([] if isinstance(shapes, Graph | Store) else _files(shapes)))
    notes = _left_out(*(() if isinstance(given, Graph | Store) else given for given in (data, shapes)))
    return Validation(columns, own, place, _is_pyshacl(engine), shape_files, notes)


def validation_of_files(
    files: list[Path], shapes: list[Path], project: Project, *, engine: str = "compiled"
) -> Validation:
    """The validation of `files` together.

    Without `shapes`, the rulebook is asked, over the files, the ontology and what derives from them; with `shapes`,
    those alone, over the files as they are.

    Raises:
        SourceError: a file is of no known syntax, or broken, or no shape has a target.
        ConfigurationError: a folder has no Turtle file.
    """
    read = _files(files)
    place, only_pyshacl, notes = Locations(_located(read)).place, _is_pyshacl(engine), _left_out(files, shapes)
    if shapes:
        own = encode_files(_files(shapes)).to_graph()
        if not targeted(own):
            hints = [hint.text for hint in hints_of(own)]
            raise SourceError(NO_TARGET, path=shapes[0], hint="; ".join(hints) or _TARGETS)
        return Validation(encode_files(read), own, place, only_pyshacl, Locations(_located(_files(shapes))), notes)
    vocabulary = [path for path in project.files("ontology", "*.ttl") if path.parent.name != "alignments"]
    columns = with_derived(encode_files([*read, *vocabulary]), project.as_of)
    return Validation(columns, read_shapes(project), locate=place, only_pyshacl=only_pyshacl, notes=notes)


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
    named = _named(paths)
    found = [file for path in named for file in (visible_files(path, "*.ttl") if path.is_dir() else [path])]
    if not found:
        raise ConfigurationError(f"there is no Turtle file in {', '.join(map(str, named)) or 'no file at all'}")
    return found


def _left_out(*given: str | Path | Iterable[str | Path]) -> tuple[str, ...]:
    """What lies in the given folders, looks as if it was meant, and is neither Turtle nor given by its name."""
    named = [path for paths in given for path in _named(paths)]
    files = {path.resolve() for path in named}
    found = (error for path in dict.fromkeys(named) for error in left_out(path, "*.ttl"))
    return tuple(
        f"{error.path} is not read: a folder stands for its files called *.ttl; give its name, too"
        for error in found
        if error.path is not None and error.path.resolve() not in files
    )


def _named(paths: str | Path | Iterable[str | Path]) -> list[Path]:
    return [Path(paths)] if isinstance(paths, str | Path) else [Path(path) for path in paths]


def _located(files: Iterable[Path]) -> list[Path]:
    return [path for path in files if path.suffix == ".ttl"]


def _is_pyshacl(engine: str) -> bool:
    if engine not in {"compiled", "pyshacl"}:
        raise ValueError(f"there is no engine {engine!r}: compiled, pyshacl")
    return engine == "pyshacl"
