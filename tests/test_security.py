"""SECURITY.md: the tests and the modules that it names are there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line[1:-1].split("|")] for line in TEXT.splitlines() if re.match(r"\| [^-A]", line)]


def functions(path: Path) -> set[str]:
    return {item.name for item in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(item, ast.FunctionDef)}


def test_every_threat_has_a_defence_and_a_test_or_says_that_there_is_none() -> None:
    assert len(ROWS) >= 15
    for attacker, danger, defence, test, remains in ROWS:
        assert attacker, danger
        assert danger, attacker
        assert test or defence == "nothing", danger
        assert remains or test, danger


def test_the_tests_are_there() -> None:
    named = [name for row in ROWS for name in re.findall(r"`(test_\w+\.py)(?:::(\w+))?`", row[3])]
    assert len(named) >= 25
    for file, function in named:
        assert not function or function in functions(ROOT / "tests" / file), f"{file}::{function}"
        assert (ROOT / "tests" / file).is_file(), file


def test_the_modules_are_there() -> None:
    named = [name for row in ROWS for name in re.findall(r"`((?:\w+/)?\w+\.(?:py|conf|txt))`", row[2])]
    assert len(named) >= 15
    for name in named:
        assert any((folder / name).is_file() for folder in (ROOT, ROOT / "src" / "kg")), name
