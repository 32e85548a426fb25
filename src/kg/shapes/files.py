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
from kg.folders import rdf_files
from kg.locations import Locations
from kg.project import Project
from kg.shapes.evaluate import Validation
from kg.shapes.hints import NO_TARGET, hints_of
from kg.shapes.report import ValidationReport
from kg.shapes.targets import targeted

__all__ = ["Source", "validate", "validation_of_files"]

Source: TypeAlias = str | Path | Iterable[str | Path] | Graph | Store
_TARGETS = "give a shape one with sh:targetClass, sh:targetNode, sh:targetSubjectsOf or sh:targetObjectsOf"


def validate(data: Source, shapes: Source, *, engine: str = "compiled") -> ValidationReport:
    """The report on `data` against `shapes`; each is a file, several, a folder, an rdflib graph or an Oxigraph store.

    `engine` is `compiled` or `pyshacl`. Named graphs are merged.

    Raises:
        SourceError: a file is of no known syntax, or broken.
        ConfigurationError: a folder has no RDF file.
        EngineError: a shape is not well-formed, or cannot be evaluated.
    """
    files = [] if isinstance(data, Graph | Store) else _files(data)
    columns = _columns(data)
    is_graph = isinstance(shapes, Graph) and not isinstance(shapes, Dataset)
    own = shapes if isinstance(shapes, Graph) and is_graph else _columns(shapes).to_graph()
    place = Locations(_located(files)).place
    shape_files = Locations(_located([] if isinstance(shapes, Graph | Store) else _files(shapes)))
    return Validation(columns, own, place, _is_pyshacl(engine), shape_files).report()


def validation_of_files(
    files: list[Path], shapes: list[Path], project: Project, *, engine: str = "compiled"
) -> Validation:
    """The validation of `files` together.

    Without `shapes`, the rulebook is asked, over the files, the ontology and what derives from them; with `shapes`,
    those alone, over the files as they are.

    Raises:
        SourceError: a file is of no known syntax, or broken, or no shape has a target.
        ConfigurationError: a folder has no RDF file.
    """
    read = _files(files)
    place, only_pyshacl = Locations(_located(read)).place, _is_pyshacl(engine)
    if shapes:
        own = encode_files(_files(shapes)).to_graph()
        if not targeted(own):
            hints = [hint.text for hint in hints_of(own)]
            raise SourceError(NO_TARGET, path=shapes[0], hint="; ".join(hints) or _TARGETS)
        return Validation(encode_files(read), own, place, only_pyshacl, Locations(_located(_files(shapes))))
    vocabulary = [path for path in project.files("ontology", "*.ttl") if path.parent.name != "alignments"]
    columns = with_derived(encode_files([*read, *vocabulary]), project.as_of)
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
    """The files that are meant, those of a folder being all its RDF files."""
    named = [Path(paths)] if isinstance(paths, str | Path) else [Path(path) for path in paths]
    found = [file for path in named for file in (rdf_files(path) if path.is_dir() else [path])]
    if not found:
        raise ConfigurationError(
            f"there is no Turtle file in {', '.join(map(str, named)) or 'no file at all'}, nor another of RDF"
        )
    return found


def _located(files: Iterable[Path]) -> list[Path]:
    return [path for path in files if path.suffix == ".ttl"]


def _is_pyshacl(engine: str) -> bool:
    if engine not in {"compiled", "pyshacl"}:
        raise ValueError(f"there is no engine {engine!r}: compiled, pyshacl")
    return engine == "pyshacl"
