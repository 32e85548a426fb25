"""The endpoint beside its peers, in one run: `python benchmarks/endpoint.py [--triples 100000 1000000] [--stream]`.

All servers stay up and one at a time is loaded, in rounds; figures are medians. Before that, answers are compared with
those of the Oxigraph server in memory. The client and the servers share the machine.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median

from comparison import Answer, count_wrong, expected_answers
from generate import write
from heavy import print_heavy
from load import Load, run_load
from mix import cast, fresh, repeated
from process import wait_for_rest
from servers import SERVERS, Absent, Server, kg
from stream import print_stream

from kg.settings import Settings

SMALL = 100_000  # triples that the slow peers are given at most, unless they are named
SLOW = {"rdflib-endpoint", "virtuoso"}
REFERENCE = "oxigraph-memory"
SAMPLE = 60
MOST = 30_000  # requests a second that a list of fresh queries must be long enough for
UNCACHED = "kg, cache off"
HAS_CACHE = "cache" in {item.name for item in dataclasses.fields(Settings)}
Start = Callable[[Path, Path], AbstractContextManager[Server]]


def main() -> None:
    """Measures and prints Markdown."""
    options = _options()
    print(f"# Servers beside each other\n\n{_machine()}\n", flush=True)
    for triples in options.triples:
        with tempfile.TemporaryDirectory() as temporary:
            folder = (options.folder or Path(temporary)) / f"{triples}-{options.seed}"
            folder.mkdir(parents=True, exist_ok=True)
            data = folder / "graph.nt"
            if not data.is_file():
                write(data, triples, options.seed)
            _measure(data, triples, options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compare the endpoint with its peers.")
    parser.add_argument("--triples", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--connections", type=int, nargs="+", default=[8, 32])
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", help="servers, with commas: kg," + ",".join(SERVERS))
    parser.add_argument("--popular", action="store_true", help="ask as often about a thing as the graph speaks of it")
    parser.add_argument("--heavy", action="store_true", help="the heavy mix instead, one query at a time")
    parser.add_argument("--stream", action="store_true", help="answers of a million rows instead")
    parser.add_argument("--folder", type=Path, help="keep graphs and stores here, and use those that are there")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def _starts(options: argparse.Namespace, triples: int) -> dict[str, Start]:
    """The servers of this run by name; kg twice where its cache can be switched off, and not only without it."""
    settings: dict[str, object] = {"per_client": 64, "queue": 1024}
    if options.stream:
        settings |= {"deadline": 120, "result_bytes": 1 << 34}
    known: dict[str, Start] = {"kg": partial(kg, settings=settings)}
    if HAS_CACHE:
        known[UNCACHED] = partial(kg, settings={**settings, "cache": 0}, name=UNCACHED)
    known |= SERVERS
    names = options.only.split(",") if options.only else known
    if not set(names) <= known.keys():
        sys.exit(f"there are: {', '.join(known)}")
    wanted = {name for name in names if options.only or triples <= SMALL or name not in SLOW}
    if options.stream or options.heavy:
        wanted -= {"kg"} if HAS_CACHE else set()
        wanted |= {UNCACHED} if HAS_CACHE and "kg" in names else set()
    elif "kg" in wanted and HAS_CACHE:
        wanted.add(UNCACHED)
    return {name: start for name, start in known.items() if name in wanted}


def _measure(data: Path, triples: int, options: argparse.Namespace) -> None:
    starts = _starts(options, triples)
    with ExitStack() as stack:
        servers: dict[str, Server] = {}
        for name, start in {**starts, REFERENCE: SERVERS[REFERENCE]}.items():
            try:
                servers[name] = stack.enter_context(start(data, data.parent))
            except Absent as absent:
                print(f"Skipped: {absent} is not installed.\n")
        reference = servers.get(REFERENCE)
        measured = [servers[name] for name in starts if name in servers]
        print(f"## {triples:,} triples\n")
        _print_servers(measured)
        wait_for_rest(server.pid for server in servers.values())
        if options.stream:
            print_stream(measured, triples, options.rounds)
        elif options.heavy:
            print_heavy(measured, reference, options.rounds)
        else:
            _light(measured, reference, data, options)


def _light(servers: Sequence[Server], reference: Server | None, data: Path, options: argparse.Namespace) -> None:
    of = cast(data, popular=options.popular)
    expected = expected_answers(reference.endpoint, fresh(of, SAMPLE)) if reference else {}
    wrong = {server.name: count_wrong(server.endpoint, expected) for server in servers}
    long = int(MOST * options.seconds)

    def page(_: int) -> Iterable[str]:
        return repeated(of)

    def other(number: int) -> Iterable[str]:
        return fresh(of, long, number * long)

    for connections in options.connections:
        cached = [server for server in servers if server.name != UNCACHED]
        found = _rounds(cached, options, connections, page)
        _print_loads(f"Repeated: 300 queries in a loop, {connections} connections", found, wrong, expected)
        uncached = [server for server in servers if server.name != "kg" or not HAS_CACHE]
        found = _rounds(uncached, options, connections, other)
        _print_loads(f"Fresh: every text another, {connections} connections", found, wrong, expected)


def _rounds(
    servers: Iterable[Server], options: argparse.Namespace, connections: int, queries: Callable[[int], Iterable[str]]
) -> dict[str, list[Load]]:
    """The loads of each server; a round gives every server the same queries, one server after the other."""
    found: dict[str, list[Load]] = {server.name: [] for server in servers}
    for number in range(options.rounds):
        for server in servers:
            load = run_load(server.endpoint, queries(number), connections=connections, seconds=options.seconds)
            found[server.name].append(load)
    return found


def _print_servers(servers: Iterable[Server]) -> None:
    print("| Server | Version | loading s | start s |\n|---|---|---|---|")
    for server in servers:
        start = f"{server.starting:.2f}" if server.starting else "with loading"
        print(f"| {server.name} | {server.version} | {server.loading:.1f} | {start} |")
    print(flush=True)


def _print_loads(title: str, found: dict[str, list[Load]], wrong: dict[str, int], expected: dict[str, Answer]) -> None:
    own = next((name for name in found if name.startswith("kg")), None)
    base = median(load.rate for load in found[own]) if own else 0
    compared = f"wrong of {len(expected)}" if expected else "wrong"
    print(
        f"**{title}**\n\n| Server | {compared} | errors | answers/s | p50/p99 ms | of kg |\n|---|---|---|---|---|---|"
    )
    for name, loads in found.items():
        rate, p50, p99 = (median(getattr(load, field) for load in loads) for field in ("rate", "p50", "p99"))
        again = " (list ended)" if title.startswith("Fresh") and any(load.repeated for load in loads) else ""
        ratio = f"{rate / base:.2f}" if base else "–"
        errors = sum(load.errors for load in loads)
        share = f" ({errors / sum(load.requests for load in loads):.0%})" if errors else ""
        shown = wrong[name] if expected else "not compared"
        print(f"| {name} | {shown} | {errors}{share} | {rate:,.0f}{again} | {p50:.2f}/{p99:.1f} | {ratio} |")
    print(flush=True)


def _machine() -> str:
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores ({platform.machine()}), Python "
        f"{platform.python_version()}. The client shares the cores. Medians of interleaved rounds."
    )


if __name__ == "__main__":
    main()
