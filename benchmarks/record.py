"""What a benchmark has found, as data: figures with the machine, the day and the versions they belong to."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

__all__ = ["Absent", "Found", "Row", "own", "read", "say", "size", "versions_of", "with_ratios", "write"]

_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class Absent(Exception):
    """Something that the comparison needs is not there; the message says what."""


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of one side (a server, a tool): the median of the rounds, or a count over all of them.

    `part` and `case` say of what, where a benchmark has more than one; `value` is None where there was no answer.
    `ratio` is the value over that of kg in the same place.
    """

    who: str
    measure: str
    value: float | None
    unit: str = ""
    part: str = ""
    case: str = ""
    ratio: float | None = None


def _machine() -> str:
    return f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}"


@dataclass(frozen=True, slots=True)
class Found:
    """The figures of one benchmark; `setting` says in a sentence what was asked and how often."""

    setting: str
    versions: Mapping[str, str]
    rows: tuple[Row, ...]
    absent: tuple[str, ...] = ()
    date: str = field(default_factory=lambda: f"{datetime.now(UTC):%Y-%m-%d}")
    machine: str = field(default_factory=_machine)


def own(rows: Iterable[Row]) -> str | None:
    """The side that the others are compared with: the first whose name begins with kg."""
    return next((row.who for row in rows if row.who.startswith("kg")), None)


def with_ratios(rows: Iterable[Row]) -> tuple[Row, ...]:
    """The rows, each with its ratio to kg's of the same measure in the same place."""
    rows = tuple(rows)
    base = dict[tuple[str, str, str], Row]()
    for row in rows:
        if row.who.startswith("kg"):
            base.setdefault((row.part, row.case, row.measure), row)
    return tuple(replace(row, ratio=_ratio(row, base.get((row.part, row.case, row.measure)))) for row in rows)


def _ratio(row: Row, base: Row | None) -> float | None:
    if base is None or not base.value or row.value is None:
        return None
    return round(row.value / base.value, 4)


def size(count: int) -> str:
    """A count as a power of ten where it is one: 10⁶."""
    text = str(count)
    return f"10{str(len(text) - 1).translate(_SUPERSCRIPTS)}" if text.strip("0") == "1" else f"{count:,}"


def versions_of(**packages: str) -> dict[str, str]:
    """Versions of installed packages, by the name that a reader knows: `versions_of(kg="governance-kg")`."""
    return {name: version(package) for name, package in packages.items()}


def say(text: str) -> None:
    """What is being done, on standard error."""
    print(f"  {text}", file=sys.stderr, flush=True)


def read(path: Path) -> dict[str, Found]:
    """What was found before, by name of the benchmark; nothing if there is no file yet."""
    if not path.is_file():
        return {}
    document = json.loads(path.read_text(encoding="utf-8"))
    return {
        name: Found(**{**found, "absent": tuple(found["absent"]), "rows": tuple(Row(**row) for row in found["rows"])})
        for name, found in document.items()
    }


def write(path: Path, found: Mapping[str, Found]) -> None:
    """Writes it as JSON, a figure a line, so that a difference can be read."""
    blocks = (f"{_json(name)}: {_entry(entry)}" for name, entry in found.items())
    path.write_text("{\n" + ",\n".join(blocks) + "\n}\n", encoding="utf-8")


def _entry(found: Found) -> str:
    document = asdict(found)
    rows = [{key: value for key, value in row.items() if value not in ("", None)} for row in document.pop("rows")]
    lines = [f"  {_json(key)}: {_json(value)}" for key, value in document.items()]
    figures = ",\n".join(f"    {_json(row | ({} if 'value' in row else {'value': None}))}" for row in rows)
    return "{\n" + ",\n".join([*lines, f'  "rows": [\n{figures}\n  ]']) + "\n}"


_json: Callable[[object], str] = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
