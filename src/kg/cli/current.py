"""The release that a command is about: that of a version, or the current one, built anew if it has to be."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kg.cli.options import language_of_environment
from kg.cli.terminal import echo, echo_json, progressing
from kg.settings import Settings

if TYPE_CHECKING:
    from kg.project import Project
    from kg.release import Release

__all__ = ["build_folder", "build_release", "chosen_release", "unchanged_release"]


def chosen_release(project: Project, version: str | None, settings: Settings) -> Release | None:
    """The release of that version; without one the current, built anew if the files have changed since."""
    from kg.freshness import is_fresh
    from kg.release import find_release

    _say_which(project)
    folder = build_folder(project, settings)
    if version or is_fresh(project, folder):
        return find_release(folder, version)
    return build_release(project, language_of_environment())


def unchanged_release(project: Project, language: str) -> Release | None:
    """The current release, if it is whole and no input has changed since it was built, which is said."""
    from kg.freshness import is_fresh
    from kg.release import is_whole, open_release

    current = build_folder(project, Settings.read()) / "current"
    if not is_fresh(project, current.parent) or not is_whole(current):
        return None
    is_swedish = language == "sv"
    unchanged = "ingenting har ändrats sedan förra bygget" if is_swedish else "nothing has changed since the last build"
    echo(unchanged, err=True)
    return open_release(current)


def build_release(project: Project, language: str, jobs: int | None = None, *, as_json: bool = False) -> Release | None:
    """The release of a build, or None after the report of what is wrong was printed, perhaps as JSON, too."""
    from kg.build import build_project
    from kg.rebound import rebound_prefixes

    with progressing() as progress:
        outcome = build_project(project, build_folder(project, Settings.read()), progress, jobs=jobs)
    for defect in outcome.defects:
        echo(f"{defect}", err=True)
    if not outcome.report.conforms:
        echo(outcome.report.to_text(project.prefixes, language), err=True)
    if outcome.release is None:
        if as_json:
            echo_json(outcome.to_json())
        for place, text in rebound_prefixes(project):
            echo(f"{place}: hint: {text}", err=True)
        echo("ingenting publicerades" if language == "sv" else "nothing was published", err=True)
    return outcome.release


def build_folder(project: Project, settings: Settings) -> Path:
    """`KG_BUILD`, else `build` in the project, or in the working directory for the graph inside a wheel."""
    if settings.build is not None:
        return settings.build
    return (Path.cwd() if project.is_packaged else project.root) / "build"


def _say_which(project: Project) -> None:
    """Says that the tool's own graph is meant where somebody may have expected theirs."""
    if project.is_bundled and Path.cwd().resolve() != project.root.resolve():
        echo("no kg.toml here: this is the Norrbotten graph that comes with kg", err=True)
