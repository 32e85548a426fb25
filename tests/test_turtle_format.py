"""Canonical Turtle: its look, its comments, its laws, and files that are formatted."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from textwrap import dedent

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kg.turtle_format
from canonical_turtle import BASE, RDF, TABLE, assert_laws, body, formatted
from generated_turtle import RELAXED, SNIPPETS, STRINGS, documents
from kg.errors import SourceError
from kg.turtle import parse_triples
from kg.turtle.lexer import read_tokens
from kg.turtle_format import format_file, format_turtle

# The look


def test_a_file_in_the_form_of_the_house() -> None:
    assert (
        format_turtle(
            f"""\
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
@prefix org: <http://www.w3.org/ns/org#> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix thing: <{BASE}id/organisation/> .
<{BASE}id/organisation/filmpool-nord> org:classification
   <https://w3id.org/governance-kg/code/organisation-type/limited-company>;
 skos:prefLabel 'Filmpool Nord'@en, "Filmpool Nord"@sv; a <http://www.w3.org/ns/regorg#RegisteredOrganization> ,
   org:FormalOrganization.""",
            prefixes=TABLE,
        )
        == f"""\
@prefix org: <http://www.w3.org/ns/org#> .
@prefix organisation: <{BASE}id/organisation/> .
@prefix organisation-type: <https://w3id.org/governance-kg/code/organisation-type/> .
@prefix rov: <http://www.w3.org/ns/regorg#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

organisation:filmpool-nord a org:FormalOrganization , rov:RegisteredOrganization ;
    skos:prefLabel "Filmpool Nord"@sv , "Filmpool Nord"@en ;
    org:classification organisation-type:limited-company .
"""
    )


@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff", "@prefix a: <http://a/> .", "@base <http://a/> ."])
def test_a_file_that_says_nothing_is_empty(text: str) -> None:
    assert format_turtle(text, prefixes=TABLE) == ""


def test_values_share_a_line_up_to_120_columns_and_have_their_own_beyond() -> None:
    one, other = "a" * 54, "b" * 49
    fits = f'x:s x:p "{one}" , "{other}" .\n'
    assert len(fits.rstrip("\n")) == 120
    assert body(fits) == fits
    assert body(f'x:s x:p "{one}" , "{other}b" .') == f'x:s x:p\n        "{one}" ,\n        "{other}b" .\n'


def test_one_predicate_in_brackets_stays_on_the_line_and_several_do_not() -> None:
    assert body("x:s x:p [ x:q 1 ] ; x:r [ x:q 1 ; x:a [], ( 1 [ x:b 2 ; x:c 3 ] ) ] .") == dedent("""\
        x:s x:p [ x:q 1 ] ;
            x:r [
                x:a
                    (
                        1
                        [
                            x:b 2 ;
                            x:c 3
                        ]
                    ) ,
                    [] ;
                x:q 1
            ] .
        """)


# Comments


def test_comments_stay_with_what_they_are_about() -> None:
    assert formatted(
        """\
        # Title of the file

        # and its licence
        @prefix x: <http://x/> . # our things
        @prefix unused: <http://unused/> . # gone

        # This file also says:

        # about b
        x:b x:z 1 ; # end of z
            # why y
            x:y 2 , 1 ; # two values

            a x:T . # last
        # about a
        x:a # the first
            x:p
              # the big one
              2 ,
              1 ; # the small one
            # x:q 3 ;
            .

        # the end

        # really
        """
    ) == dedent("""\
        # Title of the file

        # and its licence

        # This file also says:

        # gone

        @prefix x: <http://x/> . # our things

        # about a
        # the first
        x:a x:p
                1 , # the small one
                # the big one
                2 ;
            # x:q 3 ;
            .

        # about b
        x:b a x:T ; # last
            # why y
            x:y 1 , 2 ; # two values
            x:z 1 . # end of z

        # the end

        # really
        """)


def test_comments_inside_brackets_stay_inside() -> None:
    text = dedent("""\
        x:s x:p (
                # first
                1 # one
                2
                # no third
            ) ;
            x:q [
                # about r
                x:r 1 # one
                # no more
            ] . # done
        """)
    assert body(text) == text


def test_a_file_of_comments_alone_is_kept() -> None:
    assert formatted("# a\n\n\n# b  \n") == "# a\n\n# b\n"


# Laws


def test_the_byte_order_mark_and_windows_line_ends_go() -> None:
    assert format_turtle("\ufeff<http://a/> <http://b/> 1 .\r\n# c\r\n", prefixes={}) == (
        "<http://a/> <http://b/> 1 .\n\n# c\n"
    )


@pytest.mark.parametrize("text", SNIPPETS)
def test_every_feature_of_turtle_survives(text: str) -> None:
    assert_laws(text)


@RELAXED
@given(documents())
def test_graph_and_comments_are_kept_and_a_second_run_changes_nothing(text: str) -> None:
    result = assert_laws(text)
    for name in re.findall(r"^@prefix (\S*):", result, flags=re.M):
        assert re.search(rf"(?<![\w-]){name}:", re.sub(r"^@prefix .*", "", result, flags=re.M))
    tokens = list(read_tokens(result))
    gaps = [result[one.end : other.start] for one, other in itertools.pairwise(tokens)]
    assert all(re.fullmatch(r" ?|\n{1,2} *", gap) for gap in gaps)


NODES = st.one_of(
    st.sampled_from([pyoxigraph.BlankNode(name) for name in "abcd"]),
    st.sampled_from([pyoxigraph.NamedNode(f"http://x/{name}") for name in ("a", "b,c", "å", "")]),
)

LITERALS = st.one_of(
    STRINGS.map(pyoxigraph.Literal),
    st.builds(
        lambda lexical, tag: pyoxigraph.Literal(lexical, language=tag), STRINGS, st.sampled_from(["sv", "en-gb"])
    ),
    st.builds(
        lambda lexical, name: pyoxigraph.Literal(lexical, datatype=pyoxigraph.NamedNode(TABLE["xsd"] + name)),
        st.one_of(STRINGS, st.sampled_from(["1", "01", "1.0", "+.5", "1e1", "true", "1\n", "١"])),
        st.sampled_from(["integer", "decimal", "double", "boolean", "date"]),
    ),
)

LINKS = st.sampled_from(
    [pyoxigraph.NamedNode(iri) for iri in ("http://x/p", f"{RDF}type", f"{RDF}first", f"{RDF}rest")]
)

ENDS = st.one_of(NODES, LITERALS, st.just(pyoxigraph.NamedNode(f"{RDF}nil")))


@RELAXED
@given(st.lists(st.builds(pyoxigraph.Triple, NODES, LINKS, ENDS), max_size=10))
def test_any_graph_survives(triples: list[pyoxigraph.Triple]) -> None:
    text = pyoxigraph.serialize(triples, format=pyoxigraph.RdfFormat.N_TRIPLES)
    assert text is not None
    assert_laws(text.decode())


# Refusals and files


def test_a_broken_text_is_refused_with_its_place() -> None:
    with pytest.raises(SourceError) as caught:
        format_turtle("<http://a/> skos:x 1 .", prefixes=TABLE, path=Path("x.ttl"))
    assert (caught.value.path, caught.value.line, caught.value.column) == (Path("x.ttl"), 1, 13)
    assert caught.value.hint == f"Add this line at the top: @prefix skos: <{TABLE['skos']}> ."


@pytest.mark.parametrize("text", [f"<http://a/> <http://b/> {'[ <http://b/> ' * 70}1{' ]' * 70} .", 'VERSION "1.2"'])
def test_what_cannot_be_formatted_is_refused(text: str) -> None:
    assert parse_triples(text) is not None
    with pytest.raises(SourceError):
        format_turtle(text, prefixes=TABLE)


def test_a_result_that_is_another_graph_is_never_returned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kg.turtle_format._Layout, "document", lambda *_: "<http://a/> <http://b/> 2 .\n")
    with pytest.raises(SourceError, match="would change the graph"):
        format_turtle("<http://a/> <http://b/> 1 .", prefixes=TABLE)


def test_a_file_is_rewritten_in_place_and_only_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "x.ttl"
    path.write_bytes(b"<http://a/> <http://b/> 1.\r\n")
    assert format_file(path, prefixes=TABLE, write=False)
    assert path.read_bytes() == b"<http://a/> <http://b/> 1.\r\n"
    assert format_file(path, prefixes=TABLE)
    assert path.read_bytes() == b"<http://a/> <http://b/> 1 .\n"
    assert not format_file(path, prefixes=TABLE)


def test_a_broken_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "x.ttl"
    path.write_bytes(b"<http://a/> 1.\n")
    with pytest.raises(SourceError):
        format_file(path, prefixes=TABLE)
    assert path.read_bytes() == b"<http://a/> 1.\n"


def test_a_file_that_cannot_be_written_stays_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(source: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copymode", full)
    path = tmp_path / "a.ttl"
    path.write_text("<http://x/a>   <http://x/b> 1 .")
    with pytest.raises(SourceError, match="cannot be written: No space left"):
        format_file(path, prefixes=TABLE)
    assert path.read_text() == "<http://x/a>   <http://x/b> 1 ."
    assert list(tmp_path.iterdir()) == [path]


def test_a_formatted_file_keeps_its_mode_and_its_link(tmp_path: Path) -> None:
    path, link = tmp_path / "a.ttl", tmp_path / "b.ttl"
    path.write_text("<http://x/a>   <http://x/b> 1 .")
    path.chmod(0o640)
    link.symlink_to(path)
    assert format_file(link, prefixes=TABLE)
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o640
    assert path.read_text() == "<http://x/a> <http://x/b> 1 .\n"
