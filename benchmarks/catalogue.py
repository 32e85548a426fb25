"""All benchmarks: what runs each, how large, and how its figures are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from record import Found
from table import Layout, markdown

__all__ = ["BENCHMARKS", "KEPT", "NEW_PROJECT", "Benchmark", "Line", "show"]

HERE = Path(__file__).parent
NEW_PROJECT, KEPT = object(), object()
"""Settings that the run has in place of these: a small project of `kg new`, and a folder for graphs of several runs."""
_RATIO = "{answers/s:ratio}"
_LIGHT = Layout({"": "{answers/s} ({p50}/{p99})"}, "answers/s (p50/p99 ms)", by_case=True)
_LOADED = Layout(
    {
        "wrong": "{wrong}",
        "s": "{time}",
        "triples/s": "{triples/s}",
        "peak MiB": "{peak}",
        "time, of kg": "{time:ratio}",
    }
)
_UNCACHED = "kg, cache off"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the plot: how far kg's side `who` is ahead of the best peer in `measure`, a dot for each part and case.

    `part` names the only part that counts; `more_is_better` is false for seconds.
    """

    label: str
    measure: str
    more_is_better: bool = False
    part: str = ""
    who: str = "kg"


@dataclass(frozen=True, slots=True)
class Benchmark:
    """`function` of `module` measures; `full` and `small` are its arguments, small ones to prove that it works."""

    name: str
    module: str
    layout: Layout
    full: Mapping[str, Any]
    small: Mapping[str, Any]
    lines: tuple[Line, ...] = ()
    function: str = "found"

    @property
    def is_written(self) -> bool:
        """Whether there is a file of this module."""
        return (HERE / f"{self.module}.py").is_file()


_ALL = {"triples": (100_000, 1_000_000), "rounds": 3}
_MILLION = {"triples": (1_000_000,), "rounds": 3}
_LITTLE = {"triples": (10_000,), "rounds": 1}
_LEAST = {"triples": (2_000,), "rounds": 1}
_SECOND = {"seconds": 1, "rounds": 1}
_LIGHTLY = {**_LITTLE, **_SECOND, "most": 5_000, "sample": 20, "connections": (4,), "folder": KEPT}
_FEW = ("kg", "oxigraph-memory", "oxigraph-disk")

BENCHMARKS = (
    Benchmark(
        "start",
        "figures",
        Layout(
            {
                "errors": "{errors}",
                "build s": "{build}",
                "first answer s": "{first answer}",
                "a saved query, median ms": "{saved query}",
                "of kg": "{saved query:ratio}",
            }
        ),
        {"rounds": 3},
        {"rounds": 1, "project": NEW_PROJECT},
        (Line("First answer after the start", "first answer"), Line("Saved queries, one at a time", "saved query")),
    ),
    Benchmark(
        "questions",
        "questions",
        Layout(
            {"errors": "{errors}", "answers/s": "{answers/s}", "p50/p99 ms": "{p50}/{p99}", "of kg, cache off": _RATIO}
        ),
        {"seconds": 4, "rounds": 3, "connections": 8},
        {**_SECOND, "connections": 4, "project": NEW_PROJECT},
        (
            Line("Saved queries, repeated", "answers/s", more_is_better=True, who="kg, texts repeated"),
            Line("Saved queries, each text another", "answers/s", more_is_better=True, who=_UNCACHED),
        ),
    ),
    Benchmark(
        "servers",
        "endpoint",
        _LIGHT,
        {**_ALL, "seconds": 4, "connections": (8, 32), "folder": KEPT},
        {**_LIGHTLY, "only": ("kg", "oxigraph-memory", "virtuoso", "rdflib-endpoint")},
        (
            Line("Small queries, repeated", "answers/s", more_is_better=True, part="repeated"),
            Line("Small queries, each text another", "answers/s", more_is_better=True, part="fresh", who=_UNCACHED),
        ),
        "light",
    ),
    Benchmark(
        "popular",
        "endpoint",
        _LIGHT,
        {**_ALL, "seconds": 4, "connections": (8,), "popular": True, "only": _FEW, "folder": KEPT},
        {**_LIGHTLY, "popular": True, "only": ("kg",)},
        (
            Line("Popular things, repeated", "answers/s", more_is_better=True, part="repeated"),
            Line("Popular things, each text another", "answers/s", more_is_better=True, part="fresh", who=_UNCACHED),
        ),
        "light",
    ),
    Benchmark(
        "heavy",
        "endpoint",
        Layout({"": "{time}"}, "ms", by_case=True),
        {**_MILLION, "only": ("kg", "oxigraph-memory", "oxigraph-disk", "virtuoso"), "folder": KEPT},
        {**_LITTLE, "only": _FEW, "folder": KEPT},
        (Line("Heavy queries", "time", who=_UNCACHED),),
        "heavy",
    ),
    Benchmark(
        "streaming",
        "endpoint",
        Layout(
            {
                "wrong": "{wrong}",
                "first byte ms": "{first byte}",
                "whole s": "{whole}",
                "growth MiB": "{growth}",
                "whole, of kg": "{whole:ratio}",
            }
        ),
        {**_MILLION, "only": _FEW, "folder": KEPT},
        {**_LITTLE, "only": _FEW, "folder": KEPT},
        (Line("A million rows", "whole", who=_UNCACHED),),
        "streaming",
    ),
    Benchmark(
        "fairness",
        "fairness",
        Layout({"failures": "{errors}", "answers": "{answers}", "p50 ms": "{p50}", "p99 ms": "{p99}"}),
        {"seconds": 20, "rounds": 3},
        {"seconds": 1, "rounds": 1},
    ),
    Benchmark(
        "overrun",
        "overrun",
        Layout(
            {
                "of another outcome than the corpus says": "{wrong}",
                "hostile queries": "{queries}",
                "stopped at the deadline": "{stopped}",
                "latest end after the deadline, ms": "{latest}",
            }
        ),
        {"deadline": 0.3},
        {"deadline": 2, "most": 12},
    ),
    Benchmark(
        "ownership",
        "ownership",
        Layout({"wrong of planted": "{wrong} of {of}", "s": "{time}", "of kg": "{time:ratio}"}),
        {"holdings": 250_000},
        {"holdings": 2_000, "rounds": 1},
        (Line("Effective ownership", "time"),),
        "rows",
    ),
    Benchmark(
        "validators",
        "validate",
        Layout(
            {
                "wrong": "{wrong}",
                "results": "{results}",
                "load s": "{load}",
                "validation s": "{validation}",
                "peak MiB": "{peak}",
                "validation, of kg": "{validation:ratio}",
                "with loading": "{with loading:ratio}",
            }
        ),
        {**_ALL, "pyshacl": 10_000},
        {**_LEAST, "pyshacl": 0},
        (Line("Validation", "validation"),),
    ),
    Benchmark(
        "loaders",
        "loaders",
        _LOADED,
        _ALL,
        _LEAST,
        (Line("Loading", "time", who="kg, columns"),),
    ),
    Benchmark(
        "build",
        "build",
        _LOADED,
        _ALL,
        _LEAST,
        (Line("Building a release", "time", who="kg build"),),
    ),
)
"""In the order in which they run."""


def show(name: str, found: Found) -> None:
    """Prints the figures of one benchmark as Markdown."""
    layout = next(benchmark.layout for benchmark in BENCHMARKS if benchmark.name == name)
    print(markdown(found, layout))
