"""All benchmarks, one after the other, into one document: `python benchmarks/run.py [--small] [--only NAME …]`.

Figures go into a JSON file beside the document, from there into its tables and a picture. Each benchmark runs in a
process of its own; what is not installed is left out and named, and a benchmark that fails does not stop the others.
With `--small` everything is tiny, which proves that it works and measures nothing; it is printed, unless `--out` says
where it is to go.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

from catalogue import BENCHMARKS, KEPT, NEW_PROJECT, Benchmark
from document import fill
from plot import draw, leads, table_of
from record import Absent, Found, read, say, write
from table import markdown

from kg.new import create_project

DOCUMENT = Path(__file__).parents[1] / "docs" / "benchmarks.md"
NAMES = [benchmark.name for benchmark in BENCHMARKS]
PLOT = "plot"


@dataclass(slots=True)
class Outcome:
    """What ran, what was skipped and why, and what failed."""

    found: dict[str, Found] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


def main() -> int:
    """Measures, then writes or prints."""
    parser = argparse.ArgumentParser(description="Run the benchmarks and write their figures into a document.")
    parser.add_argument("--small", action="store_true", help="tiny: to see that everything works")
    parser.add_argument("--only", nargs="+", default=NAMES, choices=NAMES, metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--out", type=Path, help=f"the document; {DOCUMENT.name} of the project, unless --small")
    parser.add_argument("--draw", action="store_true", help="measure nothing: write the document from its JSON again")
    options = parser.parse_args()
    out = options.out or (None if options.small else DOCUMENT)
    chosen = [] if options.draw else [benchmark for benchmark in BENCHMARKS if benchmark.name in options.only]
    outcome = run(chosen, small=options.small, out=out)
    if out is None:
        for benchmark in BENCHMARKS:
            if benchmark.name in outcome.found:
                print(f"## {benchmark.name}\n\n{markdown(outcome.found[benchmark.name], benchmark.layout)}\n")
    else:
        try:
            write_document(out)
        except ValueError as error:
            parser.error(f"{out}: {error}")
        if outcome.found:
            print(f"{out} is written; the words around its tables are yours: are they still true?", file=sys.stderr)
    for name, reason in outcome.skipped.items():
        print(f"skipped: {name}: {reason}", file=sys.stderr)
    for name, reason in outcome.failed.items():
        print(f"FAILED: {name}: {reason}", file=sys.stderr)
    return 1 if outcome.failed else 0


def run(benchmarks: Sequence[Benchmark], *, small: bool, out: Path | None) -> Outcome:
    """Runs them in turn (small ones side by side); what each has found is in the JSON beside `out` before the next."""
    outcome = Outcome()
    with TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count() if small else 1) as pool:
        create_project(Path(folder), "demo", "https://example.org/demo/", date(2026, 11, 1))
        results = pool.map(partial(_run_one, folder=Path(folder), small=small), benchmarks)
        for benchmark, result in zip(benchmarks, results, strict=True):
            if isinstance(result, Found):
                outcome.found[benchmark.name] = result
                if out is not None:
                    path = out.with_suffix(".json")
                    write(path, _in_order(read(path) | {benchmark.name: result}))
            elif isinstance(result, Absent):
                outcome.skipped[benchmark.name] = str(result)
            else:
                outcome.failed[benchmark.name] = f"{type(result).__name__}: {result}"
    return outcome


def _run_one(benchmark: Benchmark, folder: Path, *, small: bool) -> Found | Exception:
    """What it has found, or why not: `Absent` says what there is not."""
    if not benchmark.is_written:
        return Absent(f"there is no benchmarks/{benchmark.module}.py")
    settings = dict(benchmark.small if small else benchmark.full)
    if settings.get("project") is NEW_PROJECT:
        settings["project"] = folder / "demo"
    if settings.get("folder") is KEPT:
        settings["folder"] = folder / benchmark.name if small else folder
    begin = time.perf_counter()
    say(f"{benchmark.name}: begins")
    try:
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
            return pool.submit(_call, benchmark.module, benchmark.function, settings).result()
    except Exception as error:  # whatever it is, the others run
        return error
    finally:
        say(f"{benchmark.name}: ended after {time.perf_counter() - begin:.0f} s")


def _call(module: str, function: str, settings: Mapping[str, object]) -> Found:
    found: Found = getattr(import_module(module), function)(**settings)
    return found


def write_document(out: Path) -> None:
    """Writes the tables and the picture of the figures in the JSON beside the document."""
    found = read(out.with_suffix(".json"))
    out.write_text(fill(out.read_text(encoding="utf-8"), parts(found, out.with_suffix(".svg").name)), encoding="utf-8")
    out.with_suffix(".svg").write_text(draw(leads(found, BENCHMARKS)), encoding="utf-8")


def parts(found: Mapping[str, Found], picture: str) -> dict[str, str]:
    """What is generated, by place: a table for each benchmark, and the plot."""
    made = {
        benchmark.name: markdown(found[benchmark.name], benchmark.layout)
        if benchmark.name in found
        else f"Not measured yet: `python benchmarks/run.py --only {benchmark.name}`."
        for benchmark in BENCHMARKS
    }
    ahead = leads(found, BENCHMARKS)
    made[PLOT] = f"![kg beside the best peer of each benchmark]({picture})\n\n{table_of(ahead)}"
    return made


def _in_order(found: Mapping[str, Found]) -> dict[str, Found]:
    return {name: found[name] for name in NAMES if name in found}


if __name__ == "__main__":
    sys.exit(main())
