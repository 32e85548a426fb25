from __future__ import annotations

import re
from pathlib import Path

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import BNode, Literal, URIRef
from rdflib.term import Variable

from kg.errors import SourceError
from kg.turtle import from_rdflib, locate, parse_triples, read_text, read_triples, to_rdflib
from kg.turtle.isomorphism import same_graph
from kg.turtle.lexer import Lines, read_tokens, unescape_string

XSD = "http://www.w3.org/2001/XMLSchema#"
S = "<http://a/s> <http://a/p> "
A = "@prefix a: <http://a/> .\n"
TABLE = {"org": "http://www.w3.org/ns/org#", "skos": "http://www.w3.org/2004/02/skos/core#"}


def values(text: str) -> list[str]:
    return [str(triple.object) for triple in parse_triples(text)]


def refusal(text: str) -> SourceError:
    with pytest.raises(SourceError) as caught:
        parse_triples(text, path=Path("x.ttl"), prefixes=TABLE)
    return caught.value


# Reading


def test_lexical_forms_and_order_are_kept() -> None:
    assert values(f'{S} "01"^^<{XSD}integer> , 1.00 , +1 , 1e0 , "x" .') == [
        f'"01"^^<{XSD}integer>',
        f'"1.00"^^<{XSD}decimal>',
        f'"+1"^^<{XSD}integer>',
        f'"1e0"^^<{XSD}double>',
        '"x"',
    ]


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment", "@prefix a: <http://a/> .\r\n"])
def test_a_file_without_triples_is_an_empty_graph(text: str) -> None:
    assert parse_triples(text) == []


def test_windows_line_ends_are_read() -> None:
    assert len(parse_triples(f"{S}1 .\r\n{S}2 .\r\n")) == 2


def test_relative_iris_are_resolved_against_the_given_base() -> None:
    assert values_of_subjects("<x> <http://a/p> 1 .", base="http://a/b/") == ["http://a/b/x"]


def values_of_subjects(text: str, *, base: str) -> list[str]:
    return [triple.subject.value for triple in parse_triples(text, base=base)]


def test_equal_blank_node_labels_in_two_files_are_different_nodes(tmp_path: Path) -> None:
    subjects = set()
    for name in ("one.ttl", "two.ttl"):
        (tmp_path / name).write_text("_:x <http://a/p> 1 .", encoding="utf-8")
        subjects |= {triple.subject for triple in read_triples(tmp_path / name)}
    assert len(subjects) == 2


def test_a_blank_node_label_is_one_node_within_a_file() -> None:
    assert len({triple.subject for triple in parse_triples("_:x <http://a/p> 1 .\n_:x <http://a/p> 2 .")}) == 1


# Errors: what, where, how to mend

ERRORS = [
    (f"{A}a:x org:y 1 .", 2, 5, "prefix org: is not declared", "@prefix org: <http://www.w3.org/ns/org#> ."),
    (f"{A}a:x skso:y 1 .", 2, 5, "prefix skso: is not declared", "Did you mean skos:"),
    (f"{A}a:x zzzz:y 1 .", 2, 5, "prefix zzzz: is not declared", "@prefix zzzz:"),
    ("@prefix abc: <http://a/> .\nabd:x abc:y 1 .", 2, 1, "prefix abd:", "Did you mean abc:"),
    (f"{A}a:x a:y a:z\n", 2, 12, "ends in the middle of a statement", '" ."'),
    (f"{A}a:x a:y a:z # note\n\n", 2, 12, "ends in the middle of a statement", '" ."'),
    (f"{A}a:x a:y a:z\na:q a:y 1 .", 2, 12, 'Expected ".", ";" or "," before a:q', 'End the statement with " ."'),
    (f"{A}a:x a:y 1\n  a:z 2 .", 2, 10, "before a:z", 'Write ";"'),
    ("@prefix a: <http://a/>\na:x a:y 1 .", 1, 23, "before a:x", '" ."'),
    (f"{A}a:x a:y [ a:z ( 1", 2, 15, 'The "(" is never closed', '")"'),
    (f"{A}a:x a:y [ a:z 1", 2, 9, 'The "[" is never closed', '"]"'),
    (f"{A}a:x a:y [ a:z 1 .", 2, 17, 'Expected "]" or ";", found . (the [ of line 2 is open)', '"]"'),
    (f"{A}a:x a:y ( 1 2 .", 2, 15, "Expected a value", 'Close the "(" of line 2'),
    (f'{A}a:x a:y "open .\na:x a:y 1 .', 2, 9, "does not end on its line", '"""'),
    (f'{A}a:x a:y "open .\na:x a:y "x" .', 2, 9, "does not end on its line", '"""'),
    (f'{A}a:x a:y """open .\na:x a:y 1 .', 2, 9, "is never closed", '"""'),
    (f"{A}a:x a:y '''open .", 2, 9, "is never closed", "'''"),
    (f"{A}a:x a:y <http://a/z .\n", 2, 9, "The IRI that begins here is never closed", ">"),
    (f"{A}a:x a:y <http://a/z\n. <http://a/x> a:y 1 .", 2, 9, "does not end on its line", ">"),
    ("<http://a/b c> <http://a/> 1 .", 1, 12, "cannot hold a space", "%20"),
    ("<http://a/b|c> <http://a/> 1 .", 1, 12, "cannot hold |", "%7C"),
    ("<x> <http://a/> 1 .", 1, 1, "The IRI <x> is relative", "whole IRI"),
    (f'"x" {S}', 1, 1, 'Expected a subject (an IRI, a name, "[" or "("), found "x"', "only be a value"),
    ("limited <http://a/> 1 .", 1, 1, "Expected a subject", "needs a prefix"),
    ("@prefx a: <http://a/> .", 1, 1, "found @prefx", "@prefix and @base"),
    ("{ <http://a/> <http://a/> 1 }", 1, 1, "found {", "no named graphs"),
    ("PREFIX a: <http://a/> .", 1, 23, "found .", "without a dot"),
    ("<http://a/> .", 1, 13, "Expected a predicate", "missing"),
    ('<http://a/> "p" 1 .', 1, 13, "Expected a predicate", "only be a value"),
    (f"{S}.", 1, 27, "Expected a value", "missing"),
    (f"{S}1 , , 2 .", 1, 31, "found ,", "one too many"),
    (f"{S}True .", 1, 27, "found True", "true and false"),
    (f'{S}"say "hi" now" .', 1, 33, "found hi", '\\"'),
    (f'{S}"x"@s_v .', 1, 31, "language tag is not valid", "@sv"),
    (f'{S}"a\\qb" .', 1, 29, "The escape \\q is not valid", "\\\\"),
    (f'{S}"a\\uD800b" .', 1, 29, "The escape \\uD800 is not valid", "\\u"),
    (f"{A}a:x/y a:y 1 .", 2, 4, "/ cannot stand here", "\\/"),
    (f"{A}a:x a:y 1 .\n\0", 3, 1, "The character U+0000 cannot stand here", None),
    (f"{A}a:x%2 a:y 1 .", 2, 2, "% stands before", "%25"),
    ("@prefix a <http://a/> .", 1, 9, "prefix line is not complete", "@prefix name: <IRI> ."),
    ("@base a:x .", 1, 7, "base line is not complete", "@base <IRI> ."),
    ("\ufeff<http://a/> <http://a/> 1 .", 1, 1, "byte order mark", "without BOM"),
    ("\ufeff", 1, 1, "byte order mark", "without BOM"),
    ("\ufeff# one", 1, 1, "byte order mark", "without BOM"),
    ("# one\n\ufeff<http://a/> <http://a/> 1 .", 2, 1, "byte order mark", "without BOM"),
    (f"{S}<<( <http://a/> <http://a/> 1 )>> .", 1, 27, "not Turtle 1.1", "RDF 1.2"),
    (f'{S}"x"@ar--rtl .', 1, 33, "not Turtle 1.1", "RDF 1.2"),
    (f'{A}a:x a:y "å😀" , org:z .', 2, 16, "prefix org:", "@prefix"),
    (f"{A}# c\r\n\r\n\ta:x org:y 1 .", 4, 6, "prefix org:", "@prefix"),
    (f"{S}1e .", 1, 27, "double exponent", None),
]


@pytest.mark.parametrize(("text", "line", "column", "message", "hint"), ERRORS)
def test_an_error_says_what_is_wrong_where_and_how_to_mend_it(
    text: str, line: int, column: int, message: str, hint: str | None
) -> None:
    error = refusal(text)
    assert (error.line, error.column, error.path) == (line, column, Path("x.ttl"))
    assert message in error.message
    assert error.hint is None if hint is None else hint in str(error.hint)


@pytest.mark.parametrize("text", [error[0] for error in ERRORS if not error[0].startswith(("\ufeff", "limited"))])
def test_an_error_below_other_statements_is_explained_as_one_above_them(text: str) -> None:
    above = '@prefix abc: <http://abc/> .\n<http://p/a> <http://p/b> 1 , "x. " .\n# c\n<http://p/a> <http://p/b> [] .\n'
    one, other = refusal(text), refusal(above * 3 + text)
    assert other.line is not None
    assert (other.line - 12, other.column) == (one.line, one.column)
    texts = [f"{error.message} {error.hint}".replace("   |", "|") for error in (one, other)]
    assert len({tuple(re.sub(r"\d+ ?\||line \d+", "", text).split()) for text in texts}) == 1


def test_a_text_that_is_never_closed_before_much_more_has_a_place() -> None:
    error = refusal(f'{S}1 .\n{S}""" .\n' + f"{S}'x' .\n" * 600_000)
    assert (error.line, error.column) == (2, 27)
    assert error.message.startswith("The text that begins here is never closed\n")


def test_an_error_shows_its_line_and_points_at_the_column() -> None:
    assert refusal(f"{A}a:x org:y 1 .").message == ("The prefix org: is not declared\n  2 | a:x org:y 1 .\n    |     ^")


def test_an_error_in_a_long_line_shows_the_part_around_it() -> None:
    shown = refusal(f'{S}"{"x" * 500}" , org:z , "{"y" * 500}" .').message.split("\n")
    assert len(shown[1]) < 120
    assert shown[1][shown[2].index("^") :].startswith("org:z")


@pytest.mark.parametrize(
    ("data", "line", "column", "message"),
    [
        (b"# one\n# b\xe5t\n", 2, 4, "The byte 0xE5 is not UTF-8 (it would be \xe5 in Windows-1252)"),
        (b'<http://a/> <http://a/> "\xc3\xa5\x81" .', 1, 27, "The byte 0x81 is not UTF-8\n"),
        ("<http://a/> <http://a/> 1 .".encode("utf-16"), 1, 1, "The file is UTF-16"),
    ],
)
def test_bytes_that_are_not_utf_8_are_found_even_in_a_comment(
    tmp_path: Path, data: bytes, line: int, column: int, message: str
) -> None:
    path = tmp_path / "x.ttl"
    path.write_bytes(data)
    with pytest.raises(SourceError) as caught:
        read_triples(path)
    assert (caught.value.path, caught.value.line, caught.value.column) == (path, line, column)
    assert message in caught.value.message
    assert caught.value.hint == "Save the file as UTF-8"


def test_a_missing_file_is_a_source_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read"):
        read_triples(tmp_path / "none.ttl")


def test_text_keeps_its_line_ends_and_its_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "x.ttl"
    path.write_bytes(b"\xef\xbb\xbf# a\r\n")
    assert read_text(path) == "\ufeff# a\r\n"


@given(st.text(alphabet="<>a:/\"'.;,[]()@^_ \n#\\u0e1%{}", max_size=30))
def test_whatever_the_text_the_answer_is_triples_or_a_source_error(text: str) -> None:
    try:
        parse_triples(text)
    except SourceError as error:
        assert error.line is not None
        assert 1 <= error.line <= len(text.split("\n")) + 1


# Locating

LOCATED = """\
@prefix a: <http://a/> .
@base <http://b/> .

# the first
a:x a a:T ;
    a:text \"\"\"two
lines\"\"\" ;
    a:list ( 1
      [ a:inner 2 ] ) ;
    a:last 3 .
<y> a a:T . a:x a:again 1 .
_:z a a:T .
PREFIX a: <http://other/>
a:x a a:T .
"""


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_subjects_and_predicates_are_found_by_line(end: str) -> None:
    found = locate(LOCATED.replace("\n", end))
    assert dict(found.items()) == {"http://a/x": 5, "http://b/y": 11, "http://other/x": 14}
    assert found.line("http://a/x", "http://a/text") == 6
    assert found.line("http://a/x", "http://a/last") == 10
    assert found.line("http://a/x", "http://a/again") == 11


def test_what_is_not_there_has_no_line() -> None:
    found = locate(LOCATED)
    assert found.line("http://a/x") == 5
    assert found.line("http://a/x", "http://a/none") is None
    assert found.line("http://a/none", "http://a/text") is None
    assert found.line("http://a/x", "http://a/inner") is None


def test_brackets_nested_too_deep_are_refused_with_their_place() -> None:
    text = f"{S}{'( ' * 70}{')' * 70} ."
    assert len(parse_triples(text)) == 140 - 1
    with pytest.raises(SourceError, match="nested deeper than 64") as caught:
        locate(text, path=Path("x.ttl"))
    assert (caught.value.line, caught.value.column) == (1, len(S) + 2 * 64 + 1)


# Terms

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


# Tokens


def test_tokens_and_the_space_between_them_are_the_whole_text() -> None:
    tokens = list(read_tokens(LOCATED))
    assert all(LOCATED[token.start : token.end] == token.text for token in tokens)
    ends = [0, *(token.end for token in tokens)]
    starts = [*(token.start for token in tokens), len(LOCATED)]
    gaps = "".join(LOCATED[end:start] for end, start in zip(ends, starts, strict=True))
    assert gaps.strip() == ""
    assert len(tokens) == 46


@given(st.text(alphabet="ab\r\n", max_size=20))
def test_positions_and_offsets_are_inverse(text: str) -> None:
    lines = Lines(text)
    assert [lines.offset(*lines.position(offset)) for offset in range(len(text))] == list(range(len(text)))


@given(LEXICAL)
def test_strings_are_unescaped_as_the_strict_parser_does(lexical: str) -> None:
    written = str(pyoxigraph.Literal(lexical))
    assert unescape_string(written) == lexical


# Isomorphism


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


def test_a_text_longer_than_the_parser_can_hold_is_an_error() -> None:
    error = refusal(S + "1 .\n" + S + '"' + "a" * (17 << 20) + '" .')
    assert error.message.startswith("A text or a comment is longer than 16 MiB\n")
    assert (error.line, error.column) == (2, 27)
