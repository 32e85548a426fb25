"""Evaluation of shapes by pySHACL, on rdflib graphs in memory.

pySHACL is used for what it finds; the messages are taken from the shapes themselves, because pySHACL drops the language
tags of the messages of SPARQL-based constraints. Rules over the whole graph have the one target `gov:WholeGraph` and
return the node at fault as `?value`; here that node becomes the focus node of the result.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from rdflib import RDF, SH, SKOS, Graph, Literal, URIRef
from rdflib.term import Node

from kg.errors import EngineError
from kg.locations import Place
from kg.namespaces import GOV
from kg.shapes.report import SEVERITIES, Result, ValidationReport

__all__ = ["Locate", "evaluate"]

Locate = Callable[[Node, Node | None], Place | None]
"""From a focus node and a path to where they are written."""

_CODE = URIRef(GOV.shapeCode)
_WHOLE_GRAPH = URIRef(GOV.WholeGraph)
_SEVERITY_NAMES = {iri: name for name, iri in SEVERITIES.items()}
_PLACEHOLDER = re.compile(r"\{[$?](\w+)\}")
_IRI = re.compile(r"[a-z][a-z0-9+.-]*:\S+$")


def evaluate(data: Graph, shapes: Graph, *, locate: Locate = lambda _focus, _path: None) -> ValidationReport:
    """Validates `data` (which must hold the ontology too, for class hierarchies and the registry) against `shapes`.

    `locate` tells where a focus node is written. Neither graph is changed.

    Raises:
        EngineError: pySHACL could not evaluate a shape.
    """
    results = [_result(data, shapes, graph, node, locate) for graph, node in _raw_results(data, shapes)]
    codes = {str(code) for code in shapes.objects(None, _CODE)}
    return ValidationReport(tuple(sorted(results, key=Result.sort_key)), len(codes))


def _raw_results(data: Graph, shapes: Graph) -> Iterable[tuple[Graph, Node]]:
    import pyshacl

    own = Graph() + shapes  # pySHACL writes into the shapes that it is given
    try:
        _, graph, text = pyshacl.validate(data, shacl_graph=own, inplace=True, advanced=False, allow_warnings=True)
    except Exception as error:
        raise EngineError(
            f"the shapes cannot be evaluated: {error}", hint="check the shapes with `kg check`"
        ) from error
    if not isinstance(graph, Graph):
        raise EngineError(f"the shapes cannot be evaluated: {text}")
    return [(graph, node) for node in graph.subjects(RDF.type, SH.ValidationResult)]


def _result(data: Graph, shapes: Graph, graph: Graph, node: Node, locate: Locate) -> Result:
    def of(predicate: URIRef) -> Any:
        return graph.value(node, predicate)

    shape, constraint = of(SH.sourceShape), of(SH.sourceConstraint)
    focus, value = of(SH.focusNode), of(SH.value)
    bindings = {"this": focus, "value": value, "path": of(SH.resultPath)}
    if focus == _WHOLE_GRAPH and value is not None:
        focus = value
    carriers = [carrier for carrier in (constraint, shape) if carrier is not None]
    raw = [str(message) for message in graph.objects(node, SH.resultMessage)]
    return Result(
        code=next((str(code) for carrier in carriers for code in shapes.objects(carrier, _CODE)), "SHACL"),
        severity=_SEVERITY_NAMES[of(SH.resultSeverity)],
        focus=focus,
        path=of(SH.resultPath),
        value=value,
        messages=_messages(data, shapes, carriers, bindings, raw) or dict.fromkeys([""], " ".join(raw)),
        shape=shape,
        component=of(SH.sourceConstraintComponent),
        labels=_labels(data, focus),
        place=locate(focus, of(SH.resultPath)),
    )


def _messages(
    data: Graph, shapes: Graph, carriers: Iterable[Node], bindings: Mapping[str, Node | None], raw: Iterable[str]
) -> dict[str, str]:
    """`sh:message` of the constraint, or else of its shape, by language, with its variables filled in (SHACL §5.2.2).

    `raw` are the messages as pySHACL filled them in: they tell the values of the variables that a result does not hold.
    """
    for carrier in carriers:
        found = [text for text in shapes.objects(carrier, SH.message) if isinstance(text, Literal)]
        if found:
            values = {name: node for text in found for name, node in _recovered(str(text), raw).items()}
            values |= {name: node for name, node in bindings.items() if node is not None}
            return {text.language or "": _filled(data, text, values) for text in found}
    return {}


def _recovered(template: str, raw: Iterable[str]) -> dict[str, Node]:
    """The values of the variables of a message template, read back from a message made of it."""
    pieces = _PLACEHOLDER.split(template)  # text, name, text, name … text
    names = pieces[1::2]
    pattern = "".join(re.escape(piece) if index % 2 == 0 else "(.+?)" for index, piece in enumerate(pieces))
    for message in raw:
        if match := re.fullmatch(pattern, message, re.DOTALL):
            found = zip(names, match.groups(), strict=True)
            return {name: URIRef(value) if _IRI.match(value) else Literal(value) for name, value in found}
    return {}


def _filled(data: Graph, text: Literal, values: Mapping[str, Node]) -> str:
    def fill(match: re.Match[str]) -> str:
        node = values.get(match[1])
        if node is None:
            return match[0]
        return _labels(data, node).get(text.language or "", str(node))

    return _PLACEHOLDER.sub(fill, str(text))


def _labels(data: Graph, node: Node) -> dict[str, str]:
    found = sorted(label for label in data.objects(node, SKOS.prefLabel) if isinstance(label, Literal))
    return {label.language or "": str(label) for label in found}
