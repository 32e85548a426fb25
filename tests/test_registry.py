"""The registry: read from the ontology, complete."""

import pytest
from rdflib import Graph, URIRef

from kg.columns.encode import encode_graph
from kg.dataset import Graphs
from kg.errors import SourceError
from kg.namespaces import FOREIGN, GOV
from kg.registry import read_registry


def test_ontology_states_every_kind_of_the_model(norrbotten_graphs: Graphs) -> None:
    kinds = read_registry(norrbotten_graphs.union)
    assert [str(kind.iri).removeprefix(GOV) for kind in kinds] == sorted(
        [
            "Advocacy",
            "Appointment",
            "Collaboration",
            "Consultation",
            "Control",
            "DecisionPower",
            "Funding",
            "Leadership",
            "Location",
            "ManagingAuthority",
            "Membership",
            "OfficeSharing",
            "Operation",
            "Ownership",
            "PartOf",
            "PostHolding",
            "Regulation",
            "Representation",
            "Responsibility",
            "SeatAllocation",
            "Succession",
        ]
    )
    assert all(kind.rules for kind in kinds)
    assert {str(kind.iri).removeprefix(GOV) for kind in kinds if kind.symmetric} == {"Collaboration", "OfficeSharing"}
    assert URIRef(GOV.PartOf) in {kind.iri for kind in kinds if kind.acyclic}


def test_alternates_give_no_membership(norrbotten_graphs: Graphs) -> None:
    kinds = read_registry(norrbotten_graphs.union)
    [membership] = [kind for kind in kinds if kind.iri == URIRef(GOV.Membership)]
    assert {str(value).rsplit("/", 1)[-1] for value in membership.excluded} >= {"alternate"}


@pytest.mark.parametrize(
    "triples",
    [
        "gov:K a gov:RelationKind ; gov:shortcut gov:s ; gov:fromRole gov:f .",
        "gov:K a gov:RelationKind . gov:R gov:ofKind gov:K ; gov:shortcut gov:s ; gov:subjectRole gov:f .",
    ],
)
def test_kind_with_a_missing_role_is_an_error(triples: str) -> None:
    graph = Graph()
    graph.parse(data=f"PREFIX gov: <{GOV}>\n{triples}", format="turtle")
    with pytest.raises(SourceError, match="has no gov:"):
        read_registry(encode_graph(graph))


def test_ownership_and_control_form_components_and_membership_forms_interlocks(norrbotten_graphs: Graphs) -> None:
    rules = [rule for kind in read_registry(norrbotten_graphs.union) for rule in kind.rules]
    assert [rule.shortcut for rule in rules if rule.forms_components] == [URIRef(GOV.controls), URIRef(GOV.owns)]
    assert [rule.shortcut for rule in rules if rule.forms_interlocks] == [URIRef(FOREIGN["org"] + "memberOf")]


def test_nobody_sits_in_anything_by_a_symmetric_relation() -> None:
    kind = "gov:K a gov:RelationKind ; gov:symmetric true ; gov:participantRole gov:p ; gov:shortcut gov:s ; gov:formsInterlocks true ."
    graph = Graph().parse(data=f"PREFIX gov: <{GOV}>\n{kind}", format="turtle")
    with pytest.raises(SourceError, match="def/K is symmetric"):
        read_registry(encode_graph(graph))
