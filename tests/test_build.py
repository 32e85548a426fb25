"""The build: all or nothing, and the same input gives the same version."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, NamedNode, Store

from kg.build import Build, build_project
from kg.errors import ConfigurationError, SourceError
from kg.project import Project
from kg.release import Release, list_releases, open_release, verify_release


def edit(project: Project, old: str, new: str) -> Path:
    path = project.root / "data" / "example.ttl"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def test_new_project_builds_without_any_finding(demo: Project) -> None:
    build = build_project(demo, demo.root / "build")
    assert build.report.results == ()
    assert build.release is not None
    assert verify_release(build.release) > 3


def test_default_graph_is_the_union_of_the_published_graphs(norrbotten_release: Release) -> None:
    store = Store.read_only(str(norrbotten_release.store_path))
    alignments = NamedNode(norrbotten_release.manifest.base_iri + "graph/alignments")
    named = {quad.triple for quad in store if quad.graph_name not in (DefaultGraph(), alignments)}
    default = {quad.triple for quad in store if quad.graph_name == DefaultGraph()}
    assert default == named
    assert len(store) == norrbotten_release.manifest.counts["quads"]


def test_published_graphs_have_no_blank_node(norrbotten_release: Release) -> None:
    assert b"_:" not in b"\n".join(
        line.split(b'"')[0] for line in (norrbotten_release.path / "dump.nq").read_bytes().splitlines()
    )


def test_each_data_file_has_its_graph(norrbotten: Project, norrbotten_release: Release) -> None:
    graphs = {graph.value for graph in Store.read_only(str(norrbotten_release.store_path)).named_graphs()}
    assert {norrbotten.data_graph(path) for path in norrbotten.files("data", "*.ttl")} <= graphs
    assert {
        norrbotten.graph_iri(name) for name in ("ontology", "codelists", "alignments", "derived", "catalog")
    } <= graphs


def test_lexical_forms_reach_the_dump_as_written(demo: Project) -> None:
    edit(demo, "gov:confidence 1.0", "gov:confidence 1.00")
    release = build_project(demo, demo.root / "build").release
    assert release is not None
    assert b'"1.00"^^<http://www.w3.org/2001/XMLSchema#decimal>' in (release.path / "dump.nq").read_bytes()


def test_same_input_gives_the_same_bytes_whatever_the_hash_seed(demo: Project) -> None:
    program = (
        "import sys; from pathlib import Path; from kg.build import build_project; from kg.project import load_project\n"
        "release = build_project(load_project(Path(sys.argv[1])), Path(sys.argv[2])).release\n"
        "print(release.version); print((release.path / 'SHA256SUMS').read_text())"
    )
    answers = set()
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", program, str(demo.root), str(demo.root / f"build{seed}")]
        output = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
        answers.add("\n".join(line for line in output.splitlines() if "  store/" not in line))
    assert len(answers) == 1


def test_changed_fact_gives_a_new_version_and_keeps_the_old(demo: Project) -> None:
    build = demo.root / "build"
    first = build_project(demo, build).release
    edit(demo, "gov:seatsTotal 31", "gov:seatsTotal 33")
    second = build_project(demo, build).release
    assert first is not None
    assert second is not None
    assert first.version != second.version
    assert set(list_releases(build)) == {first.version, second.version}
    assert open_release(build / "current").version == second.version


@pytest.fixture
def served(demo: Project) -> Release:
    release = build_project(demo, demo.root / "build").release
    assert release is not None
    return release


def test_violation_publishes_nothing_and_the_old_release_stays(demo: Project, served: Release) -> None:
    path = edit(demo, ' , "Example Town"@en', "")
    build = build_project(demo, demo.root / "build")
    assert build.release is None
    [violation] = [result for result in build.report.results if result.severity == "violation"]
    assert violation.code == "NAM-02"
    assert violation.label("sv") == "Example Town"
    assert violation.place is not None
    assert violation.place.path.name == path.name
    assert (
        path.read_text()
        .splitlines()[violation.place.line - 1]
        .startswith(("organisation:example-town", "    skos:prefLabel"))
    )
    assert set(violation.messages) == {"sv", "en"}
    assert open_release(demo.root / "build" / "current").version == served.version
    assert list_releases(demo.root / "build") == [served.version]


def test_broken_file_publishes_nothing_and_says_where(demo: Project, served: Release) -> None:
    path = edit(demo, "gov:seatsTotal 31", "gov:seatsTotal 31 31")
    with pytest.raises(SourceError) as caught:
        build_project(demo, demo.root / "build")
    assert caught.value.path == path
    assert caught.value.line is not None
    assert "31 31" in path.read_text().splitlines()[caught.value.line - 1]
    assert open_release(demo.root / "build" / "current").version == served.version


def test_two_builds_do_not_write_one_folder_at_a_time(demo: Project) -> None:
    import fcntl

    build = demo.root / "build"
    build.mkdir()
    with (build / ".lock").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        with pytest.raises(ConfigurationError, match="another build"):
            build_project(demo, build)


def test_two_saved_queries_of_one_name_are_an_error(demo: Project) -> None:
    first = demo.root / "queries" / "ownership" / "who-owns-what.rq"
    (demo.root / "queries" / "power").mkdir()
    (demo.root / "queries" / "power" / "who-owns-what.rq").write_text(first.read_text())
    with pytest.raises(SourceError, match="two saved queries called who-owns-what"):
        build_project(demo, demo.root / "build")


def test_norrbotten_has_no_violation(norrbotten_build: Build) -> None:
    assert norrbotten_build.report.conforms, norrbotten_build.report.to_text({})
    assert norrbotten_build.report.rules >= 70


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT ?a {\n ?s FOO ?p }", r"broken\.rq:4:5: unexpected FOO"),
        ("SELECT * { SERVICE <http://e/> { ?s ?p ?o } }", r"broken\.rq: SERVICE is not offered"),
    ],
)
def test_a_saved_query_that_cannot_be_answered_publishes_nothing(demo: Project, text: str, message: str) -> None:
    (demo.root / "queries" / "broken.rq").write_text(f"# title@sv: x\n# title@en: x\n{text}")
    with pytest.raises(SourceError, match=message):
        build_project(demo, demo.root / "build")
    assert list_releases(demo.root / "build") == []
