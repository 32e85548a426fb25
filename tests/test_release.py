"""Releases: immutable, complete or not there, proven by checksums."""

from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store

from kg.draft import publish_release
from kg.errors import ConfigurationError, IntegrityError
from kg.release import Manifest, Release, is_whole, list_releases, open_release, verify_release

QUAD = Quad(NamedNode("https://example.org/a"), NamedNode("https://example.org/b"), Literal("c"), DefaultGraph())


def publish(build: Path, version: str = "2026-11-01-aaaa") -> Release:
    manifest = Manifest(version, "2026-11-01", "https://example.org/", {"en": "T"}, {"quads": 1}, {}, "kg test")
    return publish_release(build, manifest, {"dump.nq": b"", "queries.json": b"[]"}, [QUAD])


def test_published_release_opens_and_answers(tmp_path: Path) -> None:
    publish(tmp_path)
    release = open_release(tmp_path / "current")
    assert release.version == "2026-11-01-aaaa"
    assert list(Store.read_only(str(release.store_path))) == [QUAD]


def test_current_is_a_relative_link_so_that_the_folder_can_be_moved(tmp_path: Path) -> None:
    publish(tmp_path / "build")
    (tmp_path / "build").rename(tmp_path / "elsewhere")
    assert open_release(tmp_path / "elsewhere" / "current").version == "2026-11-01-aaaa"


def test_new_release_switches_and_keeps_the_old(tmp_path: Path) -> None:
    publish(tmp_path, "2026-11-01-aaaa")
    publish(tmp_path, "2026-11-02-bbbb")
    assert list_releases(tmp_path) == ["2026-11-01-aaaa", "2026-11-02-bbbb"]
    assert open_release(tmp_path / "current").version == "2026-11-02-bbbb"


def test_same_version_is_not_written_again(tmp_path: Path) -> None:
    release = publish(tmp_path)
    before = {path: path.stat().st_mtime_ns for path in release.path.rglob("*")}
    publish(tmp_path)
    assert {path: path.stat().st_mtime_ns for path in release.path.rglob("*")} == before


def test_half_written_release_is_not_listed_and_is_replaced(tmp_path: Path) -> None:
    half = tmp_path / "release" / ".2026-11-01-aaaa"
    half.mkdir(parents=True)
    (half / "manifest.json").write_text("{")
    assert list_releases(tmp_path) == []
    assert verify_release(publish(tmp_path)) > 3
    assert not half.exists()


@pytest.mark.parametrize("damage", ["change", "remove", "add"])
def test_every_damage_is_found(tmp_path: Path, damage: str) -> None:
    release = publish(tmp_path)
    victim = next((release.path / "store").glob("*.sst"))
    if damage == "change":
        content = bytearray(victim.read_bytes())
        content[10] ^= 1
        victim.write_bytes(content)
    elif damage == "remove":
        victim.unlink()
    else:
        (release.path / "extra.txt").write_text("x")
    with pytest.raises(IntegrityError) as caught:
        verify_release(release)
    assert caught.value.hint


def test_whole_is_what_is_there_and_unchanged(tmp_path: Path) -> None:
    release = publish(tmp_path)
    assert is_whole(release.path)
    (release.path / "queries.json").write_bytes(b"[ ]")
    assert not is_whole(release.path)
    assert not is_whole(tmp_path / "none")


def test_opening_a_release_for_queries_does_not_damage_it(tmp_path: Path) -> None:
    release = publish(tmp_path)
    Store.read_only(str(release.store_path))
    assert verify_release(release) > 3


def test_no_release_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        open_release(tmp_path / "current")
    assert caught.value.hint == "run `kg build` first"


def test_unreadable_manifest_is_an_integrity_error(tmp_path: Path) -> None:
    release = publish(tmp_path)
    (release.path / "manifest.json").write_text("{}")
    with pytest.raises(IntegrityError, match="cannot be read"):
        open_release(tmp_path / "current")


@pytest.mark.parametrize("name", ["manifest.json", "dump.nq", "SHA256SUMS", "store/CURRENT"])
def test_a_damaged_release_is_written_anew(tmp_path: Path, name: str) -> None:
    release = publish(tmp_path)
    (release.path / name).write_bytes(b"x\xe5")
    again = publish(tmp_path)
    assert verify_release(again) > 3
    assert list(Store.read_only(str(again.store_path))) == [QUAD]
    assert list_releases(tmp_path) == [again.version]
    assert [path.name for path in (tmp_path / "release").iterdir()] == [again.version]


@pytest.mark.parametrize("text", ["[]", "{}", '{"version": 1}'])
def test_a_manifest_that_is_none_is_an_error(tmp_path: Path, text: str) -> None:
    release = publish(tmp_path)
    (release.path / "manifest.json").write_text(text)
    with pytest.raises(IntegrityError, match="cannot be read"):
        open_release(release.path)


def test_a_manifest_without_counts_is_an_error(tmp_path: Path) -> None:
    path = publish(tmp_path).path / "manifest.json"
    path.write_text(path.read_text().replace('"quads"', '"squads"'))
    with pytest.raises(IntegrityError, match="cannot be read"):
        open_release(path.parent)


def test_a_release_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot write"):
        publish(tmp_path, "2026-11-01-" + "a" * 300)
    (tmp_path / "current").mkdir()
    with pytest.raises(ConfigurationError, match="Is a directory"):
        publish(tmp_path)
