"""The figures of a benchmark as a Markdown table, errors and wrong answers shown first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from record import Found, Row

__all__ = ["Layout", "caption", "markdown", "shown"]

_FIGURE = re.compile(r"\{([^{}:]+)(:ratio)?\}")
_FAULTS = ("wrong", "errors")


@dataclass(frozen=True, slots=True)
class Layout:
    """What a table shows.

    `cells` are headings and templates, in which `{measure}` is a figure and `{measure:ratio}` its ratio to kg's; a cell
    of which a figure is missing is empty. A row is a side of a part. With `by_case`, each case has a column instead.
    """

    cells: Mapping[str, str]
    first: str = ""
    by_case: bool = False


def markdown(found: Found, layout: Layout) -> str:
    """The table, a row for each peer that is absent, and a line that says where the figures are from."""
    cases = tuple(dict.fromkeys(row.case for row in found.rows)) if layout.by_case else ("",)
    columns = [(case, heading) for case in cases for heading in layout.cells]
    headings = [", ".join(filter(None, column)) for column in columns]
    lines = [_line([layout.first, *headings]), _line(["---"] + ["---:"] * len(columns), pad="")]
    last = ""
    for part, who in dict.fromkeys((row.part, row.who) for row in found.rows):
        here = [row for row in found.rows if (row.part, row.who) == (part, who)]
        cells = [_cell(layout, heading, here, case) for case, heading in columns]
        lines.append(_line([f"**{part}**: {who}" if part != last else who, *cells]))
        last = part
    lines += [_line([name, "not installed", *[""] * (len(columns) - 1)]) for name in found.absent]
    return "\n".join(lines) + f"\n\n{caption(found)}"


def caption(found: Found) -> str:
    """The day, the machine, the versions, and what was asked."""
    versions = ", ".join(f"{name} {version}".strip() for name, version in found.versions.items())
    return f"{found.date}, {found.machine}, {versions}. {found.setting}"


def shown(value: float | None) -> str:
    """A count as it is, a figure with two digits that mean something; a dash where there was no answer."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if isinstance(value, int) or abs(value) >= 9.95 else f"{value:.2g}"


def _cell(layout: Layout, heading: str, rows: Iterable[Row], case: str) -> str:
    figures = {row.measure: row for row in rows if not layout.by_case or row.case == case}
    template = layout.cells[heading]
    if any(name not in figures or (ratio and figures[name].ratio is None) for name, ratio in _FIGURE.findall(template)):
        return ""
    text = _FIGURE.sub(lambda found: shown(_of(figures[found[1]], is_ratio=bool(found[2]))), template)
    if not layout.by_case:
        return text
    faults = [
        f"**{shown(figures[name].value)} {name}** " for name in _FAULTS if name in figures and figures[name].value
    ]
    return "".join(faults) + text


def _of(row: Row, *, is_ratio: bool) -> float | None:
    return row.ratio if is_ratio else row.value


def _line(cells: Iterable[str], pad: str = " ") -> str:
    return f"|{'|'.join(f'{pad}{cell}{pad}' if cell else ' ' for cell in cells)}|"
