"""Whether two documents say the same, lexical forms compared as they are (RDF 1.1 Concepts §3.6).

Blank nodes with the same label in both documents are taken for the same node. The others must form a forest, as
`[ … ]` and `( … )` do: each has one reference at most and none reaches itself. A forest is compared in linear time;
the general algorithm (RDFC-1.0 in pyoxigraph) takes minutes for a list of a thousand equal numbers.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable
from typing import TypeAlias

from pyoxigraph import BlankNode, Triple

__all__ = ["same_graph"]

_Signature: TypeAlias = Counter[tuple[Hashable, Hashable, Hashable]]


def same_graph(left: Iterable[Triple], right: Iterable[Triple]) -> bool:
    """Whether the graphs are isomorphic by a mapping that keeps shared labels; False where no forest remains."""
    one, other = set(left), set(right)
    if one == other:
        return True
    shared = _blank_nodes(one) & _blank_nodes(other)
    codes: dict[Hashable, int] = {}
    signature = _signature(one, shared, codes)
    return signature is not None and signature == _signature(other, shared, codes)


def _blank_nodes(triples: Iterable[Triple]) -> set[object]:
    return {term for triple in triples for term in (triple.subject, triple.object) if isinstance(term, BlankNode)}


def _signature(triples: set[Triple], shared: set[object], codes: dict[Hashable, int]) -> _Signature | None:
    """The triples with a number for each unshared blank node, the same for the same description; None if no forest."""
    unshared = _blank_nodes(triples) - shared
    described: dict[object, list[Triple]] = defaultdict(list)
    referrers: dict[object, object] = {}
    waiting: Counter[object] = Counter()
    for triple in triples:
        described[triple.subject].append(triple)
        if triple.object in unshared:
            if triple.object in referrers:
                return None
            referrers[triple.object] = triple.subject
            waiting[triple.subject] += 1
    numbers: dict[object, Hashable] = {}  # a node on a cycle gets none: it stays itself, and equals no other
    ready = [node for node in unshared if not waiting[node]]
    while ready:
        node = ready.pop()
        said = Counter((triple.predicate, numbers.get(triple.object, triple.object)) for triple in described[node])
        numbers[node] = codes.setdefault(frozenset(said.items()), len(codes))
        referrer = referrers.get(node)
        waiting[referrer] -= 1
        if referrer in unshared and not waiting[referrer]:
            ready.append(referrer)
    return Counter((numbers.get(t.subject, t.subject), t.predicate, numbers.get(t.object, t.object)) for t in triples)
