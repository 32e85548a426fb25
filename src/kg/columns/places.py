"""Identifiers lie dense, so that each can have a place of its own in a table: nothing is sorted, nothing searched."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["numbered", "places"]

_Number = TypeVar("_Number", bound="np.integer[Any]")
_SPARSE = 16
"""Places of a table for each number that is asked about, up to which the table is made."""


def numbered(values: NDArray[_Number]) -> tuple[NDArray[_Number], NDArray[np.intp]]:
    """The distinct values, ascending, and for each value which of them it is; none is negative.

    As `np.unique` with the inverse, in a tenth of the time where the values lie dense.
    """
    most = int(values.max()) + 1 if len(values) else 0
    if most > _SPARSE * len(values):
        return np.unique(values, return_inverse=True)
    place = np.zeros(most, np.intp)
    place[values] = 1
    found = np.flatnonzero(place)
    place[found] = np.arange(len(found))
    return found.astype(values.dtype), place[values]


def places(
    keys: NDArray[np.integer[Any]], nodes: NDArray[np.integer[Any]]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Where in `keys`, ascending and none negative, each node begins, and how often it is there."""
    most = int(keys[-1]) + 1 if len(keys) else 0
    if most > _SPARSE * len(nodes) or most == 0:
        first = np.searchsorted(keys, nodes, "left")
        return first, np.searchsorted(keys, nodes, "right") - first
    begin = np.zeros(most + 3, np.intp)  # a place before the first for what is unbound, and one behind the last
    np.cumsum(np.bincount(keys, minlength=most + 1), out=begin[2:])
    at = np.clip(nodes, -1, most) + 1
    return begin[at], begin[at + 1] - begin[at]
