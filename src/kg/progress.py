"""How far long work has come, told to whoever wants to show it."""

from __future__ import annotations

from typing import Protocol

__all__ = ["UNITS", "Progress", "quiet"]

UNITS = {
    "syntax and formatting": ("MB", 10**6),
    "reading": ("MB", 10**6),
    "validating": ("shapes", 1),
    "writing": ("thousand quads", 1000),
}
"""What is counted in a stage: a unit for people, and how many of what is counted make one."""


class Progress(Protocol):
    """Is told what is being done, and where that is known, how much of how much is done.

    In the units of `UNITS`, times their size, where the stage is one of those.
    """

    def __call__(self, stage: str, done: int = 0, whole: int = 0) -> None: ...


def quiet(stage: str, done: int = 0, whole: int = 0) -> None:
    """Shows nothing."""
