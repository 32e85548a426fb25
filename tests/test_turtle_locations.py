"""Where subjects and predicates stand in a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.errors import SourceError
from kg.turtle import locate, parse_triples

S = "<http://a/s> <http://a/p> "
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
