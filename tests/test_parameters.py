"""Values of parameters are what SHACL asks for, or the shape is named that has another."""

from __future__ import annotations

import pytest
from rdflib import RDF, SH, XSD, BNode, Graph, Literal, URIRef

from kg.shapes.faults import ShapeFault
from kg.shapes.parameters import Parameters, code_of, is_true, listed, messages_of

S = URIRef("urn:s")
HEAD = "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix gov: <https://w3id.org/governance-kg/def/> ."


def shapes(text: str) -> Graph:
    return Graph().parse(data=f"{HEAD} <urn:s> {text} .")


def of(text: str) -> Parameters:
    return Parameters.of(shapes(text), S)


def test_values_are_in_a_stable_order() -> None:
    assert of("sh:hasValue <urn:b> , <urn:a>").all(SH.hasValue) == [URIRef("urn:a"), URIRef("urn:b")]
    assert of("sh:hasValue <urn:b>").all(SH.node) == []


def test_a_parameter_has_one_value_at_most() -> None:
    assert of("sh:minCount 1").single(SH.minCount) == Literal(1)
    assert of("sh:minCount 1").single(SH.maxCount) is None
    with pytest.raises(ShapeFault, match="<urn:s> has more than one sh:minCount") as found:
        of("sh:minCount 1 , 2").single(SH.minCount)
    assert (found.value.subject, found.value.predicate) == (S, SH.minCount)


@pytest.mark.parametrize("term", ['"1"', "1.0", "<urn:a>"])
def test_a_number_is_whole(term: str) -> None:
    assert of("sh:minCount 3").whole(SH.minCount) == 3
    assert of("sh:minCount 3").whole(SH.maxCount) is None
    with pytest.raises(ShapeFault, match=r"has as sh:minCount .* not a whole number"):
        of(f"sh:minCount {term}").whole(SH.minCount)


def test_an_iri_is_no_literal_and_no_blank_node() -> None:
    assert of("sh:class <urn:b> , <urn:a>").iris(SH["class"]) == [URIRef("urn:a"), URIRef("urn:b")]
    for term in ('"urn:a"', "[]"):
        with pytest.raises(ShapeFault, match="which is not an IRI"):
            of(f"sh:class <urn:a> , {term}").iris(SH["class"])


def test_a_list_has_its_members_in_order() -> None:
    graph = shapes("sh:in ( 2 1 2 )")
    assert listed(graph, S, SH["in"], graph.value(S, SH["in"])) == (Literal(2), Literal(1), Literal(2))
    assert listed(graph, S, SH["in"], RDF.nil) == ()
    assert of("sh:or ( <urn:a> ) , ()").lists(SH["or"]) in ([(URIRef("urn:a"),), ()], [(), (URIRef("urn:a"),)])


@pytest.mark.parametrize(
    "text", ["sh:in <urn:a>", "sh:in [ <http://www.w3.org/1999/02/22-rdf-syntax-ns#first> 1 ]",
             "sh:in _:a . _:a <http://www.w3.org/1999/02/22-rdf-syntax-ns#first> 1 ; "
             "<http://www.w3.org/1999/02/22-rdf-syntax-ns#rest> _:a"],
    ids=["no list", "no end", "a circle"],
)  # fmt: skip
def test_what_is_no_list_is_a_fault(text: str) -> None:
    graph = shapes(text)
    with pytest.raises(ShapeFault, match="what is not a list"):
        listed(graph, S, SH["in"], graph.value(S, SH["in"]))


def test_true_is_one_term() -> None:
    assert of("sh:closed true").is_true(SH.closed)
    assert not of("sh:closed false").is_true(SH.closed)
    assert is_true(Literal(True))
    assert not any(
        map(is_true, (Literal("1", datatype=XSD.boolean, normalize=False), Literal(False), Literal("true"), None))
    )


def test_messages_are_literals_and_a_code_may_be_missing() -> None:
    graph = shapes('sh:message "two"@sv , "one"@en , <urn:no> ; gov:shapeCode "X-2"')
    assert sorted(map(str, messages_of(graph, S))) == ["one", "two"]
    assert (code_of(graph, S), code_of(graph, BNode())) == ("X-2", "")
