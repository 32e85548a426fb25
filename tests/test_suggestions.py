"""Misspelt queries, each with the place of the error and the word that was meant, as the real parser has it."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.engine.syntax import syntax_error
from kg.errors import QuerySyntaxError
from kg.query import Form, parse_query
from kg.sparql_lexer import Kind, Token, index_of, position, tokens
from kg.suggestions import (  # fmt: skip
    LONGEST,
    mended,
    misspelt_prefix,
    misspelt_start,
    misspelt_word,
    nearest_name,
    nearest_word,
)
from serving import BASE, TABLE, prefix_lines

MISSPELT = [
    # the word that the query begins with
    ("SELCT * WHERE { ?s ?p ?o }", 1, 1, "SELECT"),
    ("# who\n\n  SLECT ?s { ?s ?p ?o }", 3, 3, "SELECT"),
    ("PREFIX a: <b:> SELECTT ?s { ?s a:p ?o }", 1, 16, "SELECT"),
    ("AKS { ?s ?p ?o }", 1, 1, "ASK"),
    ("DESCIBE <a:b>", 1, 1, "DESCRIBE"),
    ("CONSRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", 1, 1, "CONSTRUCT"),
    ("PREFX a: <b:>\nSELECT ?s { ?s a:p ?o }", 1, 1, "PREFIX"),
    ("PREFIX a: <b:>\nperfix c: <d:>\nSELECT ?s { ?s a:p c:o }", 2, 1, "PREFIX"),
    ("BSAE <a:b>\nASK { ?s ?p <c> }", 1, 1, "BASE"),
    # before the pattern
    ("SELECT DISTINT ?s { ?s ?p ?o }", 1, 8, "DISTINCT"),
    ("SELECT distict * { ?s ?p ?o }", 1, 8, "DISTINCT"),
    ("SELECT REDUCE ?s { ?s ?p ?o }", 1, 8, "REDUCED"),
    ("SELECT ?s WERE { ?s ?p ?o }", 1, 11, "WHERE"),
    ("SELECT *\nWHER{ ?s ?p ?o }", 2, 1, "WHERE"),
    ("CONSTRUCT { ?s ?p ?o } WHRE { ?s ?p ?o }", 1, 24, "WHERE"),
    ("SELECT ?s FORM <a:b> { ?s ?p ?o }", 1, 11, "FROM"),
    ("SELECT ?s FROM NAMDE <a:b> { ?s ?p ?o }", 1, 16, "NAMED"),
    # in the pattern
    ("SELECT ?s {\n  ?s ?p ?o .\n  FLITER (?o > 1)\n}", 3, 3, "FILTER"),
    ("SELECT ?s { ?s ?p ?o FLITER(?o > 1) }", 1, 22, "FILTER"),
    ("SELECT ?s { ?s ?p ?o . filer NOT EXISTS { ?s a ?c } }", 1, 24, "FILTER"),
    ("SELECT ?s {\r\n\t?s ?p ?o\r\n\tOPTINAL { ?s a ?c } }", 3, 2, "OPTIONAL"),
    ('SELECT ?s { ?s ?p "åäö" . OPTOINAL{ ?s a ?c } }', 1, 27, "OPTIONAL"),
    ("SELECT ?s { { ?s ?p ?o } UNOIN { ?s a ?o } }", 1, 26, "UNION"),
    ("SELECT ?s { ?s ?p ?o MINSU { ?s a ?o } }", 1, 22, "MINUS"),
    ("SELECT ?s { GRPAH ?g { ?s ?p ?o } }", 1, 13, "GRAPH"),
    ("SELECT ?s { ?s ?p ?o . BNID(1 AS ?x) }", 1, 24, "BIND"),
    ("SELECT ?s { VALEUS ?s { <a:b> } ?s ?p ?o }", 1, 13, "VALUES"),
    ("SELECT ?s { VALUES (?s ?o) { (<a:b> UNDFE) } ?s ?p ?o }", 1, 37, "UNDEF"),
    ("SELECT ?s { ?s ?p ?o FILTER NOT EXIST { ?s a ?o } }", 1, 33, "EXISTS"),
    ("SELECT ?s { ?s ?p ?o FILTER NTO EXISTS { ?s a ?o } }", 1, 29, "NOT"),
    ("SELECT ?s { { SELCT ?s { ?s ?p ?o } } }", 1, 15, "SELECT"),
    ("SELECT ?s { { SELECT ?s { ?s ?p ?o } LIMTI 1 } }", 1, 38, "LIMIT"),
    # in expressions
    ('SELECT ?s { ?s ?p ?o FILTER(CONTIANS(?o, "x")) }', 1, 29, "CONTAINS"),
    ('SELECT ?s { ?s ?p ?o FILTER CONTIANS(?o, "x") }', 1, 29, "CONTAINS"),
    ('SELECT ?s { ?s ?p ?o FILTER(?o = 1 && regx(?o, "x")) }', 1, 39, "REGEX"),
    ('ASK { ?s ?p ?o FILTER(LANGMATHCES(LANG(?o), "sv")) }', 1, 23, "LANGMATCHES"),
    ("ASK { ?s ?p ?o FILTER(!BOUDN(?s)) }", 1, 24, "BOUND"),
    ("ASK { ?s ?p ?o FILTER(is_iri(?s)) }", 1, 23, "isIRI"),
    ("ASK { ?s ?p ?o FILTER(?s IM (1, 2)) }", 1, 26, "IN"),
    ("ASK { ?s ?p ?o FILTER(?s NOT NI (1, 2)) }", 1, 30, "IN"),
    ("ASK { ?s ?p ?o FILTER(?o = flase) }", 1, 28, "false"),
    ("ASK { BIND(COALECSE(?a, 1) AS ?b) }", 1, 12, "COALESCE"),
    ("SELECT (COUTN(*) AS ?n) { ?s ?p ?o }", 1, 9, "COUNT"),
    ("SELECT (COUNT(DISTICT ?s) AS ?n) { ?s ?p ?o }", 1, 15, "DISTINCT"),
    ("SELECT (COUNT(*) SA ?n) { ?s ?p ?o }", 1, 18, "AS"),
    ('SELECT (GROUP_CONCAT(?s; SEPERATOR=",") AS ?n) { ?s ?p ?o }', 1, 26, "SEPARATOR"),
    ('SELECT (GROUPCONCAT(?s; SEPARATOR=",") AS ?n) { ?s ?p ?o }', 1, 9, "GROUP_CONCAT"),
    # after the pattern
    ("SELECT ?s { ?s ?p ?o }\nORDER BT ?s", 2, 7, "BY"),
    ("SELECT ?s { ?s ?p ?o } ODER BY ?s", 1, 24, "ORDER"),
    ("SELECT ?s { ?s ?p ?o } ORDER BY DSEC(?s)", 1, 33, "DESC"),
    ("SELECT ?s { ?s ?p ?o } ORDER BY ?s SRT(?o)", 1, 36, "STR"),
    ("SELECT ?s { ?s ?p ?o } GROPU BY ?s", 1, 24, "GROUP"),
    ("SELECT ?s { ?s ?p ?o } GROUP BY ?s HAVNG (COUNT(?s) > 1)", 1, 36, "HAVING"),
    ("SELECT ?s { ?s ?p ?o } LIMT 10", 1, 24, "LIMIT"),
    ("SELECT ?s { ?s ?p ?o } LIMIT 10 OFSET 5", 1, 33, "OFFSET"),
]  # fmt: skip

RIGHT_WORDS_IN_WRONG_PLACES = [
    ("SELECT ?s WHERE { ?s ?p ?o } FILTER (?o)", 1, 30),
    ("SELECT ?s WHERE { ?s ?p ?o LIMIT 10 }", 1, 28),
    ("SELECT ?s WHERE { ?s ?p ?o } WHERE { ?s ?p ?o }", 1, 30),
    ("SELECT ?s WHERE { ?s ?p ?o . MIN { ?s a ?o } }", 1, 30),
    ("SELECT COUNT(?s) WHERE { ?s ?p ?o }", 1, 16),
    ("SELECT ?s WHERE { ?s ?p ?o } LIMIT 10 ORDER BY ?s", 1, 39),
    ("WHERE { ?s ?p ?o }", 1, 1),
    ("FILTER (?s)", 1, 1),
    ("ASC { ?s ?p ?o }", 1, 1),
]
NO_MISSPELT_WORDS = [
    ("SELECT ?s WHERE { ?s fliter }", 1, 22),
    ("SELECT name WHERE { ?s ?p ?o }", 1, 8),
    ("SELECT ?s WHERE { ?s is ?o }", 1, 22),
    ("SELECT ?s WHERE { ?s type ?o }", 1, 22),
    ("SELECT ?s WHERE { ?s a Organization }", 1, 24),
    ("SELECT ?s WHERE { s ?p ?o }", 1, 19),
    ("SELECT (foo(?s) AS ?x) WHERE { ?s ?p ?o }", 1, 9),
    ("SELECT ?s WHERE { ?s ?p ?o } ORDER ?by", 1, 36),
    ("SELECT ?s WHERE { ?s ?p ?o } LIMIT ?limt", 1, 36),
    ("SELECT ?s ?were WHERE { ?s ?p }", 1, 31),
    ("SELECT ?s WHERE { ?s ?p ?o FILTER ?fliter > 1 }", 1, 35),
    ('SELECT ?s WHERE { ?s ?p "FLITER" > 1 }', 1, 34),
    ("SELECT ?s # WERE\nWHERE { ?s ?p ?o", 2, 17),
    ("SELECT ?s WHERE { ?s <a:FLITER> }", 1, 33),
    ("INSRT DATA { <a:b> <a:b> <a:b> }", 1, 1),
    ("?selct ?s { ?s ?p ?o }", 1, 1),
    ("help", 1, 1),
    ("hello world", 1, 1),
]


def error_of(text: str) -> QuerySyntaxError | None:
    try:
        query = parse_query(text, base_iri=BASE, max_bytes=65536, max_depth=100)
    except QuerySyntaxError as error:
        return error
    return syntax_error(query, BASE, TABLE)


@pytest.mark.parametrize(("text", "line", "column", "meant"), MISSPELT)
def test_a_misspelt_word_is_placed_and_the_word_that_was_meant_is_offered(
    text: str, line: int, column: int, meant: str
) -> None:
    error = error_of(text)
    assert error is not None
    assert (error.line, error.column, error.hint) == (line, column, f"did you mean {meant}?")
    wrong = next(tokens(text[index_of(text, line, column) :])).text
    assert error.message.startswith(f"unexpected {wrong}")


@pytest.mark.parametrize(("text", "line", "column", "meant"), MISSPELT)
def test_the_mended_query_is_right(text: str, line: int, column: int, meant: str) -> None:
    error = error_of(text)
    assert error is not None
    better = mended(text, error)
    assert better is not None
    assert error_of(better) is None
    assert better[index_of(text, line, column) :].startswith(meant)


@pytest.mark.parametrize(("text", "line", "column"), RIGHT_WORDS_IN_WRONG_PLACES + NO_MISSPELT_WORDS)
def test_nothing_is_suggested_where_nothing_is_misspelt(text: str, line: int, column: int) -> None:
    error = error_of(text)
    assert error is not None
    assert (error.line, error.column) == (line, column)
    assert "did you mean" not in (error.hint or "")
    assert mended(text, error) is None


def test_the_tables_are_as_long_as_they_should_be() -> None:
    assert len(MISSPELT) >= 50
    assert len(RIGHT_WORDS_IN_WRONG_PLACES + NO_MISSPELT_WORDS) >= 20


def slips(word: str) -> set[str]:
    """A letter left out, or two swapped."""
    without = {word[:at] + word[at + 1 :] for at in range(len(word))}
    swapped = {word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1)}
    return {slip for slip in without | swapped if slip[:1].isalpha() and slip != word}


def test_nearly_every_slip_in_the_saved_queries_is_found() -> None:
    right = wrong = missed = 0
    seen: set[tuple[str, ...]] = set()
    for path in sorted((Path(__file__).parents[1] / "queries").rglob("*.rq")):
        found = list(tokens(path.read_text(encoding="utf-8")))
        form = next(index for index, token in enumerate(found) if token.is_word(*Form))
        for index, token in enumerate(found):
            around = (found[max(0, index - 1)].text, token.text, found[min(index + 1, len(found) - 1)].kind.value)
            if token.kind is not Kind.WORD or token.text == "a" or around in seen:
                continue
            seen.add(around)
            for slip in slips(token.text):
                found[index] = Token(Kind.WORD, slip, token.start)
                told = misspelt_start(found, index) if index <= form else (misspelt_word(found, index) or ("", None))[1]
                right += told is not None and told.upper() == token.text.upper()
                wrong += told is not None and told.upper() != token.text.upper()
                missed += told is None
            found[index] = token
    assert right > 500
    assert right / (right + wrong + missed) > 0.95, (right, wrong, missed)
    assert wrong / (right + wrong + missed) < 0.01, (right, wrong, missed)


def test_the_nearest_word_is_near() -> None:
    assert nearest_word("BT", {"BY"}) == "BY"
    assert nearest_word("xyz", {"BY", "ASC"}) is None
    assert nearest_word("optional_things", {"OPTIONAL"}) is None


@pytest.mark.parametrize(
    ("name", "names", "meant"),
    [
        ("ownedby", {"ownedBy", "owns"}, "ownedBy"),
        ("Organisation", {"Organization", "organization"}, "Organization"),
        ("organisation", {"Organization", "organization"}, "organization"),
        ("filmpol-nord", {"filmpool-nord", "filmpool-syd"}, "filmpool-nord"),
        ("onws", {"owns"}, "owns"),
        ("cab", {"abc"}, None),
        ("umea-kommun", {"lulea-kommun", "pitea-kommun"}, None),
        ("decision-2023", {"decision-2024"}, None),
        ("web-7465-7495", {"web-7465-7494"}, None),
        ("decison-2024", {"decision-2024"}, "decision-2024"),
        ("owner", {"owns", "own"}, None),
        ("x", {"y"}, None),
        ("", {"y"}, None),
    ],
)
def test_the_nearest_name_differs_by_a_slip_and_never_in_a_number(
    name: str, names: set[str], meant: str | None
) -> None:
    assert nearest_name(name, names) == meant


@pytest.mark.parametrize(
    ("prefix", "declared", "meant"),
    [
        ("gvo", (), "gov"),
        ("gvo", ("gov",), "gov"),
        ("orgs", ("gov",), "org"),
        ("organistion", (), "organisation"),
        ("ogr", ("ago",), "org"),
        ("ogr", ("ogre",), "ogre"),
        ("my", ("mine",), None),
        ("geo", (), None),
        ("foo", (), None),
        ("ex", (), None),
        ("dc", (), None),
        ("dct", (), "dcterms"),
        ("", (), None),
    ],
)
def test_the_prefix_that_was_meant(prefix: str, declared: tuple[str, ...], meant: str | None) -> None:
    assert misspelt_prefix(prefix, declared, TABLE) == meant


def test_a_misspelt_prefix_of_the_house_comes_with_its_line_and_the_query_is_mended_throughout() -> None:
    text = "ASK { ?s gvo:owns ?o ; gvo:runs <gvo:x> }"
    error = error_of(text)
    assert error is not None
    assert (error.line, error.column, error.message) == (1, 10, "the prefix gvo: is not declared")
    assert error.hint == f"did you mean gov:? Then add the line: PREFIX gov: <{TABLE['gov']}>"
    assert mended(text, error) == prefix_lines("gov") + "ASK { ?s gov:owns ?o ; gov:runs <gvo:x> }"


def test_a_misspelling_of_a_declared_prefix_needs_no_line() -> None:
    text = "PREFIX mine: <a:b>\nASK { ?s mien:owns ?o }"
    error = error_of(text)
    assert error is not None
    assert (error.line, error.column) == (2, 10)
    assert error.hint == "did you mean mine:? If not, add a line: PREFIX mien: <…>"
    assert mended(text, error) == "PREFIX mine: <a:b>\nASK { ?s mine:owns ?o }"


def test_a_missing_line_is_added() -> None:
    text = "ASK { ?s gov:owns ?o }"
    error = error_of(text)
    assert error is not None
    assert mended(text, error) == prefix_lines("gov") + text


def test_a_long_query_is_not_offered_again() -> None:
    text = "SELECT ?s WERE { ?s ?p ?o } #" + "x" * LONGEST
    error = error_of(text)
    assert error is not None
    assert error.hint == "did you mean WHERE?"
    assert mended(text, error) is None


@pytest.mark.parametrize("text", ["PREFIX gov <a:b> ASK {}", "PREFIX gov: a:b ASK {}", "BASE a:b ASK {}"])
def test_a_prologue_that_is_not_whole_is_told_how_it_is_written(text: str) -> None:
    error = error_of(text)
    assert error is not None
    assert error.hint == "write PREFIX gov: <…>, or BASE <…>, with the colon and the angle brackets"


def test_index_and_position_are_the_same_place() -> None:
    text = "SELECT\r\n å ?s\n\n{}"
    assert [index_of(text, *position(text, at)) for at in range(len(text))] == list(range(len(text)))
