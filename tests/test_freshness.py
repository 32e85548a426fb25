"""Freshness: a release is current while no input has changed, and nothing is parsed to know it."""

import pytest

from kg.build import build_project
from kg.errors import SourceError
from kg.freshness import input_digest, is_fresh
from kg.project import Project


def test_fresh_after_a_build_and_stale_after_any_change(demo: Project) -> None:
    build = demo.root / "build"
    assert not is_fresh(demo, build)
    build_project(demo, build)
    assert is_fresh(demo, build)
    for path in ("kg.toml", "data/example.ttl", "queries/ownership/who-owns-what.rq"):
        file = demo.root / path
        before = file.read_text()
        file.write_text(before + "\n# changed\n")
        assert not is_fresh(demo, build), path
        file.write_text(before)
        assert is_fresh(demo, build)


def test_new_file_and_removed_release_are_noticed(demo: Project) -> None:
    build = demo.root / "build"
    build_project(demo, build)
    extra = demo.root / "data" / "more.ttl"
    extra.write_text("")
    assert not is_fresh(demo, build)
    extra.unlink()
    (build / "current").unlink()
    assert not is_fresh(demo, build)


def test_a_folder_that_is_renamed_is_noticed(demo: Project) -> None:
    """A graph is named after the whole path of its file."""
    file = demo.root / "data" / "north" / "owners" / "a.ttl"
    file.parent.mkdir(parents=True)
    file.write_text("")
    before = input_digest(demo)
    file.parent.parent.rename(demo.root / "data" / "northern")
    assert input_digest(demo) != before


def test_an_input_that_cannot_be_read_is_an_error_with_its_name(demo: Project) -> None:
    (demo.root / "data" / "more.ttl").mkdir()
    with pytest.raises(SourceError, match=r"more\.ttl: The file cannot be read: Is a directory"):
        input_digest(demo)
