"""The frames between the web process and a worker."""

from __future__ import annotations

from typing import Any

import pytest

from kg.engine.frames import HEAD, Frame, question, read_question

QUESTIONS: list[tuple[dict[str, Any], str]] = [
    ({"format": "json", "seconds": 10.0}, "ASK {}"),
    ({"format": "csv", "seconds": 0.5, "gzip": True, "default": ("a", "å"), "named": ()}, "SELECT * { ?å ?b '€😀' }"),
    ({}, ""),
]


@pytest.mark.parametrize(("options", "text"), QUESTIONS)
def test_a_question_is_read_as_it_was_asked(options: dict[str, Any], text: str) -> None:
    for _ in range(2):  # its options are new, then known
        frame = question(options, text)
        assert HEAD.unpack_from(frame) == (Frame.QUERY, len(frame) - HEAD.size)
        assert read_question(frame[HEAD.size :]) == (options, text)


def test_lists_are_tuples_to_the_worker() -> None:
    frame = question({"default": ["a", "b"]}, "ASK {}")
    assert read_question(frame[HEAD.size :]) == ({"default": ("a", "b")}, "ASK {}")
