"""Arguments and options that several commands have in common."""

from __future__ import annotations

import os
from pathlib import Path

import click

__all__ = ["JSON", "LANGUAGE", "PROJECT", "language_of_environment"]


def language_of_environment() -> str:
    """The language of the environment, as far as we speak it."""
    locale = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "sv" if locale.startswith("sv") else "en"


PROJECT = click.argument("project", required=False, type=click.Path(path_type=Path))
JSON = click.option("--json", "as_json", is_flag=True, help="Facts as JSON on standard output.")
LANGUAGE = click.option(
    "--lang",
    type=click.Choice(["en", "sv"]),
    default=language_of_environment,
    show_default="that of the environment, LC_ALL or LANG",
    help="Language of messages.",
)
