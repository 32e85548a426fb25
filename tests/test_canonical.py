"""Files that are not Turtle, or not in canonical form."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import kg.canonical
from kg.canonical import faults
from kg.namespaces import prefixes

TABLE = prefixes("https://example.org/kg/")
GOOD = "<http://e/a> <http://e/b> 1 .\n"
BAD = {
    "c.ttl": "<http://e/a> <http://e/b> 1.\n",
    "e.ttl": "<http://e/a> 1 .\n",
    "f.ttl": "\ufeff" + GOOD,
    "g.ttl": "\xe5",
}


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    for number, name in enumerate("abcdefgh"):
        (tmp_path / f"{name}.ttl").write_bytes(
            BAD.get(f"{name}.ttl", GOOD * (number + 1 if name == "a" else 1)).encode(
                "latin-1" if name == "g" else "utf-8"
            )
        )
    return [*sorted(tmp_path.glob("*.ttl")), tmp_path / "none.ttl"]


def told(files: list[Path], jobs: int) -> list[tuple[str, str, int | None, int | None, str | None]]:
    found = faults(files, TABLE, jobs)
    return [
        (fault.path.name, fault.error.message.split("\n")[0], fault.error.line, fault.error.column, fault.error.hint)
        if fault.error
        else (fault.path.name, "", None, None, None)
        for fault in found
    ]


def test_faults_are_in_the_order_of_the_files_and_have_their_place(files: list[Path]) -> None:
    byte_order_mark = "Save the file as UTF-8 without BOM; kg fmt removes one at the beginning"
    assert told(files, 1) == [
        ("c.ttl", "", None, None, None),
        (
            "e.ttl",
            'Expected a predicate (an IRI, a name or "a"), found 1',
            1,
            14,
            "A text or a number can only be a value",
        ),
        ("f.ttl", "A byte order mark (U+FEFF) stands here", 1, 1, byte_order_mark),
        ("g.ttl", "The byte 0xE5 is not UTF-8 (it would be å in Windows-1252)", 1, 1, "Save the file as UTF-8"),
        ("none.ttl", "The file cannot be read: No such file or directory", None, None, None),
    ]


def test_several_processes_say_the_same(files: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kg.canonical, "_WORTH_A_PROCESS", 10)
    progress: list[tuple[int, int]] = []
    assert told(files, 3) == told(files, 1)
    assert len(list(faults(files, TABLE, 3, lambda done, whole: progress.append((done, whole))))) == 5
    assert progress[-1][0] == progress[-1][1] == sum(path.stat().st_size for path in files if path.is_file())


def test_what_a_process_did_not_tell_is_looked_at_again(files: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    expected = told(files, 1)
    monkeypatch.setattr(kg.canonical, "_WORTH_A_PROCESS", 10)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    monkeypatch.setattr(kg.canonical, "look_as_told", look_at_one)
    assert told(files[2:], 3)[1:] == expected[1:]


def look_at_one(_order: object) -> Iterator[None]:
    yield None
    raise SystemExit(1)
