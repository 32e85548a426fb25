"""Terms of Oxigraph and of rdflib, converted without a change."""

from __future__ import annotations

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import BNode, Literal, URIRef
from rdflib.term import Variable

from kg.errors import SourceError
from kg.turtle import from_rdflib, to_rdflib

XSD = "http://www.w3.org/2001/XMLSchema#"
LEXICAL = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12)
TYPES = ("string", "integer", "decimal", "double", "boolean", "date", "gYear", "token", "normalizedString", "anyURI")
LITERALS = st.one_of(
    st.builds(lambda lexical, name: pyoxigraph.Literal(lexical, datatype=pyoxigraph.NamedNode(XSD + name)),
              LEXICAL, st.sampled_from(TYPES)),
    st.builds(lambda lexical, tag: pyoxigraph.Literal(lexical, language=tag),
              LEXICAL, st.sampled_from(["sv", "en", "sv-SE", "smj"])),
)  # fmt: skip


@given(LITERALS)
def test_a_literal_comes_back_from_rdflib_as_it_went(literal: pyoxigraph.Literal) -> None:
    assert from_rdflib(to_rdflib(literal)) == literal
    assert str(to_rdflib(literal)) == literal.value


@pytest.mark.parametrize(
    ("lexical", "name"), [("01", "integer"), ("1.00", "decimal"), (" a  b ", "token"), ("\ta", "normalizedString")]
)
def test_rdflib_does_not_normalise_what_it_is_given(lexical: str, name: str) -> None:
    literal = to_rdflib(pyoxigraph.Literal(lexical, datatype=pyoxigraph.NamedNode(XSD + name)))
    assert isinstance(literal, Literal)
    assert (str(literal), literal.datatype) == (lexical, URIRef(XSD + name))


def test_a_plain_text_has_no_datatype_in_rdflib() -> None:
    assert to_rdflib(pyoxigraph.Literal("x")) == Literal("x")


def test_iris_and_blank_nodes_are_converted_both_ways() -> None:
    assert to_rdflib(pyoxigraph.NamedNode("http://a/")) == URIRef("http://a/")
    assert from_rdflib(URIRef("http://a/")) == pyoxigraph.NamedNode("http://a/")
    assert to_rdflib(pyoxigraph.BlankNode("b")) == BNode("b")
    assert from_rdflib(BNode("b")) == pyoxigraph.BlankNode("b")


@pytest.mark.parametrize("term", [URIRef("http://a/b c"), URIRef("x"), Variable("x"), Literal("x", datatype="a b")])
def test_what_is_no_term_of_rdf_is_refused(term: URIRef | Literal | Variable) -> None:
    with pytest.raises(SourceError, match="is not a term of RDF"):
        from_rdflib(term)


def test_a_quoted_triple_has_no_counterpart_in_rdflib() -> None:
    node = pyoxigraph.NamedNode("http://a/")
    with pytest.raises(SourceError, match=r"RDF 1\.2"):
        to_rdflib(pyoxigraph.Triple(node, node, node))
