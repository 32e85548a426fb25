"""`deploy/` and docs/operations.md against the code: settings, metrics, problems, and what the service may do."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import fields
from pathlib import Path

import pytest

from kg.settings import Settings
from kg.web.problems import PROBLEMS

ROOT = Path(__file__).parents[1]
UNIT = ROOT / "deploy" / "kg.service"
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
ANALYSE = shutil.which("systemd-analyze")


def directives(name: str) -> list[str]:
    return re.findall(rf"^{name}=(.*)$", UNIT.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize(
    "path", [*sorted((ROOT / "deploy").iterdir()), ROOT / "docs" / "operations.md"], ids=lambda path: path.name
)
def test_only_settings_that_exist_are_named(path: Path) -> None:
    known = {f"KG_{item.name.upper()}" for item in fields(Settings)}
    assert set(re.findall(r"\bKG_[A-Z_]+", path.read_text(encoding="utf-8"))) <= known


def test_defaults_are_as_they_are_written() -> None:
    settings = Settings()
    for name in ("cache", "image", "memory"):
        assert f"`KG_{name.upper()}` ({getattr(settings, name):,})" in OPERATIONS
    limit = re.findall(r"client_max_body_size +(\d+)([km]);", (ROOT / "deploy" / "nginx.conf").read_text("utf-8"))
    assert [int(size) << {"k": 10, "m": 20}[unit] for size, unit in limit] >= [3 * settings.query_bytes + 8192]


def test_alerts_ask_for_metrics_that_are_in_the_table() -> None:
    table, _, rest = OPERATIONS.partition("### Alerts")
    rows = dict(re.findall(r"^\| `(kg_\w+)`[^|]* \| (\w+) \|", table, re.MULTILINE))
    known = set(rows) | {f"{name}_bucket" for name, kind in rows.items() if kind == "histogram"}
    asked = set(re.findall(r"\bkg_\w+", rest))
    assert len(asked) >= 8
    assert asked <= known


def test_outcomes_that_are_named_are_problems() -> None:
    slugs = {problem.slug for problem in PROBLEMS.values()}
    named = set(re.findall(r"`([a-z]+-[a-z-]+|cancelled|overloaded)`", OPERATIONS))
    assert len(named) >= 5
    assert named - {"no-store"} <= slugs


def test_the_service_lets_the_workers_confine_themselves() -> None:
    assert any("seccomp" in line.split() for line in directives("SystemCallFilter"))
    assert not any("@sandbox" in line for line in directives("SystemCallFilter"))  # only newer ones know it
    assert directives("OOMPolicy") == ["continue"]  # else one query of too much memory stops all
    assert directives("User") == ["kg"]


@pytest.mark.skipif(ANALYSE is None, reason="systemd is not installed")
def test_the_service_is_confined() -> None:
    command = [str(ANALYSE), "security", "--offline=yes", "--threshold=20", "--no-pager", str(UNIT)]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout[-300:] + found.stderr


def test_the_image_runs_without_root() -> None:
    final = (ROOT / "deploy" / "Containerfile").read_text(encoding="utf-8").rpartition("\nFROM ")[2]
    users = re.findall(r"^USER (\w+)$", final, re.MULTILINE)
    assert users == ["kg"]
    assert "--host" in final.partition("ENTRYPOINT")[2]


def test_the_image_serves_the_project_that_it_has_built() -> None:
    """A release of the files of another folder would be built again at the start, where nothing can be written."""
    text = (ROOT / "deploy" / "Containerfile").read_text(encoding="utf-8")
    before, build, after = text.partition("/bin/kg build\n")
    folders = [re.findall(r"^WORKDIR (\S+)$", part, re.MULTILINE)[-1] for part in (before, after)]
    assert build
    assert folders[0] == folders[1]
    assert re.findall(r"KG_BUILD=(\S+)", before)[-1] == re.findall(r"KG_BUILD=(\S+)", after)[-1]
