"""Operations on columns of integers, against lists."""

from itertools import groupby

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kg.network.arrays import ranges, starts


@given(st.lists(st.tuples(st.integers(-50, 50), st.integers(0, 5))))
def test_ranges_are_one_behind_the_other(pairs: list[tuple[int, int]]) -> None:
    first, length = np.array(pairs, np.int64).reshape(-1, 2).T
    assert ranges(first, length).tolist() == [begin + step for begin, size in pairs for step in range(size)]


@given(st.lists(st.integers(0, 5)).map(sorted))
def test_starts_are_where_runs_of_equal_values_begin(values: list[int]) -> None:
    lengths = [len(list(run)) for _, run in groupby(values)]
    assert starts(np.array(values, np.int64)).tolist() == [sum(lengths[:number]) for number in range(len(lengths))]
