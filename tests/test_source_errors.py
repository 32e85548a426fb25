"""Errors with their place: the line is shown, and the column pointed at."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.errors import SourceError
from kg.turtle import read_triples
from kg.turtle.source_errors import source_error


def shown(text: str, offset: int) -> list[str]:
    return source_error("Here", text, offset, path=None, hint=None).message.split("\n")


def test_an_error_has_path_line_column_and_hint() -> None:
    error = source_error("Here", "one\n two", 5, path=Path("x.ttl"), hint="Mend it")
    assert (error.path, error.line, error.column, error.hint) == (Path("x.ttl"), 2, 2, "Mend it")


def test_an_error_shows_its_line_and_points_at_the_column() -> None:
    assert shown("@prefix a: <http://a/> .\na:x org:y 1 .\n", 29) == ["Here", "  2 | a:x org:y 1 .", "    |     ^"]
    assert shown("\tone", 1) == ["Here", "  1 |  one", "    |  ^"], "a tab is one column"


def test_an_error_in_a_long_line_shows_the_part_around_it() -> None:
    text = f'"{"x" * 500}" , org:z , "{"y" * 500}" .'
    _, line, pointer = shown(text, text.index("org:z"))
    assert len(line) < 120
    assert line[pointer.index("^") :].startswith("org:z")


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
