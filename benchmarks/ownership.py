"""Effective ownership of 250,000 holdings, every planted answer compared, beside peers in the same run.

`python benchmarks/ownership.py --holdings 250000`

Beside the columns of shares alone, the whole of it: from the columns of a graph in which each holding is a relation
to the numbers of all triples that derive from it, the texts of the nodes and shares among them.

The peers: power iteration of a sparse matrix with the same cap (scipy), and the sum over all simple paths (networkx)
for every hundredth planted answer, which is another thing where there are circles. Rounds are interleaved,
medians of three; peak memory is that of the process after kg and before any peer.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from importlib.metadata import version

import networkx as nx
import numpy as np
import record
from catalogue import show
from ownerships import Network, make_network
from rdflib import RDF, XSD, URIRef
from scipy.sparse import csr_array

from kg.columns.columns import Columns
from kg.columns.terms import TermTable, lexical_of
from kg.derive import derive
from kg.namespaces import CODE, GOV
from kg.network.ownership import effective_shares
from kg.registry import RelationKind, ShortcutRule

ROUNDS = 3
AS_OF = date(2026, 11, 1)
BASE = "https://example.org/"
RULE = ShortcutRule(*(URIRef(iri) for iri in (GOV.owner, GOV.owned, GOV.owns, GOV.ownedBy)))
OWNERSHIP = [RelationKind(URIRef(GOV.Ownership), (RULE,), False, False, False, frozenset())]
TOLERANCE = 1e-8
"""Derived shares are written as percent with six decimals."""
Found = Mapping[tuple[int, int], tuple[float, float]]


def main() -> None:
    """Measures and prints a Markdown table."""
    parser = argparse.ArgumentParser(description="Effective ownership at scale, beside peers.")
    parser.add_argument("--holdings", type=int, default=250_000)
    parser.add_argument("--seed", type=int, default=1)
    show("ownership", rows(**vars(parser.parse_args())))


def rows(*, holdings: int, seed: int = 1, rounds: int = ROUNDS) -> record.Found:
    """Wrong answers and seconds of each side."""
    network = make_network(holdings, seed)
    sample = {pair for number, pair in enumerate(network.answers) if number % 100 == 0}
    sides: dict[str, Callable[[Network], Found]] = {
        "kg": by_kg,
        "kg, from the graph to all derived triples": by_derivation,
        "power iteration (scipy)": by_power_iteration,
        "all simple paths (networkx), 1 answer in 100": lambda network: by_paths(network, sample),
    }
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    wrong, asked, memory = {}, {}, 0
    for number in range(rounds):
        record.say(f"round {number + 1} of {rounds}")
        for name, side in sides.items():
            taken, found = timed(side, network)
            memory = memory or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            seconds[name].append(taken)
            asked[name] = sample if "1 answer in 100" in name else network.answers.keys()
            wrong[name] = sum(not is_right(found.get(pair), network.answers[pair]) for pair in asked[name])
    found = [
        row
        for name, times in seconds.items()
        for row in (
            record.Row(name, "wrong", wrong[name], f"of {len(asked[name]):,}"),
            record.Row(name, "of", len(asked[name])),
            record.Row(name, "time", round(statistics.median(times), 3), "s"),
        )
    ]
    setting = (
        f"{len(network.owner):,} generated ownerships among {network.parties:,} parties, {network.circles:,} circles; "
        f"medians of {rounds} interleaved rounds; peak memory of kg with the network and its answers {memory:,} MiB."
    )
    versions = {"kg": version("governance-kg"), **{name: version(name) for name in ("numpy", "scipy", "networkx")}}
    return record.Found(setting, versions, record.with_ratios(found))


def timed(side: Callable[[Network], Found], network: Network) -> tuple[float, Found]:
    began = time.perf_counter()
    found = side(network)
    return time.perf_counter() - began - getattr(found, "bookkeeping", 0.0), found


def is_right(found: tuple[float, float] | None, expected: tuple[object, object]) -> bool:
    """Whether both bounds are those that were planted."""
    return found is not None and all(
        abs(got - float(want)) <= TOLERANCE for got, want in zip(found, expected, strict=True)
    )


class Table(dict[tuple[int, int], tuple[float, float]]):
    """Answers by pair; the time that it took to make the table of the arrays is not the method's."""

    def __init__(self, *columns: np.ndarray) -> None:
        began = time.perf_counter()
        owner, owned, lower, upper = (column.tolist() for column in columns)
        super().__init__(zip(zip(owner, owned, strict=True), zip(lower, upper, strict=True), strict=True))
        self.bookkeeping = time.perf_counter() - began


def columns(network: Network) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    lower, upper = (np.array(column) / 10000 for column in (network.lower, network.upper))
    return np.array(network.owner), np.array(network.owned), lower, upper


def by_kg(network: Network) -> Found:
    """What is measured."""
    shares = effective_shares(*columns(network), network.parties)
    return Table(shares.owner, shares.owned, shares.lower, shares.upper)


def by_derivation(network: Network) -> Found:
    """What is measured, as a build meets it; to make the graph and to read the answers is not the method's."""
    began = time.perf_counter()
    graph = as_graph(network)
    made = time.perf_counter()
    triples = derive(graph, OWNERSHIP, AS_OF)
    derived = time.perf_counter()
    found = Table(*read_back(graph.plus(triples)))
    print(f"{len(triples):,} triples derived of {len(graph):,}", file=sys.stderr)
    found.bookkeeping = time.perf_counter() - derived + made - began
    return found


def as_graph(network: Network) -> Columns:
    """Each holding as a relation that is actual: its ends, and its share in percent."""
    terms, number = TermTable(), len(network.owner)
    parties = terms.numbers_of([f"<{BASE}id/organisation/o{party}>" for party in range(network.parties)])
    relations = terms.numbers_of([f"<{BASE}id/relation/ownership-{at}>" for at in range(number)])
    shares = [terms.numbers_of([percent(value) for value in bound]) for bound in (network.lower, network.upper)]
    is_exact = shares[0] == shares[1]
    parts = [
        (relations, RDF.type, terms.number(URIRef(GOV.Ownership))),
        (relations, GOV.modality, terms.number(URIRef(CODE["modality/actual"]))),
        (relations, GOV.owner, parties[np.array(network.owner)]),
        (relations, GOV.owned, parties[np.array(network.owned)]),
        (relations[is_exact], GOV.shareExact, shares[0][is_exact]),
        (relations[~is_exact], GOV.shareMin, shares[0][~is_exact]),
        (relations[~is_exact], GOV.shareMax, shares[1][~is_exact]),
    ]
    blocks = [
        np.column_stack(np.broadcast_arrays(subject, np.int32(terms.number(URIRef(predicate))), np.int32(value)))
        for subject, predicate, value in parts
    ]
    return Columns(terms, np.concatenate(blocks))


def percent(hundredths: int) -> str:
    """A share in hundredths of a percent as a literal."""
    return f'"{hundredths // 100}.{hundredths % 100:02}"^^<{XSD.decimal}>'


def read_back(graph: Columns) -> Iterator[np.ndarray]:
    """Owner, owned and bounds of all that carries an effective share, as one pattern finds them."""
    terms = graph.terms
    node, lower = graph.forward(terms.number(URIRef(GOV.effectiveShareMin)))
    for role in (GOV.owner, GOV.owned):
        ends = graph.values(node, terms.number(URIRef(role))).value
        yield np.array([int(terms.text(end).rpartition("/o")[2][:-1]) for end in ends.tolist()])
    upper = graph.values(node, terms.number(URIRef(GOV.effectiveShareMax))).value
    for bound in (lower, upper):
        yield np.array([float(lexical_of(terms.text(share))) / 100 for share in bound.tolist()])


def by_power_iteration(network: Network) -> Found:
    """`X ← min(1, A + X A)` until it changes no more, once for each bound."""
    owner, owned, *bounds = columns(network)
    solved = []
    for share in bounds:
        direct = csr_array((share, (owner, owned)), shape=(network.parties, network.parties))
        last, closure = None, direct
        while last is None or last.nnz != closure.nnz or np.abs(last.data - closure.data).max() > 1e-12:
            last, closure = closure, (direct + closure @ direct).minimum(one_where(direct + closure @ direct))
            closure.sort_indices()
        solved.append(closure.tocoo())
    lower, upper = solved
    return Table(lower.row, lower.col, lower.data, upper.data)


def one_where(matrix: csr_array) -> csr_array:
    """1 for each entry."""
    return csr_array((np.ones_like(matrix.data), matrix.indices, matrix.indptr), shape=matrix.shape)


def by_paths(network: Network, pairs: set[tuple[int, int]]) -> Found:
    """The sum of the products over all simple paths, capped at the end."""
    graph = nx.DiGraph()
    for owner, owned, lower, upper in zip(*columns(network), strict=True):
        graph.add_edge(int(owner), int(owned), bounds=(lower, upper))
    found = {}
    for owner, owned in pairs:
        total = np.zeros(2)
        within = graph.subgraph({owner, owned, *(nx.descendants(graph, owner) & nx.ancestors(graph, owned))})
        for path in nx.all_simple_edge_paths(within, owner, owned):
            total += np.prod([graph.edges[edge]["bounds"] for edge in path], axis=0)
        found[owner, owned] = (min(1.0, float(total[0])), min(1.0, float(total[1])))
    return found


if __name__ == "__main__":
    main()
