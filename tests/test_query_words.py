"""Terms and property paths of a query, as they are read from its terminals."""

from __future__ import annotations

import pytest

from kg.namespaces import FOREIGN
from kg.shapes.paths import path_text
from kg.shapes.patterns import NotCompiled, Term
from kg.shapes.query_words import Words, read_term, read_verb
from kg.sparql_lexer import tokens

XSD = FOREIGN["xsd"]


def words(text: str) -> Words:
    return Words(text, list(tokens(f"{text} .")), {"": "urn:", "xsd": XSD})


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("?x", Term("x", True)),
        ("$x", Term("x", True)),
        ("<urn:a>", Term("<urn:a>", False)),
        (":a", Term("<urn:a>", False)),
        ('"a"@SV', Term('"a"@sv', False)),
        ("'a\"b'", Term('"a\\"b"', False)),
        ('"1"^^xsd:integer', Term(f'"1"^^<{XSD}integer>', False)),
        ('"a"^^xsd:string', Term('"a"', False)),
        ("true", Term(f'"true"^^<{XSD}boolean>', False)),
    ],
)
def test_terms(text: str, term: Term) -> None:
    assert read_term(words(text)) == term


@pytest.mark.parametrize("text", ["1", "_:a", "[]", '"""a"""', '"a\\n"', "other:a", "<a>"])
def test_terms_that_are_not_read(text: str) -> None:
    with pytest.raises(NotCompiled):
        read_term(words(text))


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("a", "rdf:type"),
        (":a/:b|^:c*", "(:a/:b)|(^(:c*))"),
        ("(:a|:b)+/:c?", "((:a|:b)+)/(:c?)"),
        ("^(:a/:b)", "^(:a/:b)"),
    ],
)
def test_paths_bind_as_in_sparql(text: str, path: str) -> None:
    found = read_verb(words(text))
    assert not isinstance(found, Term)
    assert path_text(found, {"": "urn:", "rdf": FOREIGN["rdf"]}) == path


@pytest.mark.parametrize("text", ["!:a", "!(:a|:b)", "(:a", ":a/"])
def test_paths_that_are_not_read(text: str) -> None:
    with pytest.raises(NotCompiled):
        read_verb(words(text))
