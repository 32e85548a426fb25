"""One table from errors to problem documents."""

from __future__ import annotations

import inspect

import pytest

from kg import errors
from kg.errors import KgError, MethodNotAllowed, NotAcceptable, Overloaded, QuerySyntaxError
from kg.web.problems import PROBLEMS, document, headers_of, problem_of

CLASSES = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, KgError)]
LEAVES = [kind for kind in CLASSES if not any(other is not kind and issubclass(other, kind) for other in CLASSES)]


def test_every_leaf_has_exactly_one_row_and_every_row_a_class() -> None:
    assert len(LEAVES) >= 15
    assert set(LEAVES) <= set(PROBLEMS)
    assert set(PROBLEMS) == set(CLASSES)


@pytest.mark.parametrize("kind", CLASSES)
def test_statuses_fit_the_branches_of_the_tree(kind: type[KgError]) -> None:
    status = PROBLEMS[kind].status
    if issubclass(kind, errors.RequestError):
        assert 400 <= status < 500
    elif not issubclass(kind, errors.LimitError | errors.EngineUnavailable):
        assert status == 500


def test_titles_are_in_both_languages() -> None:
    for problem in PROBLEMS.values():
        assert set(problem.titles) == {"sv", "en"}
        assert problem.titles["sv"] != problem.titles["en"]


def test_a_document_has_the_members_of_the_standard_and_the_facts() -> None:
    error = QuerySyntaxError("unexpected }", line=3, column=7, hint="close it")
    assert document(error, "sv") == {
        "type": "https://w3id.org/governance-kg/problem/query-syntax",
        "title": "Frågan är inte giltig SPARQL",
        "status": 400,
        "detail": "unexpected }",
        "hint": "close it",
        "advice": "Felet finns på rad 3, kolumn 7.",
        "line": 3,
        "column": 7,
    }
    assert "advice" not in document(QuerySyntaxError("?"), "en")
    assert document(NotAcceptable("no", available=("a/b",)), "en")["available"] == ("a/b",)


def test_what_the_caller_cannot_mend_tells_nothing_of_the_inside() -> None:
    told = document(errors.IntegrityError("the store in a folder has 5 quads", hint="build it"), "en")
    assert (told["status"], "detail" in told, "hint" in told) == (500, False, False)


def test_headers_that_statuses_ask_for() -> None:
    assert headers_of(Overloaded("full", retry_after=3)) == {"Retry-After": "3"}
    assert headers_of(errors.ClientBusy("you")) == {"Retry-After": "1"}
    assert headers_of(MethodNotAllowed("no", allowed=("GET", "HEAD"))) == {"Allow": "GET, HEAD"}


def test_an_unknown_error_of_ours_gets_the_row_above_it() -> None:
    class Newer(errors.LimitError):
        """Made after the table."""

    assert problem_of(Newer("x")) is PROBLEMS[errors.LimitError]
