"""`kg build`, killed at any moment: the served release is as it was, no half one is listed, and the next build works."""

from __future__ import annotations

import subprocess
import time
from datetime import date
from pathlib import Path

import pytest
from processes import Family
from test_damaged_releases import KG, ask, environment, version

from kg.build import build_project
from kg.new import create_project
from kg.project import Project, load_project
from kg.release import find_release, list_releases, open_release, verify_release
from serving import served, wait_until

MOMENTS = 8


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return load_project(create_project(tmp_path, "demo", "https://example.org/demo/", date(2026, 11, 1)))


def change(project: Project, day: int) -> None:
    """So that there is another release to be built."""
    settings = project.root / "kg.toml"
    lines = settings.read_text(encoding="utf-8").splitlines(keepends=True)
    changed = [f"as_of = 2026-11-{day:02}\n" if line.startswith("as_of") else line for line in lines]
    assert changed != lines
    settings.write_text("".join(changed), encoding="utf-8")


def must_be_sound(build: Path) -> None:
    """What is listed is whole, and so is what is current."""
    assert list_releases(build)
    for name in list_releases(build):
        assert verify_release(open_release(build / "release" / name)) > 0
    verify_release(find_release(build, None))


def test_a_build_that_is_killed_leaves_what_is_served(project: Project, tmp_path: Path) -> None:
    build = tmp_path / "build"
    first = build_project(project, build).release
    assert first is not None
    command = [*KG, "build", str(project.root)]
    with served(open_release(build / "current"), follow=build / "current", workers=1, processes=1) as (url, _):
        count, published = ask(url), {first.version}
        change(project, 2)
        began = time.monotonic()
        subprocess.run(command, env=environment(tmp_path / "elsewhere"), capture_output=True, check=True)
        whole = time.monotonic() - began
        killed = 0
        for moment in range(MOMENTS):
            change(project, 3 + moment)
            with subprocess.Popen(command, env=environment(build), stderr=subprocess.DEVNULL) as process:
                family, began = Family(process.pid), time.monotonic()
                try:
                    process.wait(whole * (moment + 1) / (MOMENTS + 1))
                    whole = time.monotonic() - began  # the machine has become faster
                except subprocess.TimeoutExpired:
                    family.look()
                    process.kill()
                killed += process.wait() < 0
            assert wait_until(lambda: not family.living)  # noqa: B023 - called at once
            must_be_sound(build)
            assert ask(url) == count
            published.add(open_release(build / "current").version)
            assert version(url) in published
        assert killed >= MOMENTS // 2
        done = subprocess.run(command, env=environment(build), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done
        must_be_sound(build)
        latest = open_release(build / "current").version
        assert latest.startswith(f"2026-11-{2 + MOMENTS:02}")
        assert wait_until(lambda: version(url) == latest)
        assert ask(url) == count
        assert sorted(path.name for path in (build / "release").iterdir()) == list_releases(build)
        assert list(build.glob(".current*")) == []


def test_a_build_that_is_killed_at_each_of_its_steps_of_writing(project: Project, tmp_path: Path) -> None:
    """The moments that a clock hits seldom: before and after each rename and each switch of the link."""
    build = tmp_path / "build"
    assert build_project(project, build).release is not None
    met = 0
    for step in range(20):
        change(project, 2 + step)
        done = subprocess.run(
            [KG[0], "-c", DYING, str(project.root), str(build), str(step)], env=environment(build), check=False
        )
        must_be_sound(build)
        if done.returncode == 0:
            break
        assert done.returncode == -9
        met += 1
    assert met >= 4, "renames and links, before and after each"
    assert done.returncode == 0


DYING = """
import os, signal, sys
from pathlib import Path
from kg.build import build_project
from kg.project import load_project
left = int(sys.argv[3])
def dying(do):
    def done(*arguments, **named):
        global left
        for turn in (0, 1):
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left -= 1
            if turn == 0:
                result = do(*arguments, **named)
        return result
    return done
os.rename, os.replace, os.symlink = dying(os.rename), dying(os.replace), dying(os.symlink)
build_project(load_project(Path(sys.argv[1])), Path(sys.argv[2]))
"""
