"""Folders: what is read of them, and what is said of the rest."""

import os
from pathlib import Path

import pytest

from kg.build import build_project
from kg.check import check_project
from kg.errors import SourceError
from kg.folders import visible_files
from kg.project import Project


def test_a_name_that_no_graph_can_have_is_an_error(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"\xe5.ttl")).write_text("")
    with pytest.raises(SourceError, match=r"\\udce5\.ttl': the name of the file is not UTF-8"):
        visible_files(tmp_path, "*.ttl")


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.ttl")
    with pytest.raises(SourceError, match=r"a\.ttl: this is a pipe or a device"):
        visible_files(tmp_path, "*.ttl")


@pytest.mark.parametrize(
    "name", ["a.TTL", "a.nt", "a.nq", "a.trig", "a.rdf", "a.owl", "a.jsonld", "a.ttl.gz", "a.NT.GZ", "below/a.turtle"]
)
def test_rdf_that_would_not_be_read_is_an_error_and_a_finding(demo: Project, name: str) -> None:
    path = demo.root / "data" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"")
    with pytest.raises(SourceError, match="would be left out") as error:
        build_project(demo, demo.root / "build")
    assert error.value.path == path
    [finding] = check_project(demo).findings
    assert (finding.path, finding.level) == (path, "violation")


def test_queries_and_shapes_that_would_not_be_read_are_errors(demo: Project) -> None:
    for layer, name, pattern in (
        ("queries", "a.RQ", "*.rq"),
        ("queries", "a.sparql", "*.rq"),
        ("shapes", "a.nt", "*.ttl"),
    ):
        path = demo.root / layer / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("")
        with pytest.raises(SourceError, match="would be left out"):
            list(demo.files(layer, pattern))
        path.unlink()


def test_what_editors_and_sources_leave_is_no_error(demo: Project) -> None:
    folder = demo.root / "data"
    for name in (
        "a.ttl~",
        ".a.ttl.swp",
        "#a.ttl#",
        "a.ttl.bak",
        "a.ttl.orig",
        "page.txt",
        "table.csv",
        "data.json",
        "README.md",
    ):
        (folder / name).write_text("nothing")
    (folder / ".git").mkdir()
    (folder / ".git" / "a.nt").write_text("nothing")
    assert check_project(demo).passed


def test_links_to_folders_are_not_followed_and_those_to_nothing_are_errors(demo: Project, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    link = demo.root / "data" / "linked"
    link.symlink_to(outside)
    assert list(demo.files("data", "*.ttl"))
    (outside / "b.ttl").write_text("")
    with pytest.raises(SourceError, match="link to a folder") as error:
        list(demo.files("data", "*.ttl"))
    assert error.value.path == link
    link.unlink()
    (demo.root / "data" / "b.ttl").symlink_to(outside / "nothing.ttl")
    with pytest.raises(SourceError, match="cannot be read"):
        build_project(demo, demo.root / "build")


def test_a_link_never_leads_out_of_a_project(demo: Project, tmp_path: Path) -> None:
    secret, link = tmp_path / "secret.ttl", demo.root / "data" / "b.ttl"
    secret.write_text("a secret")
    link.symlink_to(secret)
    for read in (build_project, lambda project, _: check_project(project)):
        with pytest.raises(SourceError, match="link to a file outside of the project") as error:
            read(demo, demo.root / "build")
        assert error.value.path == link
        assert "a secret" not in str(error.value)
    link.unlink()
    link.symlink_to(next(iter(demo.files("data", "*.ttl"))))
    assert link in list(demo.files("data", "*.ttl"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0)
    with pytest.raises(SourceError, match="folder cannot be read"):
        visible_files(tmp_path, "*.ttl")
