"""What a shapes graph declares in SPARQL: the queries of constraints (SHACL §5), and components of one's own (§6)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

from rdflib import OWL, RDF, RDFS, SH, XSD, Graph, Literal, URIRef
from rdflib.term import Node

from kg.shapes.faults import fault
from kg.shapes.model import Query, Sparql
from kg.shapes.parameters import messages_of

__all__ = ["Component", "Declared", "declared_components", "read_query"]

_NC_NAME = re.compile(r"[^\W\d][\w.\-\u00b7]*$")
_USUAL = {"rdf": str(RDF), "rdfs": str(RDFS), "owl": str(OWL), "xsd": str(XSD), "sh": str(SH)}


@dataclass(frozen=True, slots=True)
class Component:
    """A constraint component declared with SPARQL: its parameters by name, and its validators."""

    iri: URIRef
    mandatory: Mapping[str, URIRef]
    optional: Mapping[str, URIRef]
    node_validator: Query | None
    property_validator: Query | None

    def constraints(self, graph: Graph, shape: Node, *, is_property: bool) -> Iterator[Sparql]:
        """The constraints of this component that a shape has: one for each value of a sole parameter (SHACL §6.1)."""
        query = self.property_validator if is_property else self.node_validator
        given = {name: sorted(graph.objects(shape, path), key=str) for name, path in self.mandatory.items()}
        if query is None or not given or not all(given.values()):
            return
        for name, path in self.optional.items():
            if values := sorted(graph.objects(shape, path), key=str):
                given[name] = values
        if len(given) > 1 and any(len(values) > 1 for values in given.values()):
            raise fault(graph, shape, f"has more than one value of a parameter of {self.iri}")
        for chosen in product(*given.values()):
            yield Sparql(self.iri, query, dict(zip(given, chosen, strict=True)))


def declared_components(graph: Graph) -> tuple[Component, ...]:
    """The constraint components that a shapes graph declares, in the order of their IRIs."""
    kinds = {SH.ConstraintComponent, *graph.transitive_subjects(RDFS.subClassOf, SH.ConstraintComponent)}
    nodes = {node for kind in kinds for node in graph.subjects(RDF.type, kind)}
    found = (_component(graph, node) for node in sorted(nodes, key=str) if isinstance(node, URIRef))
    return tuple(component for component in found if component is not None)


def _component(graph: Graph, node: URIRef) -> Component | None:
    mandatory: dict[str, URIRef] = {}
    optional: dict[str, URIRef] = {}
    for parameter in graph.objects(node, SH.parameter):
        path = graph.value(parameter, SH.path)
        if not isinstance(path, URIRef):
            raise fault(graph, node, "has a parameter whose path is no IRI", at=SH.parameter)
        if not _local_name(path):
            raise fault(graph, node, f"has a parameter whose path {path.n3()} has no local name", at=SH.parameter)
        is_optional = graph.value(parameter, SH.optional) == Literal(True)
        (optional if is_optional else mandatory)[_local_name(path)] = path
    general = _validator(graph, node, SH.validator)
    at_nodes = _validator(graph, node, SH.nodeValidator) or general
    at_properties = _validator(graph, node, SH.propertyValidator) or general
    if node in SH or (at_nodes is None and at_properties is None):
        return None
    return Component(node, mandatory, optional, at_nodes, at_properties)


def _validator(graph: Graph, component: URIRef, predicate: URIRef) -> Query | None:
    for validator in sorted(graph.objects(component, predicate), key=str):
        for form in (SH.ask, SH.select):
            if (validator, form, None) in graph:
                own = read_query(graph, validator, form)
                texts = own.messages or messages_of(graph, component)
                return Query(own.node, own.text, own.prefixes, texts, own.is_ask)
    return None


Declared: TypeAlias = dict[Node, dict[str, str]]
"""The prefixes of each node that `sh:prefixes` names: hundreds of queries name the same one."""


def read_query(graph: Graph, node: Node, form: URIRef, declared: Declared | None = None) -> Query:
    """The query of a constraint or validator; `form` is `sh:select` or `sh:ask`, `declared` is looked up and filled.

    Raises:
        ShapeFault: there is none, or more than one.
    """
    texts = list(graph.objects(node, form))
    if len(texts) != 1:
        raise fault(graph, node, f"has {len(texts)} values of sh:{form.removeprefix(str(SH))}, not one", at=form)
    return Query(
        node,
        str(texts[0]),
        _prefixes(graph, node, {} if declared is None else declared),
        messages_of(graph, node),
        form == SH.ask,
    )


def _prefixes(graph: Graph, node: Node, declared: Declared) -> dict[str, str]:
    """The prefixes that a query may use: the usual ones, and those that its `sh:prefixes` declare."""
    found: dict[str, str] = dict(_USUAL)
    for named in graph.objects(node, SH.prefixes):
        if named not in declared:
            declared[named] = dict(_declared_by(graph, named))
        found |= declared[named]
    return found


def _declared_by(graph: Graph, named: Node) -> Iterator[tuple[str, str]]:
    """The prefixes that a node declares, imports included (SHACL §5.2.1)."""
    for holder in {named, *graph.transitive_objects(named, OWL.imports)}:
        for declaration in graph.objects(holder, SH.declare):
            yield str(graph.value(declaration, SH.prefix)), str(graph.value(declaration, SH.namespace))


def _local_name(path: URIRef) -> str:
    """The longest NCName at the end that does not follow the first colon (SHACL §6.2.1); empty if there is none."""
    match = _NC_NAME.search(path)
    return match[0] if match and match.start() != path.find(":") + 1 else ""
