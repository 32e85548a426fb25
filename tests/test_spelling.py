"""How terms are written: prefixed names and literals in their shortest form."""

from __future__ import annotations

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonical_turtle import RDF, TABLE, assert_laws, body, formatted
from kg.turtle.document import Text
from kg.turtle.spelling import is_always_quoted, shortest, spell_text


def test_a_prefix_of_the_file_that_the_table_lacks_is_kept_if_used() -> None:
    assert formatted("@prefix z: <http://z/> . @prefix y: <http://y/> . z:a z:b z:c .") == (
        "@prefix z: <http://z/> .\n\nz:a z:b z:c .\n"
    )


def test_a_prefix_that_the_file_declares_otherwise_keeps_the_files_meaning() -> None:
    text = f"@prefix org: <http://o/> . org:a org:b <{TABLE['org']}c> ."
    assert assert_laws(text) == f"@prefix org: <http://o/> .\n\norg:a org:b <{TABLE['org']}c> .\n"


def test_a_prefix_declared_otherwise_and_unused_gives_way_to_the_table() -> None:
    text = f"@prefix org: <http://o/> . <http://a/> <http://b/> <{TABLE['org']}c> ."
    assert assert_laws(text) == f"@prefix org: <{TABLE['org']}> .\n\n<http://a/> <http://b/> org:c .\n"


def test_the_longest_namespace_wins_and_the_table_wins_a_tie() -> None:
    text = f"@prefix o: <{TABLE['org']}> . @prefix oa1: <{TABLE['org']}a> . o:ab o:b <{TABLE['org']}c> ."
    assert assert_laws(text).endswith("\n\noa1:b org:b org:c .\n")


@pytest.mark.parametrize("local", ["a,b", "a/b", "", "-a", "a.", "a(b)"])
def test_a_name_that_would_need_a_backslash_is_written_as_an_iri(local: str) -> None:
    assert body(f"<http://x/{local}> x:p 1 .") == f"<http://x/{local}> x:p 1 .\n"


@pytest.mark.parametrize("local", ["a", "1", "_a", "a.b", "a:b", "%20", "å-ö", "a%C3%A5", "2024-01-01"])
def test_a_name_that_needs_no_backslash_is_shortened(local: str) -> None:
    assert body(f"<http://x/{local}> x:p 1 .") == f"x:{local} x:p 1 .\n"


def test_relative_iris_become_whole_and_the_base_goes() -> None:
    text = "@base <http://b/c/d> . <e> <../f> <#g> , <> . @base </h/> . <i> <j> <//k/> ."
    assert assert_laws(text) == (
        "<http://b/c/e> <http://b/f> <http://b/c/d> , <http://b/c/d#g> .\n\n"
        "<http://b/h/i> <http://b/h/j> <http://k/> .\n"
    )


@pytest.mark.parametrize(
    ("written", "short"),
    [
        ('"12"^^xsd:integer', "12"),
        ('"-012"^^xsd:integer', "-012"),
        ('"1.0"^^xsd:decimal', "1.0"),
        ('"1"^^xsd:decimal', '"1"^^xsd:decimal'),
        ('"1."^^xsd:decimal', '"1."^^xsd:decimal'),
        ('"1e0"^^xsd:double', "1e0"),
        ('"1.0"^^xsd:double', '"1.0"^^xsd:double'),
        ('"INF"^^xsd:double', '"INF"^^xsd:double'),
        ('" 1"^^xsd:integer', '" 1"^^xsd:integer'),
        ('"1\\n"^^xsd:integer', '"""1\n"""^^xsd:integer'),
        ('"true"^^xsd:boolean', "true"),
        ('"1"^^xsd:boolean', '"1"^^xsd:boolean'),
        ('"a"^^xsd:string', '"a"'),
        ('"1"^^xsd:nonNegativeInteger', '"1"^^xsd:nonNegativeInteger'),
        ('"a"@sv-SE', '"a"@sv-SE'),
        ("'it''s'".replace("''", "\\'"), '"it\'s"'),
        ("'''a \"b\" c'''", '"a \\"b\\" c"'),
        ('"\\u00e5\\U0001F600"', '"å😀"'),
        ('"a\\tb\\\\c\\u00A0d\\u200B"', '"a\\tb\\\\c\\u00A0d\u200b"'),
        ('"\\u202E\\u0000\\u2028"', '"\\u202E\\u0000\\u2028"'),
        ('"a\\nb"@sv', '"""a\nb"""@sv'),
        ('"\\"\\"\\"\\n\\""', '"""\\"""\n\\""""'),
        ('"""a\r\nb"""', '"""a\\r\nb"""'),
        ('"a\\rb"', '"a\\rb"'),
    ],
)
def test_a_literal_has_its_shortest_form(written: str, short: str) -> None:
    assert body(f"x:s x:p {written} .") == f"x:s x:p {short} .\n"


PAIRS = [("a", "http://e/"), ("b", "http://e/b/"), ("c", "http://e/"), ("d", "http://e/b/c"), ("all", "")]


@pytest.mark.parametrize(
    ("iri", "pair"),
    [
        ("http://e/x", ("a", "http://e/")),
        ("http://e/b/x", ("b", "http://e/b/")),
        ("http://e/b/cx", ("d", "http://e/b/c")),
        ("http://e/b/c/x", ("", "")),
        ("http://e/b/", ("", "")),
        ("http://e/", ("", "")),
        ("urn", ("all", "")),
        ("urn:x", ("all", "")),
    ],
)
def test_the_first_of_the_longest_namespaces_that_leave_a_name(iri: str, pair: tuple[str, str]) -> None:
    assert shortest(iri, PAIRS) == pair


@given(st.text(max_size=8), st.sampled_from([None, "sv"]), st.sampled_from(["string", "integer", "boolean", "date"]))
def test_a_literal_is_read_as_it_was_spelt(lexical: str, language: str | None, datatype: str) -> None:
    iri = f"{RDF}langString" if language else TABLE["xsd"] + datatype
    written = spell_text(Text(lexical, iri, language), "<{}>".format)
    [triple] = pyoxigraph.parse(f"<urn:s> <urn:p> {written} .", pyoxigraph.RdfFormat.TURTLE)
    term = triple.object
    assert (term.value, term.language, term.datatype.value) == (lexical, language, iri)
    if is_always_quoted(iri):
        assert written.endswith(f"^^<{iri}>")
    assert written.isprintable() or "\n" in lexical or not lexical.isprintable()


def test_a_text_of_many_quotes_and_lines_has_as_few_backslashes_as_can_be() -> None:
    text = Text('"a" ""\n"""b""""\n\\"', TABLE["xsd"] + "string")
    assert spell_text(text, str) == '"""' + '"a" ""\n\\"""b\\"\\"""\n\\\\\\"' + '"""'
