"""Projects: kg.toml is read strictly."""

from datetime import date
from pathlib import Path

import pytest

from kg.errors import ConfigurationError
from kg.project import find_project, load_project, rulebook_root

GOOD = """[project]
name = "demo"
base_iri = "https://example.org/demo/"
as_of = 2026-11-01
[project.title]
sv = "Demo"
en = "Demo"
"""


def test_good_file(tmp_path: Path) -> None:
    (tmp_path / "kg.toml").write_text(GOOD)
    project = load_project(tmp_path)
    assert (project.name, project.as_of, project.languages) == ("demo", date(2026, 11, 1), ("sv", "en"))
    assert project.data_graph(tmp_path / "data" / "film" / "a.ttl") == "https://example.org/demo/graph/film-a"
    assert project.prefixes["organisation"] == "https://example.org/demo/id/organisation/"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('name = "demo"', "", "needs name"),
        ('name = "demo"', 'name = "De mo"', "lower-case"),
        ("demo/", "demo", "ends in a slash"),
        ("as_of = 2026-11-01", 'as_of = "x"', "needs as_of"),
        ('en = "Demo"', "", "has no en"),
        ("as_of", "as_off", "unknown key 'as_off'"),
        ("[project]", "[projekt]", "unknown key 'projekt'"),
        ("=", "", "kg.toml: "),
        ("as_of = 2026-11-01", "as_of = 2026-11-01T10:00:00", "needs as_of"),
        ("as_of", "languages = 5\nas_of", "needs languages"),
        ("as_of", 'languages = "sv"\nas_of', "needs languages"),
        ("as_of", "languages = []\nas_of", "needs languages"),
        ('en = "Demo"', 'en = "Demo"\n"s v" = "Demo"', "needs languages"),
        ('en = "Demo"', "en = 5", "not a text"),
        ("as_of", 'licence = "not an IRI"\nas_of', "licence 'not an IRI'"),
        ("as_of", "licence = 5\nas_of", "licence 5"),
        ("demo/", "%/", "base_iri"),
        ("[project]", "a = " + "[" * 3000, "nested too deep"),
    ],
)
def test_bad_file_is_one_clear_error(tmp_path: Path, old: str, new: str, message: str) -> None:
    (tmp_path / "kg.toml").write_text(GOOD.replace(old, new))
    with pytest.raises(ConfigurationError, match=message):
        load_project(tmp_path)


def test_missing_folder_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no project in") as caught:
        find_project(tmp_path / "nowhere")
    assert caught.value.hint == "make one with `kg new NAME`"


def test_norrbotten_is_found_from_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    project = find_project(None)
    assert project.name == "norrbotten"
    assert project.root == rulebook_root()


def test_project_adds_to_the_rulebook(tmp_path: Path) -> None:
    (tmp_path / "kg.toml").write_text(GOOD)
    (tmp_path / "shapes").mkdir()
    own = tmp_path / "shapes" / "own.ttl"
    own.write_text("")
    files = list(load_project(tmp_path).files("shapes", "*.ttl"))
    assert files[-1] == own
    assert len(files) > 1


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "kg.toml").write_text("\ufeff" + GOOD, encoding="utf-8")
    assert load_project(tmp_path).name == "demo"


def test_unreadable_names_and_files_are_one_clear_error(tmp_path: Path) -> None:
    for folder in (tmp_path / ("x" * 300), Path("a\0b")):
        with pytest.raises(ConfigurationError, match="no project in"):
            load_project(folder)


def test_the_graph_of_a_file_with_any_name_is_an_iri(tmp_path: Path) -> None:
    (tmp_path / "kg.toml").write_text(GOOD)
    path = tmp_path / "data" / "Ny mapp" / "åäö <1>.ttl"
    assert load_project(tmp_path).data_graph(path) == "https://example.org/demo/graph/Ny%20mapp-åäö%20%3C1%3E"


def test_a_checkout_brings_its_own_rulebook(tmp_path: Path) -> None:
    (tmp_path / "kg.toml").write_text(GOOD)
    assert list(load_project(tmp_path).files("shapes", "*.ttl"))
    (tmp_path / "ontology").mkdir()
    (tmp_path / "ontology" / "gov.ttl").write_text("")
    assert not list(load_project(tmp_path).files("shapes", "*.ttl"))


def test_files_of_editors_and_systems_are_not_those_of_a_project(tmp_path: Path) -> None:
    (tmp_path / "kg.toml").write_text(GOOD)
    project, data = load_project(tmp_path), tmp_path / "data"
    (data / ".git").mkdir(parents=True)
    for name in ("a.ttl", "._a.ttl", ".git/b.ttl"):
        (data / name).write_text("")
    (data / ".#a.ttl").symlink_to("somebody@machine.1234")  # Emacs, while the file has changes
    assert list(project.files("data", "*.ttl")) == list(project.own_turtle_files()) == [data / "a.ttl"]
    assert not list(project.own_turtle_files("ontology"))
