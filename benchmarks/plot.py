"""How far kg is ahead of the best peer of each benchmark: as a picture and as a table."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from catalogue import Benchmark, Line
from record import Found, Row
from table import shown

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
    at_fault = {
        (row.part, row.case, row.who) for row in rows if row.measure in ("wrong", "errors") and row.value
    }  # a fast wrong answer is no answer
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
    rows = [f"| {lead.label} | {', '.join(lead.peers)} | {lead.text} |" for lead in found]
    return "\n".join(["| | best peer | kg, times as good |", "|---|---|---:|", *rows])


def draw(found: Sequence[Lead]) -> str:
    """An SVG of dots on a logarithmic axis; the same figures give the same bytes."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    with matplotlib.rc_context(_STYLE):
        figure, axes = pyplot.subplots(figsize=(8, 0.8 + 0.36 * len(found)), layout="constrained")
        for height, lead in zip(range(len(found), 0, -1), found, strict=True):
            low, high = min(lead.ratios), max(lead.ratios)
            axes.plot([low, high], [height, height], color="#888888", linewidth=1, zorder=1)
            for ratio in lead.ratios:
                ahead = ratio >= 1
                axes.plot(ratio, height, marker="o" if ahead else "D", color=_AHEAD if ahead else _BEHIND, markersize=6)
            text = f"{lead.text} × {', '.join(lead.peers)}"
            axes.annotate(text, (high, height), (8, 0), textcoords="offset points", va="center", fontsize=8)
        _axes(axes, found)
        text = io.StringIO()
        about = {"Date": None, "Creator": None, "Title": "kg beside the best peer of each benchmark"}
        figure.savefig(text, format="svg", metadata=about)
        pyplot.close(figure)
    return text.getvalue()


def _axes(axes: object, found: Sequence[Lead]) -> None:
    """Labels, a line where both are as good, and room for the texts on the right."""
    ratios = [ratio for lead in found for ratio in lead.ratios] or [1]
    axes.set_xscale("log")
    axes.set_xlim(min(0.2, *ratios) * 0.8, max(10.0, *ratios) * 12)
    axes.set_ylim(0.4, len(found) + 0.6)
    axes.set_yticks(range(len(found), 0, -1), [lead.label for lead in found])
    ticks = [value for value in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100) if value <= max(10.0, *ratios) * 1.5]
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()
    axes.axvline(1, color="black", linewidth=1)
    axes.set_xlabel("← the best peer is ahead     times as good as the best peer     kg is ahead →")
    axes.grid(axis="x", color="#dddddd", linewidth=0.5)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
