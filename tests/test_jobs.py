"""Work that several processes share: fair shares, answers as far as they come, and nobody outlives the work."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.jobs import elsewhere, processors, shares, with_progress


@pytest.fixture(autouse=True)
def tests_can_be_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))


def in_capitals(words: list[str]) -> Iterator[str]:
    for word in words:
        yield word.upper()


def own_number(_order: None) -> Iterator[int]:
    yield os.getpid()
    time.sleep(60)


def killed_at(limit: int) -> Iterator[int]:
    yield from range(limit)
    print('{"cut o', end="", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)


def deaf(_order: str) -> Iterator[None]:
    raise KeyboardInterrupt
    yield


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_another_process_answers_with_what_the_work_yields() -> None:
    with elsewhere(in_capitals, ["å", "b\n", ""]) as answers:
        assert list(answers) == ["Å", "B\n", ""]
    with elsewhere(own_number, None) as answers:
        assert next(answers) != os.getpid()


def test_an_order_larger_than_a_pipe_arrives_and_so_do_its_answers() -> None:
    words = ["word"] * 100_000
    with elsewhere(in_capitals, words) as answers:
        assert sum(1 for answer in answers if answer == "WORD") == len(words)


def test_of_a_process_that_is_killed_what_it_had_answered_is_known() -> None:
    with elsewhere(killed_at, 3) as answers:
        assert list(answers) == [0, 1, 2]


def test_a_process_that_ends_before_it_has_read_its_order_answers_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    with elsewhere(in_capitals, ["word"] * 100_000) as answers:
        assert list(answers) == []


@pytest.mark.parametrize("reason", [KeyboardInterrupt, ValueError, None])
def test_a_process_does_not_outlive_the_block(reason: type[BaseException] | None) -> None:
    numbers, before = list[int](), time.monotonic()
    try:
        with elsewhere(own_number, None) as answers:
            numbers.append(next(answers))
            assert is_running(numbers[0])
            if reason:
                raise reason
    except (KeyboardInterrupt, ValueError):
        pass
    assert not is_running(numbers[0])
    assert time.monotonic() - before < 30, "nobody waited for its end"


def test_modules_in_the_working_directory_are_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "json.py").write_text("import os; os._exit(1)")
    monkeypatch.chdir(tmp_path)
    with elsewhere(in_capitals, ["a"]) as answers:
        assert list(answers) == ["A"]


def test_the_errors_of_another_process_are_not_shown(capfd: pytest.CaptureFixture[str]) -> None:
    with elsewhere(deaf, "") as answers:
        assert list(answers) == []
    assert capfd.readouterr() == ("", "")


@given(st.lists(st.integers(0, 1000)), st.integers(1, 8), st.integers(1, 500))
def test_shares_are_all_items_once_and_differ_by_an_item_at_most(sizes: list[int], jobs: int, worth: int) -> None:
    found = shares(range(len(sizes)), sizes.__getitem__, jobs, worth)
    assert sorted(index for share in found for index in share) == list(range(len(sizes)))
    assert len(found) <= max(1, jobs)
    assert len(found) == 1 or sum(sizes) >= (len(found) - 1) * worth
    weights = [sum(sizes[index] for index in share) for share in found]
    assert max(weights) - min(weights) <= max(sizes, default=0)
    assert all(share == sorted(share, key=lambda index: -sizes[index]) for share in found)


@pytest.mark.parametrize(
    ("jobs", "worth", "expected"),
    [
        (3, 7, [["eeeee"], ["dddd", "a"], ["ccc", "bb"]]),
        (3, 15, [["eeeee", "bb", "a"], ["dddd", "ccc"]]),
        (3, 16, [["eeeee", "dddd", "ccc", "bb", "a"]]),
        (1, 1, [["eeeee", "dddd", "ccc", "bb", "a"]]),
        (9, 1, [["eeeee"], ["dddd"], ["ccc"], ["bb"], ["a"]]),
    ],
)
def test_there_are_as_many_shares_as_are_worth_a_process(jobs: int, worth: int, expected: list[list[str]]) -> None:
    assert shares(["a", "bb", "ccc", "dddd", "eeeee"], len, jobs, worth) == expected


def test_nothing_is_one_empty_share() -> None:
    assert shares([], len, 8, 1) == [[]]


def test_progress_is_told_after_the_work_on_each_item() -> None:
    heard = list[float | str]()
    for item in with_progress(["aaa", "b"], len, heard.append):
        heard.append(item)
    assert heard == ["aaa", 0.75, "b", 1.0]
    list(with_progress([""], len, heard.append))
    assert heard[-1] == 1.0, "files without content"


def test_processors_are_those_that_this_process_may_use() -> None:
    if not hasattr(os, "sched_setaffinity"):
        pytest.skip("this system has no affinity")
    before = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(before)})
        assert processors() == 1
    finally:
        os.sched_setaffinity(0, before)
