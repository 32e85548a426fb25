"""The error tree: one root, places in messages."""

import inspect
from pathlib import Path

import pytest

from kg import errors
from kg.errors import KgError, QuerySyntaxError, SourceError


def test_every_error_is_listed_and_below_the_root() -> None:
    classes = {name for name, item in inspect.getmembers(errors, inspect.isclass) if item.__module__ == "kg.errors"}
    assert classes == set(errors.__all__)
    assert list(errors.__all__) == sorted(errors.__all__)
    assert all(issubclass(getattr(errors, name), KgError) for name in classes)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (SourceError("bad", path=Path("a.ttl"), line=3, column=7), "a.ttl:3:7: bad"),
        (SourceError("bad", path=Path("a.ttl")), "a.ttl: bad"),
        (SourceError("bad"), "bad"),
        (QuerySyntaxError("bad", line=2, column=1), "line 2, column 1: bad"),
        (QuerySyntaxError("bad"), "bad"),
    ],
)
def test_place_comes_first(error: KgError, text: str) -> None:
    assert str(error) == text
