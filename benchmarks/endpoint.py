"""The endpoint beside its peers, in one run: `python benchmarks/endpoint.py [--triples 100000 1000000] [--stream]`.

All servers stay up and one at a time is loaded, in rounds; figures are medians. Before that, answers are compared with
those of the Oxigraph server in memory. The client and the servers share the machine.
"""

from __future__ import annotations

import argparse
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

from catalogue import show
from comparison import count_wrong, expected_answers
from generate import write
from heavy import heavy_rows
from load import Load, load_rows, run_load
from mix import Cast, cast, fresh, repeated
from process import wait_for_rest
from record import Absent, Found, Row, say, size, with_ratios
from servers import NAMES, SERVERS, Server, Servers, kg
from stream import stream_rows

SMALL = 100_000  # triples that the slow peers are given at most, unless they are named
SLOW = {"rdflib-endpoint", "virtuoso"}
REFERENCE = "oxigraph-memory"
UNCACHED = "kg, cache off"
Start = Callable[[Path, Path], AbstractContextManager[Server]]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured: sizes, connections, seconds a round, servers by name (none: all); where graphs are kept."""

    triples: Sequence[int]
    connections: Sequence[int] = (8, 32)
    seconds: float = 5
    rounds: int = 3
    only: Sequence[str] = ()
    popular: bool = False
    folder: Path | None = None
    seed: int = 1
    most: int = 30_000
    """Requests a second that a list of fresh queries must be long enough for."""
    sample: int = 60
    """Queries whose answers are compared."""


def main() -> None:
    """Measures and prints Markdown."""
    parser = argparse.ArgumentParser(description="Compare the endpoint with its peers.")
    parser.add_argument("--triples", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--connections", type=int, nargs="+", default=[8, 32])
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="+", default=[], choices=["kg", UNCACHED, *SERVERS], help="servers")
    parser.add_argument("--popular", action="store_true", help="ask as often about a thing as the graph speaks of it")
    parser.add_argument("--heavy", action="store_true", help="the heavy mix instead, one query at a time")
    parser.add_argument("--stream", action="store_true", help="answers of a million rows instead")
    parser.add_argument("--folder", type=Path, help="keep graphs and stores here, and use those that are there")
    parser.add_argument("--seed", type=int, default=1)
    options = vars(parser.parse_args())
    is_heavy, is_stream = options.pop("heavy"), options.pop("stream")
    if is_heavy:
        show("heavy", heavy(**options))
    elif is_stream:
        show("streaming", streaming(**options))
    else:
        show("popular" if options["popular"] else "servers", light(**options))


def light(**settings: Any) -> Found:
    """Answers a second to small queries, the same again and again, and each another."""
    plan = Plan(**settings)
    popular = ", each thing asked about as often as the graph speaks of it" if plan.popular else ""
    setting = f"Ten kinds of small queries{popular}; medians of {plan.rounds} interleaved rounds of {plan.seconds:g} s."
    return _found(plan, ("kg", UNCACHED), partial(_light_rows, plan=plan), setting)


def heavy(**settings: Any) -> Found:
    """Milliseconds of each query of the heavy mix."""
    plan = Plan(**settings)
    setting = f"One query at a time, until the last byte; medians of {plan.rounds} interleaved rounds."
    return _found(plan, (UNCACHED,), partial(heavy_rows, rounds=plan.rounds), setting)


def streaming(**settings: Any) -> Found:
    """Answers of a million rows."""
    plan = Plan(**settings)
    setting = f"Growth of the web process; medians of {plan.rounds} interleaved rounds."
    limits = {"deadline": 120, "result_bytes": 1 << 34}
    return _found(plan, (UNCACHED,), partial(stream_rows, rounds=plan.rounds), setting, limits)


def _found(
    plan: Plan,
    own: Sequence[str],
    measure: Callable[[Servers], Iterable[Row]],
    setting: str,
    limits: Mapping[str, object] | None = None,
) -> Found:
    """What is measured over each graph in turn; `own` are kg's sides, `limits` its settings beside the usual ones."""
    rows, versions, absent = list[Row](), dict[str, str](), dict[str, None]()
    for triples in plan.triples:
        with _graph(plan, triples) as data, ExitStack() as stack:
            servers = _start(data, triples, _starts(plan, triples, own, limits or {}), stack, absent)
            versions |= {re.split(r"[ ,]", server.name)[0]: server.version for server in servers.measured}
            rows += measure(servers)
    return Found(setting, versions, with_ratios(rows), tuple(absent))


@contextmanager
def _graph(plan: Plan, triples: int) -> Iterator[Path]:
    """The N-Triples file of a generated graph."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = (plan.folder or Path(temporary)) / f"{triples}-{plan.seed}"
        folder.mkdir(parents=True, exist_ok=True)
        data = folder / "graph.nt"
        if not data.is_file():
            write(data, triples, plan.seed)
        yield data


def _starts(plan: Plan, triples: int, own: Sequence[str], limits: Mapping[str, object]) -> dict[str, Start]:
    """The servers by name; the slow ones only over a small graph, or where they are asked for."""
    settings: dict[str, object] = {"per_client": 64, "queue": 1024, **limits}
    known: dict[str, Start] = {
        "kg": partial(kg, settings=settings),
        UNCACHED: partial(kg, settings={**settings, "cache": 0}, name=UNCACHED),
    }
    known = {name: known[name] for name in own} | dict(SERVERS)
    wanted = {*plan.only, *(own if "kg" in plan.only else ())} or {
        name for name in known if triples <= SMALL or name not in SLOW
    }
    return {name: start for name, start in known.items() if name in wanted}


def _start(data: Path, triples: int, starts: Mapping[str, Start], stack: ExitStack, absent: dict[str, None]) -> Servers:
    servers = dict[str, Server]()
    for name, start in {**starts, REFERENCE: SERVERS[REFERENCE]}.items():
        say(f"{size(triples)} triples: starting {name}")
        try:
            servers[name] = stack.enter_context(start(data, data.parent))
        except Absent:
            absent[NAMES[name]] = None
    wait_for_rest(server.pid for server in servers.values())
    measured = [servers[name] for name in starts if name in servers]
    return Servers(measured, servers.get(REFERENCE), data, triples)


def _light_rows(servers: Servers, plan: Plan) -> Iterator[Row]:
    of = cast(servers.data, popular=plan.popular)
    expected = expected_answers(servers.reference.endpoint, fresh(of, plan.sample)) if servers.reference else {}
    wrong = {server.name: count_wrong(server.endpoint, expected) for server in servers.measured}
    for connections, part in product(plan.connections, ("repeated", "fresh")):
        case = f"{size(servers.triples)}, {connections} connections"
        left_out = UNCACHED if part == "repeated" else "kg"
        found: dict[str, list[Load]] = {server.name: [] for server in servers.measured if server.name != left_out}
        for number in range(plan.rounds):
            say(f"{case}, {part}: round {number + 1} of {plan.rounds}")
            for server in servers.measured:
                if server.name in found:
                    texts = _texts(of, part, number, int(plan.most * plan.seconds))
                    load = run_load(server.endpoint, texts, connections=connections, seconds=plan.seconds)
                    found[server.name].append(load)
        for name, loads in found.items():
            if expected:
                yield Row(name, "wrong", wrong[name], f"of {len(expected)}", part, case)
            yield from load_rows(name, loads, part, case)


def _texts(of: Cast, part: str, number: int, long: int) -> Iterable[str]:
    """The same queries for every server of a round."""
    return repeated(of) if part == "repeated" else fresh(of, long, number * long)


if __name__ == "__main__":
    main()
