"""JSON-LD that is nested too deep for its parser is refused before it ends the process."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from kg.columns.encode import read_part
from kg.columns.nesting import refuse_deep_json
from kg.errors import SourceError


def nested(levels: int, inner: str = "1") -> str:
    return '{"https://e.org/p":' * levels + inner + "}" * levels


@pytest.mark.parametrize("name", ["data.jsonld", "data.jsonld.gz"])
def test_deep_json_is_an_error_with_its_file(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    for levels, is_fine in ((900, True), (20_000, False)):
        content = nested(levels).encode()
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        if is_fine:
            assert len(read_part(path).triples) == levels
            continue
        with pytest.raises(SourceError, match="nested deeper than 1000 levels") as error:
            read_part(path)
        assert error.value.path == path


def test_brackets_in_texts_are_no_levels(tmp_path: Path) -> None:
    path = tmp_path / "data.jsonld"
    path.write_text(nested(1, '"' + "[{" * 2000 + '\\"' + "[" * 2000 + '"'))
    refuse_deep_json(path)
    path.write_text("")
    refuse_deep_json(path)
