"""Hygiene: a misspelt word is found where it stands, with the word that was meant, and nothing is published."""

from pathlib import Path

import pytest

from kg.build import build_project
from kg.errors import SourceError
from kg.project import Project


def misspell(project: Project, old: str, new: str) -> Path:
    path = project.root / "data" / "example.ttl"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "check"),
    [
        ("gov:seatsTotal 31", "gov:seatTotal 31", "undefined-term"),
        ("organisation-type:municipality", "organisation-type:municipalty", "undefined-concept"),
    ],
)
def test_misspelt_word_stops_the_build_with_place_and_advice(demo: Project, old: str, new: str, check: str) -> None:
    path = misspell(demo, old, new)
    build = build_project(demo, demo.root / "build")
    assert build.release is None
    [defect] = [defect for defect in build.defects if defect.check == check]
    assert defect.place is not None
    assert defect.place.path.name == path.name
    assert new.split()[0] in path.read_text().splitlines()[defect.place.line - 1]
    assert defect.nearest == old.split()[0]
    assert f"did you mean {old.split()[0]}?" in str(defect)


def test_sound_project_has_no_defect(demo: Project) -> None:
    assert build_project(demo, demo.root / "build").defects == ()


@pytest.mark.parametrize("deep", ["{" * 5000 + "}" * 5000, "{ FILTER(" + "!" * 30_000 + "true) }"])
def test_a_check_that_would_end_the_process_is_an_error_of_its_file(demo: Project, deep: str) -> None:
    path = demo.root / "ontology" / "checks" / "deep.rq"
    path.parent.mkdir(parents=True)
    path.write_text(f"SELECT ?term {deep}")
    with pytest.raises(SourceError, match="2000 are accepted|100 are accepted") as error:
        build_project(demo, demo.root / "build")
    assert error.value.path == path
