"""The order of subjects, predicates and values in canonical Turtle."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from canonical_turtle import body, formatted
from generated_turtle import HEADER, RELAXED, STATEMENTS


def test_type_then_labels_then_definitions_then_the_rest_by_written_form() -> None:
    written = body(
        """
        x:s x:b 1 ; <http://y/> 1 ; org:z 1 ; rdfs:comment "c"@sv ; skos:example "e"@sv ; skos:definition "d"@sv ;
            rdfs:label "l"@sv ; skos:altLabel "a"@sv ; skos:prefLabel "p"@sv ; x:a 1 ; a x:T ."""
    )
    assert re.findall(r"^(?:x:s|   ) (\S+)", written, flags=re.M) == [
        "a",
        "skos:prefLabel",
        "skos:altLabel",
        "rdfs:label",
        "skos:definition",
        "skos:example",
        "rdfs:comment",
        "<http://y/>",
        "org:z",
        "x:a",
        "x:b",
    ]


def test_values_are_iris_labels_texts_by_language_then_brackets() -> None:
    assert body(
        """
        x:s x:p ( 1 ) , [ x:q 2 ] , "b"@fi , "b"@en , "a"@en , "z"@sv , "c" , 7 , _:b , x:o , <http://y/> .
        _:b x:q _:b ."""
    ).startswith(
        'x:s x:p <http://y/> , x:o , _:b , 7 , "c" , "z"@sv , "a"@en , "b"@en , "b"@fi , ( 1 ) , [ x:q 2 ] .\n'
    )


def test_subjects_are_in_iri_order_after_the_headers_and_before_blank_nodes() -> None:
    written = body(
        """
        [] x:p 2 . [] x:p 1 . _:b x:p _:b . x:b x:p 1 . x:a x:p 1 . x:B x:p 1 . <http://a/> x:p 1 .
        x:z a owl:Ontology . x:y a skos:ConceptScheme ."""
    )
    assert re.findall(r"^\S.*", written, flags=re.M) == [
        "x:y a skos:ConceptScheme .",
        "x:z a owl:Ontology .",
        "<http://a/> x:p 1 .",
        "x:B x:p 1 .",
        "x:a x:p 1 .",
        "x:b x:p 1 .",
        "_:b x:p _:b .",
        "[] x:p 1 .",
        "[] x:p 2 .",
    ]


@RELAXED
@given(st.lists(STATEMENTS, max_size=5), st.randoms(use_true_random=False))
def test_the_order_of_the_statements_does_not_matter(statements: list[list[str]], random: object) -> None:
    shuffled = list(statements)
    random.shuffle(shuffled)
    one, other = (HEADER + "\n".join(" ".join(tokens) for tokens in order) for order in (statements, shuffled))
    assert formatted(one) == formatted(other)
