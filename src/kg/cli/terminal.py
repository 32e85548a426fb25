"""What a command shows beside its answer: what it does, how far it is, and facts as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from kg.interruption import interruptible
from kg.printable import printable
from kg.progress import UNITS, quiet

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import Task, TaskID

    from kg.progress import Progress

__all__ = ["echo", "echo_json", "progressing", "showing_a_bar"]


def echo(text: str, *, err: bool = False, nl: bool = True) -> None:
    """Text for people; what it quotes of files commands no terminal."""
    click.echo(printable(text), err=err, nl=nl)


def echo_json(value: object) -> None:
    """Facts on standard output, for a program to read."""
    echo(json.dumps(value, ensure_ascii=False, indent=2))


@contextmanager
def progressing() -> Iterator[Progress]:
    """What is being done and how far it is, on standard error and only on a terminal; Ctrl-C is always heard."""
    with interruptible():
        if sys.stderr is None or not sys.stderr.isatty():
            yield quiet
            return
        with _bars() as bars:
            shown: dict[str, TaskID] = {}

            def progress(stage: str, done: int = 0, whole: int = 0) -> None:
                if stage not in shown:
                    for earlier in [task for task in bars.tasks if task.finished or task.total is None]:
                        bars.update(earlier.id, visible=False)
                    shown[stage] = bars.add_task(stage, total=None)
                bars.update(shown[stage], completed=done, total=whole or None, visible=True)

            yield progress


@contextmanager
def showing_a_bar(late: Callable[[], str] | None = None) -> Iterator[Callable[[int, int], None]]:
    """How much of a validation is done, on a terminal that shows nothing else; meanwhile Ctrl-C is always heard.

    `late` says what took too long if a time limit is not heard (`kg.interruption`).
    """
    with interruptible(late):
        if sys.stderr is None or not sys.stderr.isatty() or sys.stdout.isatty():
            yield lambda _done, _all: None
            return
        with _bars() as bars:
            task = bars.add_task("reading", total=None)
            yield lambda done, whole: bars.update(task, description="validating", completed=done, total=whole)


def _bars() -> Bars:
    """Bars with what is done in a second and how much time is left; gone when all is done."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, ProgressColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
    from rich.table import Column
    from rich.text import Text

    class Rate(ProgressColumn):
        """In the unit of the stage."""

        def render(self, task: Task) -> Text:
            unit, size = UNITS.get(task.description, ("", 1))
            speed = task.finished_speed or task.speed
            return Text(f"{speed / size:,.1f} {unit}/s" if unit and speed else "")

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        Rate(table_column=Column(no_wrap=True)),
        TimeRemainingColumn(elapsed_when_finished=True),
    )
    return Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False)
