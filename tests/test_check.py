"""Every check finds what is its own, and one run shows everything; the words on the terminal are in `test_cli_authoring`."""

import shutil
from pathlib import Path

import pytest

from kg.check import CheckReport, check_project
from kg.project import Project

EXAMPLES = Path(__file__).parents[1] / "examples"
QUERY = "queries/ownership/who-owns-what.rq"


def change(project: Project, name: str, old: str, new: str) -> None:
    path = project.root / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def found(report: CheckReport) -> list[tuple[str, str]]:
    return [(finding.check, finding.level) for finding in report.findings]


def test_a_sound_project_passes_and_what_was_checked_is_counted(demo: Project) -> None:
    stages: list[str] = []
    report = check_project(demo, lambda stage, *_: stages.append(stage))
    assert (report.passed, report.findings) == (True, ())
    assert report.counts["Turtle files"] == 2
    assert report.counts["saved queries"] == 1
    assert min(report.counts[what] for what in ("rules", "hygiene checks", "citations")) > 0
    assert "examples" not in report.counts
    told = ["syntax and formatting", "hygiene", "citations", "examples", "saved queries"]
    assert [stage for stage in dict.fromkeys(stages) if stage in told] == told


def test_one_run_shows_what_is_wrong_in_every_layer(demo: Project) -> None:
    change(demo, "data/example.ttl", "gov:shareExact 100.0", "gov:shareExact   180.0")
    change(demo, "data/example.ttl", 'oa:end "95"', 'oa:end "94"')
    change(demo, QUERY, "SELECT", "SELCT")
    report = check_project(demo)
    assert not report.passed
    assert {check for check, level in found(report) if level == "violation"} == {
        "format", "shapes", "citations", "queries",
    }  # fmt: skip
    placed = {finding.check: str(finding).partition(": ")[0] for finding in report.findings}
    assert placed["format"].endswith("data/example.ttl")
    assert placed["shapes"].partition("example.ttl:")[2].partition(":")[0].isdigit()
    assert placed["queries"].partition("who-owns-what.rq:")[2].partition(":")[0].isdigit()


def test_a_file_that_is_no_turtle_stops_only_what_needs_it(demo: Project) -> None:
    change(demo, "data/example.ttl", "gov:shareExact 100.0", "gov:shareExact .")
    shutil.copy(EXAMPLES / "valid" / "nam-01.ttl", demo.root / "data" / "sound.ttl")
    change(demo, "data/sound.ttl", "a org:Organization ;", "a   org:Organization ;")
    report = check_project(demo)
    assert sorted(found(report)) == [("format", "violation"), ("syntax", "violation")]
    [broken] = [finding for finding in report.findings if finding.check == "syntax"]
    assert broken.place is not None
    assert broken.place.path.name == "example.ttl"


def test_a_term_that_nobody_defined_is_a_matter_of_hygiene(demo: Project) -> None:
    change(demo, "data/example.ttl", "gov:seatsTotal 31", "gov:seatsTotl 31")
    assert ("hygiene", "violation") in found(check_project(demo))


@pytest.mark.parametrize(
    ("lines", "messages"),
    [
        (["nam-01.ttl,NAM-01,violation,https://example.org/kg/nam-01-invalid/id/organisation/filmbolaget,"
          "http://www.w3.org/2004/02/skos/core#prefLabel,1"], []),
        ([], ["found and not expected: "]),
        (["nam-01.ttl,NAM-01,violation,urn:a,,1"], ["expected and not found: ", "found and not expected: "]),
    ],
)  # fmt: skip
def test_examples_fail_as_expected_or_it_is_said(demo: Project, lines: list[str], messages: list[str]) -> None:
    folder = demo.root / "examples" / "invalid"
    folder.mkdir(parents=True)
    shutil.copy(EXAMPLES / "invalid" / "nam-01.ttl", folder)
    (folder / "expected.csv").write_text("\n".join(["file,code,severity,focus,path,results", *lines, ""]))
    report = check_project(demo)
    assert report.counts["examples"] == 1
    assert [finding.message.partition("Expectation")[0] for finding in report.findings] == messages
    assert all(finding.path == folder / "nam-01.ttl" for finding in report.findings)


def test_a_saved_query_that_the_endpoint_would_refuse_is_found(demo: Project) -> None:
    change(demo, QUERY, "WHERE {", "WHERE { SERVICE <https://example.org/> { }")
    [refused] = check_project(demo).findings
    assert (refused.check, "SERVICE is not offered here" in refused.message) == ("queries", True)
