"""Constraint components that a shapes graph declares (SHACL §6)."""

from __future__ import annotations

import pytest
from rdflib import SH, Graph, Namespace, URIRef

from kg.shapes.declared import declared_components, read_query
from kg.shapes.faults import ShapeFault

EX = Namespace("https://example.org/")
HEAD = "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix : <https://example.org/> .\n"
OWN = """:Own a sh:ConstraintComponent ; sh:parameter [ sh:path :least ] , [ sh:path :most ; sh:optional true ] ;
    sh:nodeValidator [ sh:ask "ASK { FILTER ($value > $least) }" ; sh:message "more"@en ] ."""


def graph(text: str) -> Graph:
    return Graph().parse(data=HEAD + text)


def test_a_component_with_its_parameters_and_validators() -> None:
    [component] = declared_components(graph(OWN))
    assert (component.iri, dict(component.mandatory), dict(component.optional)) == (
        EX.Own,
        {"least": EX.least},
        {"most": EX.most},
    )
    assert component.property_validator is None
    assert component.node_validator is not None
    assert component.node_validator.is_ask
    assert [str(text) for text in component.node_validator.messages] == ["more"]


def test_a_constraint_for_each_value_of_the_only_parameter() -> None:
    shapes = graph(f"{OWN} :S :least 1 , 2 . :T :least 1 ; :most 3 . :U :most 3 .")
    [component] = declared_components(shapes)

    def given(shape: str, *, is_property: bool = False) -> list[dict[str, str]]:
        found = component.constraints(shapes, EX[shape], is_property=is_property)
        return [{name: str(term) for name, term in one.parameters.items()} for one in found]

    assert given("S") == [{"least": "1"}, {"least": "2"}]
    assert given("T") == [{"least": "1", "most": "3"}]
    assert given("U") == given("S", is_property=True) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (":Own a sh:ConstraintComponent ; sh:parameter [ sh:path 'p' ] .", "has a parameter whose path is no IRI"),
        (f"{OWN} :S :least 1 , 2 ; :most 3 .", "has more than one value of a parameter"),
    ],
)
def test_what_is_not_well_formed(text: str, message: str) -> None:
    shapes = graph(text)
    with pytest.raises(ShapeFault, match=message):
        for component in declared_components(shapes):
            list(component.constraints(shapes, EX.S, is_property=False))


def test_one_query_with_the_prefixes_that_are_declared_and_imported() -> None:
    shapes = graph(
        """:c sh:select "SELECT $this {}" ; sh:prefixes :one . :one <http://www.w3.org/2002/07/owl#imports> :two .
        :two sh:declare [ sh:prefix "x" ; sh:namespace "urn:x:" ] . :d sh:select "a" , "b" ."""
    )
    query = read_query(shapes, EX.c, SH.select)
    assert (query.text, query.prefixes["x"], query.is_ask) == ("SELECT $this {}", "urn:x:", False)
    with pytest.raises(ShapeFault, match="has 2 values of sh:select, not one"):
        read_query(shapes, EX.d, SH.select)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("https://example.org/least", "least"),
        ("https://example.org/a#least", "least"),
        ("https://example.org/a#b/least", "least"),
        ("urn:example:least", "least"),
        ("https://example.org/2least-1.x", "least-1.x"),
        ("https://example.org/åäö", "åäö"),
    ],
)
def test_a_parameter_is_named_by_the_longest_name_at_the_end(path: str, name: str) -> None:
    """SHACL §6.2.1: the longest NCName that does not follow the first colon."""
    [component] = declared_components(graph(OWN.replace(":least", f"<{path}>")))
    assert dict(component.mandatory) == {name: URIRef(path)}


def test_a_parameter_without_a_name_is_wrong() -> None:
    for path in ("https://example.org/1", "urn:least", "https://example.org/"):
        with pytest.raises(ShapeFault, match="has no local name"):
            declared_components(graph(OWN.replace(":least", f"<{path}>")))
