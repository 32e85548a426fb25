"""Documents that say the same with other blank nodes."""

from __future__ import annotations

import pyoxigraph
import pytest

from kg.turtle.isomorphism import same_graph

S = "<http://a/s> <http://a/p> "


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        (f"{S}[], [] .", f"{S}[], [] .", True),
        (f"{S}[], [] .", f"{S}[] .", False),
        (f"{S}[ <http://a/p> 1 ] .", f"{S}[ <http://a/p> 01 ] .", False),
        (f"{S}[ <http://a/p> 1 ], [ <http://a/p> 2 ] .", f"{S}[ <http://a/p> 1, 2 ], [] .", False),
        (f"{S}_:x, 1 . _:x <http://a/p> _:x .", f"{S}1, _:x . _:x <http://a/p> _:x .", True),
        (f"{S}_:x . <http://a/t> <http://a/p> _:x .", f"{S}[] . <http://a/t> <http://a/p> [] .", False),
        ("_:x <http://a/p> _:x .", "_:y <http://a/p> _:y .", False),
        (f"{S}( {'1 ' * 2000}) .", f"{S}( {'1 ' * 2000}) .", True),
    ],
)
def test_documents_are_the_same_when_labels_or_nesting_agree(left: str, right: str, same: bool) -> None:
    triples = [[quad.triple for quad in pyoxigraph.parse(text, pyoxigraph.RdfFormat.TURTLE)] for text in (left, right)]
    assert same_graph(*triples) is same
