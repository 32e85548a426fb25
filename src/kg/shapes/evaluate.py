"""Evaluation of shapes: pySHACL on rdflib graphs in memory, and the rules over the whole graph at once.

pySHACL is used for what it finds; the messages are taken from the shapes themselves, because pySHACL drops the language
tags of the messages of SPARQL-based constraints. Rules over the whole graph have the one target `gov:WholeGraph` and
return the node at fault as `?value`; here that node becomes the focus node of the result.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from rdflib import RDF, SH, SKOS, Graph, Literal, URIRef
from rdflib.term import Node

from kg.errors import EngineError
from kg.locations import Place
from kg.namespaces import GOV, prefixes, shorten
from kg.shapes.report import SEVERITIES, Result, ValidationReport, in_language
from kg.shapes.whole_graph import WHOLE_GRAPH, Finding, find_at_once, whole_graph_shapes

__all__ = ["Locate", "evaluate"]

Locate = Callable[[Node, Node | None], Place | None]
"""From a focus node and a path to where they are written."""

_TERMS = {prefix: iri for prefix, iri in prefixes("urn:nobody:").items() if not iri.startswith("urn:")}
_CODE = URIRef(GOV.shapeCode)
_SEVERITY_NAMES = {iri: name for name, iri in SEVERITIES.items()}
_PLACEHOLDER = re.compile(r"\{[$?](\w+)\}")
_IRI = re.compile(r"[a-z][a-z0-9+.-]*:\S+$")


def evaluate(
    data: Graph, shapes: Graph, *, locate: Locate = lambda _focus, _path: None, only_pyshacl: bool = False
) -> ValidationReport:
    """Validates `data` (which must hold the ontology too, for class hierarchies and the registry) against `shapes`.

    `locate` tells where a focus node is written. Neither graph is changed. With `only_pyshacl`, the rules over the
    whole graph are left to pySHACL too: the second opinion.

    Raises:
        EngineError: a shape could not be evaluated.
    """
    own = Graph() + shapes  # pySHACL writes into the shapes that it is given
    results = []
    if not only_pyshacl:
        results = [_found(data, shapes, finding, locate) for finding in find_at_once(data, shapes)]
        for shape in whole_graph_shapes(shapes):
            own.remove((shape, SH.targetNode, WHOLE_GRAPH))
    results.extend(_reported(data, shapes, graph, node, locate) for graph, node in _pyshacl_results(data, own))
    codes = {str(code) for code in shapes.objects(None, _CODE)}
    return ValidationReport(tuple(sorted(results, key=Result.sort_key)), len(codes))


def _pyshacl_results(data: Graph, shapes: Graph) -> Iterable[tuple[Graph, Node]]:
    import pyshacl
    import rdflib.plugins.sparql

    rdflib.plugins.sparql.SPARQL_LOAD_GRAPHS = False  # or FROM in a rule reads files and asks servers
    try:
        with warnings.catch_warnings(action="ignore"):
            _, graph, text = pyshacl.validate(
                data, shacl_graph=shapes, inplace=True, advanced=False, allow_warnings=True
            )
    except Exception as error:
        raise EngineError(
            f"the shapes cannot be evaluated: {error}", hint="check the shapes with `kg check`"
        ) from error
    if not isinstance(graph, Graph):
        raise EngineError(f"the shapes cannot be evaluated: {text}")
    return [(graph, node) for node in graph.subjects(RDF.type, SH.ValidationResult)]


def _found(data: Graph, shapes: Graph, finding: Finding, locate: Locate) -> Result:
    """A finding over the whole graph as a result, its focus node the node at fault."""
    focus, path = finding.bindings["value"], finding.bindings.get("path")
    carriers = [finding.constraint, finding.shape]
    return Result(
        code=_code(shapes, carriers),
        severity=_severity_name(shapes.value(finding.shape, SH.severity)),
        focus=focus,
        path=path,
        value=_value(data, focus, path),
        messages=_messages(data, shapes, carriers, finding.bindings, ()),
        shape=finding.shape,
        component=SH.SPARQLConstraintComponent,
        labels=_labels(data, focus),
        place=locate(focus, path),
    )


def _reported(data: Graph, shapes: Graph, graph: Graph, node: Node, locate: Locate) -> Result:
    """A result of pySHACL, with code, messages in every language, labels and place."""

    def of(predicate: URIRef) -> Any:
        return graph.value(node, predicate)

    focus, value, path = of(SH.focusNode), of(SH.value), of(SH.resultPath)
    bindings = {name: term for name, term in (("this", focus), ("value", value), ("path", path)) if term is not None}
    if focus == WHOLE_GRAPH and value is not None:
        focus, value = value, _value(data, value, path)
    carriers = [carrier for carrier in (of(SH.sourceConstraint), of(SH.sourceShape)) if carrier is not None]
    raw = [str(message) for message in graph.objects(node, SH.resultMessage)]
    return Result(
        code=_code(shapes, carriers),
        severity=_severity_name(of(SH.resultSeverity)),
        focus=focus,
        path=path,
        value=value,
        messages=_messages(data, shapes, carriers, bindings, raw) or dict.fromkeys([""], " ".join(raw)),
        shape=of(SH.sourceShape),
        component=of(SH.sourceConstraintComponent),
        labels=_labels(data, focus),
        place=locate(focus, path),
    )


def _value(data: Graph, focus: Node, path: Node | None) -> Node | None:
    """The one value of a property, which a rule over the whole graph does not return; None if there are several."""
    values = list(data.objects(focus, path)) if path is not None else []
    return values[0] if len(values) == 1 else None


def _code(shapes: Graph, carriers: Iterable[Node]) -> str:
    return next((str(code) for carrier in carriers for code in shapes.objects(carrier, _CODE)), "SHACL")


def _severity_name(severity: Node | None) -> str:
    """Shapes may have severities of their own (SHACL §2.1.4); what we do not know is taken seriously."""
    return _SEVERITY_NAMES.get(severity, "violation") if isinstance(severity, URIRef) else "violation"


def _messages(
    data: Graph, shapes: Graph, carriers: Iterable[Node], bindings: Mapping[str, Node], raw: Iterable[str]
) -> dict[str, str]:
    """`sh:message` of the constraint, or else of its shape, by language, with its variables filled in (SHACL §5.2.2).

    `raw` are the messages as pySHACL filled them in: they tell the values of the variables that a result does not hold.
    """
    for carrier in carriers:
        found = [text for text in shapes.objects(carrier, SH.message) if isinstance(text, Literal)]
        if found:
            values = {name: node for text in found for name, node in _recovered(str(text), raw).items()}
            return {text.language or "": _filled(data, text, {**values, **bindings}) for text in found}
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
        if name := in_language(_labels(data, node), text.language or ""):
            return name
        return shorten(str(node), _TERMS) if isinstance(node, URIRef) else str(node)

    return _PLACEHOLDER.sub(fill, str(text))


def _labels(data: Graph, node: Node) -> dict[str, str]:
    found = sorted(label for label in data.objects(node, SKOS.prefLabel) if isinstance(label, Literal))
    return {label.language or "": str(label) for label in found}
