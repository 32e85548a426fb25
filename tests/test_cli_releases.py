"""Commands about a release, as people use them."""

import json
from pathlib import Path

from commands import kg


def test_new_build_check_stats_verify(demo_folder: Path) -> None:
    assert kg("check", "demo", cwd=demo_folder).stdout.startswith("passed: 2 Turtle files")
    counts = json.loads(kg("stats", "demo", "--json", cwd=demo_folder).stdout)["totals"]
    assert (counts["relations"], counts["sources"]) == (2, 1)
    assert "files are as they were built" in kg("verify", "demo", cwd=demo_folder).stdout


def test_verify_sources_proves_digests_and_coverage(demo_folder: Path) -> None:
    verified = kg("verify", "demo", "--sources", "demo/data/sources", cwd=demo_folder)
    assert verified.returncode == 0
    assert "0 wrong digests" in verified.stdout
    assert "2 sentences and list items, 100.0 % covered" in verified.stdout


def test_changed_source_text_is_found(demo_folder: Path) -> None:
    verified = kg("verify", "demo", "--sources", str(demo_folder / "nowhere"), cwd=demo_folder)
    assert (verified.returncode, verified.stderr) == (
        1,
        f"kg: {demo_folder / 'nowhere'}: there is no such folder\n",
    )


def test_releases_go_into_the_project_wherever_the_command_is_given(demo_folder: Path, tmp_path: Path) -> None:
    stats = kg("stats", str(demo_folder / "demo"), cwd=tmp_path)
    assert stats.returncode == 0
    assert list(tmp_path.iterdir()) == []
    assert (demo_folder / "demo" / "build" / "current").exists()


def test_a_build_without_a_change_says_so_and_one_after_damage_mends(demo_folder: Path) -> None:
    first, second = kg("build", "demo", cwd=demo_folder), kg("build", "demo", cwd=demo_folder)
    assert first.returncode == second.returncode == 0
    assert first.stdout == second.stdout
    assert second.stderr == "nothing has changed since the last build\n"
    assert "sedan förra bygget" in kg("build", "demo", "--lang", "sv", cwd=demo_folder).stderr
    dump = demo_folder / "demo" / "build" / "current" / "dump.nq"
    whole = dump.read_bytes()
    dump.write_bytes(whole[:-1])
    mended = kg("build", "demo", "--jobs", "1", cwd=demo_folder)
    assert (mended.returncode, mended.stderr) == (0, "")
    assert dump.read_bytes() == whole


def test_a_build_that_publishes_nothing_says_why_as_json(demo_folder: Path) -> None:
    project = demo_folder / "demo"
    page = next((project / "data").glob("*.ttl"))
    page.write_text(page.read_text().replace("skos:prefLabel", "skos:prefLabell", 1))
    for _ in range(2):
        built = kg("build", "demo", "--json", "--lang", "en", cwd=demo_folder)
        assert built.returncode == 1
        told = json.loads(built.stdout)
        assert told["version"] is None
        assert told["conforms"] is (told["counts"]["violation"] == 0)
        assert told["results"] or told["defects"]
        assert all("prefLabell" in defect["message"] and defect["place"] for defect in told["defects"])
        assert built.stderr.endswith("nothing was published\n")
