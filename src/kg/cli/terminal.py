"""What a command shows beside its answer: what it does, how far it is, and facts as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from kg.interruption import interruptible

if TYPE_CHECKING:
    from kg.dataset import Progress

__all__ = ["echo_json", "progressing", "showing_a_bar"]


def echo_json(value: object) -> None:
    """Facts on standard output, for a program to read."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


@contextmanager
def progressing() -> Iterator[Progress]:
    """What is being done, on standard error and only on a terminal; meanwhile Ctrl-C is always heard."""
    with interruptible():
        if sys.stderr is None or not sys.stderr.isatty():
            yield lambda _: None
            return
        from rich.console import Console

        with Console(stderr=True).status("starting") as status:
            yield status.update


@contextmanager
def showing_a_bar() -> Iterator[Callable[[int, int], None]]:
    """How much of a validation is done, on a terminal that shows nothing else; meanwhile Ctrl-C is always heard."""
    with interruptible():
        if sys.stderr is None or not sys.stderr.isatty() or sys.stdout.isatty():
            yield lambda _done, _all: None
            return
        from rich.console import Console
        from rich.progress import Progress

        with Progress(console=Console(stderr=True), transient=True, redirect_stdout=False) as bar:
            task = bar.add_task("reading", total=None)
            yield lambda done, whole: bar.update(task, description="validating", completed=done, total=whole)
