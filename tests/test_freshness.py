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


def test_an_input_that_cannot_be_read_is_an_error_with_its_name(demo: Project) -> None:
    (demo.root / "data" / "more.ttl").mkdir()
    with pytest.raises(SourceError, match=r"more\.ttl: the file cannot be read: Is a directory"):
        input_digest(demo)
