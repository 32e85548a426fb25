"""Integer columns: the few array operations that the networks share."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Bools", "Floats", "Ints", "Rows", "ranges", "starts"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Rows = NDArray[Any]
"""A structured array: a table whose columns have names."""


def ranges(first: Ints, length: Ints) -> Ints:
    """`first[0], first[0]+1, …` (`length[0]` of them), then those of `first[1]`, and so on."""
    ends = np.cumsum(length)
    total = int(ends[-1]) if len(ends) else 0
    return np.arange(total) + np.repeat(first - ends + length, length)


def starts(sorted_values: Ints) -> Ints:
    """Where each run of equal values begins."""
    if not len(sorted_values):
        return np.zeros(0, np.int64)
    return np.flatnonzero(np.concatenate(([True], sorted_values[1:] != sorted_values[:-1])))
