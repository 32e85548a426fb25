"""A document in two parts: what is plain, and the rest."""

from __future__ import annotations

import pytest

from kg.namespaces import prefixes
from kg.turtle.partition import partition

TABLE = prefixes("https://example.org/kg/")
HEAD = f"""\
# about the file
@prefix org: <{TABLE["org"]}> .
@prefix skos: <{TABLE["skos"]}> .
@prefix x: <http://x/> .

x:first org:unitOf x:o .
"""


def parts(text: str) -> tuple[dict[str, str], str]:
    found = partition(HEAD + text, TABLE)
    assert found is not None
    return {subject: block for subject, (_, block) in found.blocks.items()}, found.rest.removeprefix(HEAD.rstrip())


def test_plain_statements_of_a_subject_are_one_block_of_canonical_turtle() -> None:
    assert parts("x:s skos:prefLabel 'b'@en .\n<http://x/s> a x:T ; <http://www.w3.org/ns/org#unitOf> x:o , x:o .") == (
        {"http://x/s": 'x:s a x:T ;\n    skos:prefLabel "b"@en ;\n    org:unitOf x:o .'},
        "",
    )


@pytest.mark.parametrize(
    "text",
    [
        "x:s x:p [] .",
        "x:s x:p ( 1 ) .",
        "x:s x:p _:b .",
        "_:b x:p 1 .",
        "x:s x:p 1 . # beside",
        "# above\nx:s x:p 1 .",
        "x:s x:p # inside\n 1 .",
        r"x:s x:p x:a\,b .",
        "x:s x:p <relative> .",
    ],
)
def test_the_rest_is_as_it_was_written(text: str) -> None:
    assert parts(f"{text}\nx:t x:p 1 .\n") == ({"http://x/t": "x:t x:p 1 ."}, f"\n{text}\n")


def test_what_is_given_back_is_part_of_the_rest_in_its_place() -> None:
    found = partition(HEAD + "x:a x:p 1 .\nx:b x:p 1 .\nx:c x:p [] .\nx:b x:p 2 .", TABLE)
    assert found is not None
    found.give_back(["http://x/b"])
    assert list(found.blocks) == ["http://x/a"]
    assert found.rest == HEAD.rstrip() + "\nx:b x:p 1 .\nx:c x:p [] .\nx:b x:p 2 ."


@pytest.mark.parametrize("text", ["@prefix y: <http://y/> .", "PREFIX y: <http://y/>", "@base <http://y/> ."])
def test_a_directive_below_the_head_is_for_the_whole(text: str) -> None:
    assert partition(HEAD + text, TABLE) is None


def test_a_prefix_of_another_meaning_is_for_the_whole() -> None:
    assert partition("@prefix org: <http://other/> . org:a org:b 1 . org:c org:b 1 .", TABLE) is None
