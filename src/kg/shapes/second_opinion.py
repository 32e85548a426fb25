"""pySHACL: the second opinion, and what evaluates the shapes that cannot be compiled.

It is used for what it finds. The messages are taken from the shapes themselves, because it drops the language tags of
the messages of SPARQL-based constraints; the values of their variables are read back from what it wrote.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from rdflib import OWL, RDF, RDFS, SH, Graph, Literal, URIRef
from rdflib.term import Node

from kg.columns.columns import Columns
from kg.errors import EngineError
from kg.namespaces import GOV
from kg.shapes.batches import NONE, Batch
from kg.shapes.model import Shape
from kg.shapes.paths import read_path
from kg.shapes.targets import TARGETS, class_shapes

__all__ = ["ask_pyshacl", "only_targets_of"]

_PLACEHOLDER = re.compile(r"\{[$?](\w+)\}")
_IRI = re.compile(r"[a-z][a-z0-9+.-]*:\S+$")
_CODE = URIRef(GOV.shapeCode)


def only_targets_of(shapes: Graph, wanted: Iterable[Node]) -> Graph:
    """A copy of a shapes graph in which only the wanted shapes have targets, so that only they are evaluated.

    That a class is a shape (SHACL §2.1.3.3) is said by `sh:targetClass`: pySHACL takes an owl:Class for one, too, and
    misses an instance of a class two steps below rdfs:Class.
    """
    kept, result = set(wanted), Graph()
    classes = {RDFS.Class, OWL.Class, *shapes.transitive_subjects(RDFS.subClassOf, RDFS.Class)}
    for triple in shapes:
        is_class = triple[1] == RDF.type and triple[2] in classes
        if not is_class and (triple[1] not in TARGETS or triple[0] in kept):
            result.add(triple)
    for node in class_shapes(shapes) & kept:
        result.add((node, SH.targetClass, node))
    return result


def ask_pyshacl(data: Graph, shapes: Graph, columns: Columns) -> Iterator[Batch]:
    """The results of pySHACL, a batch each, over `data`, whose terms are those of `columns`.

    Raises:
        EngineError: a shape could not be evaluated.
    """
    graph = _report(data, Graph() + shapes)  # pySHACL writes into the shapes that it is given
    for node in graph.objects(None, SH.result):  # not those that are details of another
        yield _batch(graph, node, shapes, columns)


def _report(data: Graph, shapes: Graph) -> Graph:
    import pyshacl  # only shapes that cannot be compiled need it
    import rdflib.plugins.sparql

    rdflib.plugins.sparql.SPARQL_LOAD_GRAPHS = False  # or FROM in a rule reads files and asks servers
    try:
        with warnings.catch_warnings(action="ignore"):
            _, graph, text = pyshacl.validate(data, shacl_graph=shapes, inplace=True, advanced=False)
    except Exception as error:
        raise EngineError(
            f"the shapes cannot be evaluated: {error}", hint="check the shapes with `kg check`"
        ) from error
    if not isinstance(graph, Graph):
        raise EngineError(f"the shapes cannot be evaluated: {text}")
    return graph


def _batch(graph: Graph, node: Node, shapes: Graph, columns: Columns) -> Batch:
    def of(predicate: URIRef) -> Any:
        return graph.value(node, predicate)

    source, constraint, path = of(SH.sourceShape), of(SH.sourceConstraint), of(SH.resultPath)
    own = shapes.value(source, SH.path)
    route = read_path(shapes, own) if own is not None else None
    given = [str(message) for message in graph.objects(node, SH.resultMessage)]
    texts = next((found for carrier in (constraint, source) if (found := _messages(shapes, carrier))), ())
    bindings = {name: term for text in texts for name, term in _recovered(str(text), given).items()}
    shape = Shape(
        node=source,
        path=route,
        path_node=own,
        targets=(),
        constraints=(),
        severity=of(SH.resultSeverity),
        messages=tuple(texts) or (Literal(" ".join(given)),),
        code=_code(shapes, source),
        deactivated=False,
    )
    value = of(SH.value)
    return Batch(
        shape=shape,
        component=of(SH.sourceConstraintComponent),
        owner=np.zeros(1, np.intp),
        focus=_numbers(columns, of(SH.focusNode)),
        value=_numbers(columns, value),
        path=_numbers(columns, path) if isinstance(path, URIRef) and path != own else None,
        constraint=constraint,
        code=_code(shapes, constraint),
        bindings={name: _numbers(columns, term) for name, term in bindings.items()},
        details=[_batch(graph, detail, shapes, columns) for detail in graph.objects(node, SH.detail)],
    )


def _numbers(columns: Columns, term: Node | None) -> np.ndarray[Any, np.dtype[np.int32]]:
    return np.array([columns.terms.number(term) if term is not None else NONE], np.int32)


def _messages(shapes: Graph, carrier: Node | None) -> list[Literal]:
    if carrier is None:
        return []
    return sorted(text for text in shapes.objects(carrier, SH.message) if isinstance(text, Literal))


def _code(shapes: Graph, carrier: Node | None) -> str:
    return min((str(code) for code in shapes.objects(carrier, _CODE)), default="") if carrier is not None else ""


def _recovered(template: str, given: Iterable[str]) -> dict[str, Node]:
    """The values of the variables of a message template, read back from a message made of it."""
    pieces = _PLACEHOLDER.split(template)  # text, name, text, name … text
    names = pieces[1::2]
    pattern = "".join(re.escape(piece) if index % 2 == 0 else "(.+?)" for index, piece in enumerate(pieces))
    for message in given:
        if match := re.fullmatch(pattern, message, re.DOTALL):
            found = zip(names, match.groups(), strict=True)
            return {name: URIRef(value) if _IRI.match(value) else Literal(value) for name, value in found}
    return {}
