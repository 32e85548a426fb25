"""Terms as numbers: the text of N-Triples and back, and what is read from it."""

import numpy as np
import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import XSD, BNode, Literal, URIRef

from kg.columns.terms import BLANK, IRI, LITERAL, TermTable, datatype_of, language_of, lexical_of, text_of, to_term
from kg.errors import SourceError
from kg.turtle.terms import to_rdflib

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
literals = st.one_of(
    texts.map(pyoxigraph.Literal),
    st.tuples(texts, st.sampled_from(["sv", "en-gb"])).map(lambda pair: pyoxigraph.Literal(pair[0], language=pair[1])),
    st.tuples(texts, st.sampled_from([XSD.integer, XSD.token, URIRef("urn:x")])).map(
        lambda pair: pyoxigraph.Literal(pair[0], datatype=pyoxigraph.NamedNode(pair[1]))
    ),
)


@given(literals)
def test_a_literal_comes_back_as_it_was(literal: pyoxigraph.Literal) -> None:
    text = str(literal)
    assert to_term(text) == to_rdflib(literal)
    assert str(to_term(text)) == literal.value == lexical_of(text)
    assert datatype_of(text) == literal.datatype.value
    assert language_of(text) == (literal.language or "")
    if literal.datatype.value != XSD.token:  # rdflib cannot be asked about the lexical form of one
        assert text_of(to_term(text)) == text


@pytest.mark.parametrize(
    "term", [URIRef("urn:a"), BNode("b"), Literal("c"), Literal("1", datatype=XSD.integer), Literal("ä", lang="sv")]
)
def test_a_term_has_one_number(term: URIRef | BNode | Literal) -> None:
    table = TermTable()
    number = table.number(term)
    assert (number, table.number(term), table.number_of(text_of(term)), len(table)) == (0, 0, 0, 1)
    assert table.term(number) == term


def test_many_terms_are_numbered_at_once() -> None:
    table = TermTable()
    assert table.numbers_of(["<urn:a>", "_:b"]).tolist() == [0, 1]
    assert table.numbers_of(["_:c", "<urn:a>", '"d"', "_:c"]).tolist() == [2, 0, 3, 2]
    assert table.numbers_of([]).tolist() == []
    assert table.number_of('"e"') == 4
    assert table.texts == ["<urn:a>", "_:b", "_:c", '"d"', '"e"'] == list(table.ids)


def test_kinds_of_terms_that_are_added_later() -> None:
    table = TermTable()
    numbers = table.numbers([URIRef("urn:a"), BNode("b")])
    assert table.kinds(numbers).tolist() == [IRI, BLANK]
    assert table.kinds(table.numbers([Literal("c")])).tolist() == [LITERAL]


def test_a_text_of_xsd_string_is_a_plain_text() -> None:
    assert text_of(Literal("a", datatype=XSD.string)) == text_of(Literal("a")) == '"a"'
    assert datatype_of('"a"') == str(XSD.string)


@pytest.mark.parametrize("iri", ["urn:a> } SERVICE <urn:b", "urn:a b", "urn:a\\u0020", 'urn:"'])
def test_what_rdflib_takes_for_an_iri_is_refused(iri: str) -> None:
    with pytest.raises(SourceError):
        text_of(URIRef(iri))


def test_a_settled_table_keeps_its_numbers_and_takes_further_terms() -> None:
    table, known = TermTable(), ["<https://example.org/b>", '"a"', "<https://example.org/a>", "_:x"]
    table.numbers_of(known)
    for further in ('"c"', "<https://example.org/0>"):
        order = np.array(sorted(range(len(known)), key=known.__getitem__), np.int32)
        table.settle([known[number] for number in order], order)
        assert len(table) == len(known)
        assert table.numbers_of([*known, further, further]).tolist() == [*range(len(known) + 1), len(known)]
        known.append(further)
        assert [table.number_of(text) for text in known] == list(range(len(known)))
        assert table.texts == known
        assert table.kinds(np.array([1, 2, len(known) - 1], np.int32)).tolist()[:2] == [LITERAL, IRI]
