"""How far kg is ahead of the best peer of each benchmark: as a picture and as a table."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalogue import Benchmark, Line
from record import Found, Row
from table import shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Lead", "draw", "leads", "table_of"]

_AHEAD, _BEHIND = "#0b5394", "#b45f06"
_STYLE = {
    "svg.hashsalt": "kg",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Arial", "sans-serif"],
    "font.size": 9,
}


@dataclass(frozen=True, slots=True)
class Lead:
    """A line of the plot: the ratios to the best peers, above 1 where kg is ahead; the peers, none twice."""

    label: str
    ratios: tuple[float, ...]
    peers: tuple[str, ...]

    @property
    def text(self) -> str:
        """The ratio, or the lowest and the highest."""
        low, high = shown(min(self.ratios)), shown(max(self.ratios))
        return low if low == high else f"{low}–{high}"


def leads(found: Mapping[str, Found], benchmarks: Iterable[Benchmark]) -> list[Lead]:
    """The lines of the benchmarks that have figures of kg and of a peer without a fault."""
    every = (
        _lead(line, found[benchmark.name].rows)
        for benchmark in benchmarks
        if benchmark.name in found
        for line in benchmark.lines
    )
    return [lead for lead in every if lead is not None]


def _lead(line: Line, rows: Sequence[Row]) -> Lead | None:
    here = [row for row in rows if row.measure == line.measure and row.value and line.part in ("", row.part)]
    # A fast wrong answer is no answer.
    at_fault = {(row.part, row.case, row.who) for row in rows if row.measure == "wrong" and row.value}
    found, peers = [], dict[str, None]()
    for own in (row for row in here if row.who == line.who):
        others = [
            row
            for row in here
            if (row.part, row.case) == (own.part, own.case)
            and not row.who.startswith("kg")
            and (row.part, row.case, row.who) not in at_fault
        ]
        if others:
            best = (max if line.more_is_better else min)(others, key=lambda row: row.value or 0)
            ratio = (own.value or 0) / (best.value or 1)
            found.append(ratio if line.more_is_better else 1 / ratio)
            peers[best.who] = None
    return Lead(line.label, tuple(found), tuple(peers)) if found else None


def table_of(found: Sequence[Lead]) -> str:
    """The same as a table, for those who do not see the picture."""
    rows = [f"| {lead.label} | {'; '.join(lead.peers)} | {lead.text} |" for lead in found]
    return "\n".join(["| | best peer | kg, times as good |", "|---|---|---:|", *rows])


def draw(found: Sequence[Lead]) -> str:
    """An SVG of dots on a logarithmic axis; the same figures give the same bytes."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    with matplotlib.rc_context(_STYLE):
        figure, axes = pyplot.subplots(figsize=(8.4, 1.2 + 0.3 * len(found)), layout="constrained")
        figure.get_layout_engine().set(w_pad=0.2, h_pad=0.1)  # readers' fonts may be wider
        for height, lead in zip(range(len(found), 0, -1), found, strict=True):
            low, high = min(lead.ratios), max(lead.ratios)
            axes.plot([low, high], [height, height], color="#888888", linewidth=1, zorder=1)
            for ratio in lead.ratios:
                ahead = ratio >= 1
                axes.plot(ratio, height, marker="o" if ahead else "D", color=_AHEAD if ahead else _BEHIND, markersize=6)
            text = f"{lead.text} × {'; '.join(lead.peers)}"
            axes.text(1.02, height, text, transform=axes.get_yaxis_transform(), va="center")
        _axes(axes, found)
        picture = io.StringIO()
        about = {"Date": None, "Creator": None, "Title": "kg beside the best peer of each benchmark"}
        figure.savefig(picture, format="svg", metadata=about)
        pyplot.close(figure)
        return picture.getvalue()


def _axes(axes: Axes, found: Sequence[Lead]) -> None:
    """Labels, and a line where both are as good."""
    ratios = [ratio for lead in found for ratio in lead.ratios]
    low, high = min([0.1, *ratios]) * 0.9, max([10, *ratios]) * 1.2
    axes.set_xscale("log")
    axes.set_xlim(low, high)
    axes.set_ylim(0.4, len(found) + 0.6)
    axes.set_yticks(range(len(found), 0, -1), [lead.label for lead in found])
    steps = [step * 10.0**power for power in range(-3, 5) for step in (1, 2, 5)]
    ticks = [step for step in steps if low <= step <= high]
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()
    axes.axvline(1, color="black", linewidth=1)
    for text, away, side in (("kg is ahead →", 5, "left"), ("← the peer", -5, "right")):
        above = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points", "ha": side}
        axes.annotate(text, (1, 1), (away, 4), **above)
    axes.set_xlabel("times as good as the best peer")
    axes.grid(axis="x", color="#dddddd", linewidth=0.5)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
