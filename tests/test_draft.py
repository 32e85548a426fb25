"""Drafts: written by several threads while somebody else works, and there or not there."""

import hashlib
import time
from pathlib import Path

import numpy as np
import pytest
from pyoxigraph import DefaultGraph, NamedNode, Store

import kg.draft
from kg.columns.lines import SortedQuads, sorted_quads
from kg.columns.terms import TermTable
from kg.draft import Written, new_draft, publish_release
from kg.errors import ConfigurationError
from kg.release import Manifest, list_releases, verify_release

MANIFEST = Manifest("2026-11-01-abc", "2026-11-01", "https://example.org/", {"en": "x"}, {"quads": 3}, {}, "kg")


@pytest.fixture
def quads(monkeypatch: pytest.MonkeyPatch) -> SortedQuads:
    """500 triples in one graph and 100 of them in another, to be loaded in many pieces."""
    monkeypatch.setattr(kg.draft, "_AT_ONCE", 20)
    terms = TermTable()
    subjects = terms.numbers_of([f"<https://example.org/{number}>" for number in range(500)])
    predicate, value = terms.numbers_of(["<https://example.org/p>", '"ä"@sv'])
    triples = np.column_stack([subjects, np.full_like(subjects, predicate), np.full_like(subjects, value)])
    return sorted_quads(
        terms, {"https://example.org/g": triples, "https://example.org/h": triples[:100]}, ["https://example.org/g"]
    )


@pytest.mark.parametrize("jobs", [1, 3])
def test_dump_and_store_hold_all_quads_and_the_union(quads: SortedQuads, tmp_path: Path, jobs: int) -> None:
    reported = list[int]()
    with new_draft(tmp_path) as draft:
        with draft.writing(quads, jobs, reported.append) as written:
            made = written()
        dump = (draft.path / "dump.nq").read_bytes()
        lines = dump.splitlines(keepends=True)
        assert made == Written(hashlib.sha256(dump).hexdigest(), 600, 500)
        assert lines == sorted(lines)
        assert len(lines) == 600
        store = Store.read_only(str(draft.path / "store"))
        counts = {graph: len(list(store.quads_for_pattern(None, None, None, graph))) for graph in graphs()}
        assert list(counts.values()) == [500, 500, 100]
    assert sorted(reported)[-1] == 600
    assert len(reported) == 30


def graphs() -> list[DefaultGraph | NamedNode]:
    return [DefaultGraph(), NamedNode("https://example.org/g"), NamedNode("https://example.org/h")]


def test_what_is_left_before_it_is_written_is_nowhere(
    quads: SortedQuads, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kg.draft, "_AT_ONCE", 1)
    reported = list[int]()

    def report(number: int) -> None:
        reported.append(number)
        time.sleep(0.1)  # so that all of it takes a minute, longer than the caller may stand still

    with (
        pytest.raises(ValueError, match="wanted no more"),
        new_draft(tmp_path) as draft,
        draft.writing(quads, 1, report),
    ):
        raise ValueError("wanted no more")
    assert len(reported) < 600, "it goes on to its end"
    assert list((tmp_path / "release").iterdir()) == []


def test_a_write_that_fails_is_an_error_with_its_place(quads: SortedQuads, tmp_path: Path) -> None:
    def disturb(_: int) -> None:
        raise OSError(28, "No space left on device")

    with (
        pytest.raises(ConfigurationError, match=r"cannot write .*draft.*: No space left"),
        new_draft(tmp_path) as draft,
        draft.writing(quads, 2, disturb) as written,
    ):
        written()
    assert list((tmp_path / "release").iterdir()) == []


def test_what_killed_builds_have_left_is_removed(tmp_path: Path) -> None:
    (tmp_path / "release" / ".draft-1" / "store").mkdir(parents=True)
    with new_draft(tmp_path) as draft:
        assert [path.name for path in (tmp_path / "release").iterdir()] == [draft.path.name]


def test_a_version_that_is_whole_is_not_replaced_and_a_damaged_one_is(tmp_path: Path) -> None:
    first = publish_release(tmp_path, MANIFEST, {"queries.json": b"[]"}, [])
    before = first.path.stat().st_ino
    assert publish_release(tmp_path, MANIFEST, {"queries.json": b"[]"}, []).path.stat().st_ino == before
    (first.path / "queries.json").write_bytes(b"[ ]")
    mended = publish_release(tmp_path, MANIFEST, {"queries.json": b"[]"}, [])
    assert mended.path.stat().st_ino != before
    assert verify_release(mended) > 3
    assert list_releases(tmp_path) == [MANIFEST.version]
