"""Arguments and options that several commands have in common."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

__all__ = ["JOBS", "JSON", "LANGUAGE", "PROJECT", "LocalPath", "language_of_environment"]


def language_of_environment() -> str:
    """The language of the environment, as far as we speak it."""
    locale = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "sv" if locale.startswith("sv") else "en"


PROJECT = click.argument("project", required=False, type=click.Path(path_type=Path))
JSON = click.option("--json", "as_json", is_flag=True, help="Facts as JSON on standard output.")
JOBS = click.option(
    "--jobs",
    type=click.IntRange(1, 256),
    show_default="all processors",
    help="Processes that read and threads that write at one time.",
)
LANGUAGE = click.option(
    "--lang",
    type=click.Choice(["en", "sv"]),
    default=language_of_environment,
    show_default="that of the environment, LC_ALL or LANG",
    help="Language of messages.",
)


class LocalPath(click.Path):
    """A file or folder that is there; nothing is fetched from an address."""

    def __init__(self) -> None:
        super().__init__(path_type=Path, exists=True)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path. Raises a usage error if it is an address, or not there."""
        if "://" in str(value):
            self.fail(
                f"{str(value)!r} is an address, and nothing is fetched: save the file and give its path", param, ctx
            )
        return super().convert(value, param, ctx)
