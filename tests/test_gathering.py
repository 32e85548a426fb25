"""One block a subject, and each blank node in its place."""

from __future__ import annotations

from textwrap import dedent

import pytest

from canonical_turtle import assert_laws, body, formatted
from kg.errors import SourceError


def test_the_same_triple_is_written_once_and_another_lexical_form_is_another() -> None:
    assert body('x:s x:p 1 , 1 , 01 , "a"@SV , "a"@sv , x:o , x:o , () , rdf:nil .') == (
        'x:s x:p () , x:o , 01 , 1 , "a"@SV .\n'
    )


def test_a_blank_node_with_one_reference_is_nested_where_it_is_referred_to() -> None:
    assert body("_:a x:p _:b . _:b x:q _:c . x:s x:p _:d .") == "x:s x:p [] .\n\n[] x:p [ x:q [] ] .\n"


def test_a_blank_node_with_two_references_and_one_on_a_cycle_keep_their_labels() -> None:
    assert body("x:s x:p _:b , _:c . x:t x:p _:b . _:b x:q 1 . _:c x:q 1 . _:y x:p _:z . _:z x:p _:y , _:a .") == (
        dedent("""\
        x:s x:p _:b , [ x:q 1 ] .

        x:t x:p _:b .

        _:b x:q 1 .

        _:y x:p [ x:p _:y , [] ] .
        """)
    )


def test_first_and_rest_become_a_collection() -> None:
    text = "x:s x:p _:a . _:a rdf:first 1 ; rdf:rest [ rdf:first [ x:q 2 ] ; rdf:rest ( 3 4 ) ] ."
    assert body(text) == "x:s x:p ( 1 [ x:q 2 ] 3 4 ) .\n"


@pytest.mark.parametrize(
    "text",
    [
        "x:s x:p [ rdf:first 1 , 2 ; rdf:rest () ] .",
        "x:s x:p [ rdf:first 1 ; rdf:rest () ; x:q 1 ] .",
        "x:s x:p [ rdf:first 1 ; rdf:rest x:t ] .",
        "x:s x:p [ rdf:first 1 ] .",
        "x:s x:p _:a . x:t x:p _:a . _:a rdf:first 1 ; rdf:rest () .",
        "_:a rdf:first 1 ; rdf:rest _:a .",
        "x:s x:p [ rdf:first 1 ; # why\nrdf:rest () ] .",
        "x:s x:p [ rdf:first 1 ; rdf:rest [ rdf:first 2 ; rdf:rest () # the end\n ] ] .",
    ],
)
def test_what_is_not_a_plain_collection_stays_as_it_is(text: str) -> None:
    assert "rdf:first" in body(text)


def test_a_long_chain_of_blank_nodes_keeps_some_labels_rather_than_nest_without_end() -> None:
    chain = "<http://s> <http://p> _:n0 . " + " ".join(f"_:n{i} <http://p> _:n{i + 1} ." for i in range(300))
    result = assert_laws(chain)
    assert max(len(line) - len(line.lstrip()) for line in result.splitlines()) <= 4 * 33


def test_two_blocks_of_a_subject_merge_with_their_comments() -> None:
    assert body(
        """
        # one
        x:s x:p 1 . # p1
        x:a x:p 1 .
        # two
        x:s x:p 2 ; # p2
            x:a 3 ."""
    ) == dedent("""\
        x:a x:p 1 .

        # one
        # two
        x:s x:a 3 ;
            # p2
            x:p 1 , 2 . # p1
        """)


def test_a_comment_on_a_labelled_block_moves_with_it() -> None:
    assert body("x:s x:p _:b .\n# about b\n_:b x:q 1 .") == dedent("""\
        x:s
            # about b
            x:p [ x:q 1 ] .
        """)


@pytest.mark.parametrize(("labels", "brackets", "fits"), [(20, 40, True), (40, 20, True), (30, 40, False)])
def test_labels_and_brackets_do_not_nest_deeper_than_can_be_read(labels: int, brackets: int, fits: bool) -> None:
    chain = "<http://s> <http://p> _:n0 . " + " ".join(f"_:n{i} <http://p> _:n{i + 1} ." for i in range(labels))
    text = f"{chain} _:n{labels} <http://p> {'[ <http://p> ' * brackets}1{' ]' * brackets} ."
    if fits:
        assert_laws(text)
        return
    with pytest.raises(SourceError, match="nested deeper than 64"):
        formatted(text)
