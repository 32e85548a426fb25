from __future__ import annotations

import itertools
import re
from collections import Counter
from pathlib import Path
from textwrap import dedent

import pyoxigraph
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import kg.turtle_format
from kg.errors import SourceError
from kg.namespaces import prefixes
from kg.turtle import parse_triples
from kg.turtle.lexer import read_tokens
from kg.turtle_format import format_file, format_turtle

BASE = "https://example.org/kg/"
TABLE = prefixes(BASE)
RDF = TABLE["rdf"]


def formatted(text: str) -> str:
    return format_turtle(dedent(text), prefixes=TABLE, base="http://base.example/")


def body(text: str) -> str:
    """The canonical form of a text that may use every prefix of the table, without its prefix lines."""
    declared = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in TABLE.items())
    result = formatted(declared + "@prefix x: <http://x/> .\n\n" + dedent(text))
    return re.sub(r"^@prefix .*\n+", "", result, flags=re.M)


def canonical(text: str) -> set[str]:
    """The graph of a text by the W3C's canonical form (RDFC-1.0): an oracle that is not ours."""
    quads = pyoxigraph.parse(text, pyoxigraph.RdfFormat.TURTLE, base_iri="http://base.example/")
    dataset = pyoxigraph.Dataset(quads)
    dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    return {str(quad) for quad in dataset}


def comments(text: str) -> Counter[str]:
    return Counter(token.text.rstrip() for token in read_tokens(text) if token.kind == "comment")


def assert_laws(text: str) -> str:
    """Same graph, same comments, and a second run changes nothing."""
    result = format_turtle(text, prefixes=TABLE, base="http://base.example/")
    assert canonical(result) == canonical(text)
    assert comments(result) == comments(text)
    assert format_turtle(result, prefixes=TABLE) == result
    return result


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


# Prefixes


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


# Literals


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


def test_the_same_triple_is_written_once_and_another_lexical_form_is_another() -> None:
    assert body('x:s x:p 1 , 1 , 01 , "a"@SV , "a"@sv , x:o , x:o , () , rdf:nil .') == (
        'x:s x:p () , x:o , 01 , 1 , "a"@SV .\n'
    )


# Blank nodes


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


def test_a_comment_on_a_labelled_block_moves_with_it() -> None:
    assert body("x:s x:p _:b .\n# about b\n_:b x:q 1 .") == dedent("""\
        x:s
            # about b
            x:p [ x:q 1 ] .
        """)


def test_a_file_of_comments_alone_is_kept() -> None:
    assert formatted("# a\n\n\n# b  \n") == "# a\n\n# b\n"


# Laws


def test_the_byte_order_mark_and_windows_line_ends_go() -> None:
    assert format_turtle("\ufeff<http://a/> <http://b/> 1 .\r\n# c\r\n", prefixes={}) == (
        "<http://a/> <http://b/> 1 .\n\n# c\n"
    )


SNIPPETS = [
    "@prefix : <http://e/> . :a :b :c .",
    "@prefix a.b: <http://e/> . a.b:c.d a.b:e a.b:f.",
    "prefix e: <http://e/> BASE <http://f/> e:a e:b <c> ;; e:d 1 ; .",
    "@prefix e: <http://e/> . @prefix e: <http://f/> . e:a e:b e:c .",
    "@prefix e: <http://e/> . e:a e:b e:c . @prefix e: <http://f/> . e:a e:b e:c .",
    r"@prefix e: <http://e/> . e:a\,b e:\~\.\-\!\$\&\'\(\) e:\*\+\;\=\/\?\#\@\%20\_ , e:%20%C3%A5 , e:a:b , e:, e:1.2 .",
    "<http://e/a>a<http://e/b>.",
    "<http://e/a> <http://e/b> 1, +1, -1, 01, 1.5, .5, -.5, 1e1, 1.E1, .5e-1, 1E+1, true, false.",
    "<http://e/a> <http://e/b> 'a', \"b\", '''c'd''e''', \"\"\"f\"g\"\"h\"\"\", '', \"\", '''''', \"\"\"\"\"\" .",
    r'<http://e/a> <http://e/b> "\t\b\n\r\f\"\'\\\u00e5\U0001F600", """\"""", "\\u00e5" .',
    '<http://e/a> <http://e/b> "a"@en, "a"@sv-SE, "a"@prefix, "a"@base, "a"^^<http://e/t>, "a" @en , "a" ^^ <t> .',
    "[] <http://e/b> [], [ ], (), ( ), [ <http://e/b> 1 ; ], [ <http://e/b> [ <http://e/b> ( 1 ( 2 ) [] ) ] ] .",
    "[ <http://e/a> 1 ] . [ <http://e/a> 1 ] <http://e/b> 2 . ( 1 2 ) <http://e/b> () . () <http://e/b> 1 .",
    "_:a.b <http://e/b> _:1 . _:1 <http://e/b> _:a.b , _:å-·.",
    "<http://e/\\u00e5> <http://e/\\U000000e5> <http://e/å> .",
    "<urn:a> <mailto:b@c> <http://e/?q=a&b#c> .",
    "#\n<http://e/a> #\n <http://e/b> #\n 1 #\n . #",
    "<http://e/a> <http://e/b> '''x''' # 'y'\n , \"\"\"# no\n# comment\"\"\" .",
]


@pytest.mark.parametrize("text", SNIPPETS)
def test_every_feature_of_turtle_survives(text: str) -> None:
    assert_laws(text)


NAMES = ["x:a", "x:b", r"x:c\,d", "x:e.f", "x:%20", "x:", "gov:owner", "org:unitOf", "<rel>", "<http://y/å>", "<#f>"]
STRINGS = st.text(alphabet=st.characters(exclude_categories=["Cs"]) | st.sampled_from("\"'\\\n\r\t# "), max_size=6)


def quoted(lexical: str, quote: str) -> str:
    escaped = lexical.replace("\\", "\\\\").replace(quote[0], f"\\{quote[0]}")
    return quote + (escaped if len(quote) == 3 else escaped.replace("\n", "\\n").replace("\r", "\\r")) + quote


WORDS = st.builds(quoted, STRINGS, st.sampled_from(['"', "'", '"""', "'''"]))
LEAVES = st.one_of(
    st.sampled_from([[name] for name in NAMES]),
    st.sampled_from(
        [["_:a"], ["_:b"], ["_:c"], ["1"], ["01"], ["-1.50"], ["1e3"], ["true"], ["()"], ["[]"], ["(", ")"]]
    ),
    st.builds(lambda word: [word], WORDS),
    st.builds(lambda word, tag: [word, tag], WORDS, st.sampled_from(["@sv", "@en", "@sv-SE"])),
    st.builds(lambda word, name: [word, "^^", name], WORDS, st.sampled_from(["x:t", "xsd:date", "xsd:integer"])),
)
PREDICATES = st.sampled_from([*NAMES, "a", "skos:prefLabel", "rdf:first", "rdf:rest"])


def predicates_of(terms: st.SearchStrategy[list[str]]) -> st.SearchStrategy[list[str]]:
    values_ = st.lists(terms, min_size=1, max_size=3).map(lambda found: [t for v in found for t in (",", *v)][1:])
    pairs = st.builds(lambda p, v, ends: [p, *v, *ends], PREDICATES, values_, st.sampled_from([[";"], [";", ";"]]))
    return st.lists(pairs, min_size=1, max_size=3).map(lambda found: [t for pair in found for t in pair][:-1])


def bracketed(terms: st.SearchStrategy[list[str]]) -> st.SearchStrategy[list[str]]:
    return st.one_of(
        predicates_of(terms).map(lambda tokens: ["[", *tokens, "]"]),
        st.lists(terms, min_size=1, max_size=3).map(lambda found: ["(", *(t for v in found for t in v), ")"]),
    )


TERMS = st.recursive(LEAVES, bracketed, max_leaves=5)
SUBJECTS = st.one_of(
    st.sampled_from([[name] for name in NAMES]), st.sampled_from([["_:a"], ["_:b"], ["[]"]]), bracketed(LEAVES)
)
STATEMENTS = st.builds(lambda subject, pairs: [*subject, *pairs, "."], SUBJECTS, predicates_of(TERMS))
DIRECTIVES = st.sampled_from(
    [["@prefix", "x:", "<http://z/>", "."], ["PREFIX", "y:", "<http://y/>"], ["@base", "<http://c/d>", "."]]
)
GAPS = st.sampled_from(
    [" ", "\n", "\r\n", "\n\n", " # beside\n", "\n# above\n", "\n\n# alone\n\n", "#\n", "\n  # b\r\n# c\r\n"]
)
USED = ("gov", "org", "rdf", "skos", "xsd")
HEADER = "".join(f"@prefix {name}: <{TABLE[name]}> .\n" for name in USED) + "@prefix x: <http://x/> .\n"


@st.composite
def documents(draw: st.DrawFn) -> str:
    statements = draw(st.lists(st.one_of(STATEMENTS, STATEMENTS, DIRECTIVES), max_size=5))
    tokens = [token for statement in statements for token in statement]
    gaps = draw(st.lists(GAPS, min_size=len(tokens) + 1, max_size=len(tokens) + 1))
    return HEADER + "".join(part for pair in zip(gaps, [*tokens, ""], strict=True) for part in pair)


RELAXED = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@RELAXED
@given(documents())
def test_graph_and_comments_are_kept_and_a_second_run_changes_nothing(text: str) -> None:
    result = assert_laws(text)
    for name in re.findall(r"^@prefix (\S*):", result, flags=re.M):
        assert re.search(rf"(?<![\w-]){name}:", re.sub(r"^@prefix .*", "", result, flags=re.M))
    tokens = list(read_tokens(result))
    gaps = [result[one.end : other.start] for one, other in itertools.pairwise(tokens)]
    assert all(re.fullmatch(r" ?|\n{1,2} *", gap) for gap in gaps)


@RELAXED
@given(st.lists(STATEMENTS, max_size=5), st.randoms(use_true_random=False))
def test_the_order_of_the_statements_does_not_matter(statements: list[list[str]], random: object) -> None:
    shuffled = list(statements)
    random.shuffle(shuffled)
    one, other = (HEADER + "\n".join(" ".join(tokens) for tokens in order) for order in (statements, shuffled))
    assert formatted(one) == formatted(other)


BETWEEN = st.sampled_from(
    ["\n", "\n", "\n\n", "", "\r\n", " # beside\n", "\n# above\n", "\n\n# alone\n\n", "\n# a\n\n# b\n"]
)


@st.composite
def registers(draw: st.DrawFn) -> str:
    """Statements that are mostly plain, comments between them alone, and now and then a directive."""
    plain = st.builds(lambda subject, pairs: [*subject, *pairs, "."], SUBJECTS, predicates_of(LEAVES))
    statements = draw(st.lists(st.one_of(plain, plain, plain, plain, plain, DIRECTIVES)))
    gaps = draw(st.lists(BETWEEN, min_size=len(statements) + 1, max_size=len(statements) + 1))
    texts = [" ".join(tokens).replace(" @", "@").replace(" ^^ ", "^^") for tokens in statements]
    return HEADER + "".join(part for pair in zip(gaps, [*texts, ""], strict=True) for part in pair)


@RELAXED
@given(registers())
def test_statement_by_statement_a_document_gets_the_form_that_it_has_as_a_tree(text: str) -> None:
    base = "http://base.example/"
    as_tree = kg.turtle_format._formatted_as_tree(text, TABLE, None, base)
    assert kg.turtle_format._formatted(text, TABLE, None, base) == as_tree


@pytest.mark.parametrize("text", [*SNIPPETS, "@prefix gov: <http://other/> . gov:a gov:b gov:c . gov:a gov:b 1 ."])
def test_statement_by_statement_every_feature_has_the_form_that_it_has_as_a_tree(text: str) -> None:
    for document in (text, HEADER + "x:first a x:T .\n" + text):
        as_tree = kg.turtle_format._formatted_as_tree(document, TABLE, None, "http://base.example/")
        assert kg.turtle_format._formatted(document, TABLE, None, "http://base.example/") == as_tree


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
