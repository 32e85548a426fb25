"""Turtle of every feature, and documents made of it by chance."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from canonical_turtle import TABLE

__all__ = ["HEADER", "LEAVES", "RELAXED", "SNIPPETS", "STATEMENTS", "STRINGS", "documents", "registers"]

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
