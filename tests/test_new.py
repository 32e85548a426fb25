"""A fresh project: whole, with one's own names in it, and never over what is there; `test_cli` builds one."""

from datetime import date
from pathlib import Path

import pytest

from kg.errors import ConfigurationError
from kg.new import create_project
from kg.project import load_project

DAY = date(2026, 11, 1)


def test_a_new_project_has_the_names_that_were_given(tmp_path: Path) -> None:
    folder = create_project(tmp_path, "my-region", "https://example.org/my/", DAY)
    project = load_project(folder)
    assert (project.name, project.base_iri, project.as_of) == ("my-region", "https://example.org/my/", DAY)
    texts = [path.read_text(encoding="utf-8") for path in folder.rglob("*") if path.suffix in {".ttl", ".toml", ".rq"}]
    assert len(texts) >= 4
    assert not [text for text in texts if "${" in text]
    assert (folder / ".gitignore").is_file()


@pytest.mark.parametrize("name", ["", "Region", "1st", "a_b", "../up", "a b", "å"])
def test_a_name_that_is_no_name_writes_nothing(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigurationError, match="is not a name"):
        create_project(tmp_path, name, "https://example.org/", DAY)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "iri", ["", "https://example.org", "urn:x/", "https://e.org/ä b/", "https://e.org/#/", "ftp://e/"]
)
def test_an_iri_that_names_cannot_be_hung_on_writes_nothing(tmp_path: Path, iri: str) -> None:
    with pytest.raises(ConfigurationError, match="is not an http"):
        create_project(tmp_path, "demo", iri, DAY)
    assert not list(tmp_path.iterdir())


def test_what_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    with pytest.raises(ConfigurationError, match="is there already"):
        create_project(tmp_path, "demo", "https://example.org/", DAY)
    assert not list((tmp_path / "demo").iterdir())


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot write"):
        create_project(tmp_path / "none", "demo", "https://example.org/", DAY)
