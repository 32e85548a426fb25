"""Generated documents are what the code says, and the README's figures are of the graph that is there."""

from pathlib import Path

import pytest

from documents import documents


@pytest.mark.parametrize(
    ("path", "text"), list(documents()), ids=lambda value: value.name if isinstance(value, Path) else ""
)
def test_document_is_up_to_date(path: Path, text: str) -> None:
    assert path.read_text(encoding="utf-8") == text, "run `make docs`"
