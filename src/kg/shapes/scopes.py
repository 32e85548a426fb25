"""Whether a group means the same with the solutions of what is around it as by itself (SPARQL 1.1 §18.2).

`outside` are the variables of those solutions, but for those in whose place a value stands everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable

from kg.shapes.patterns import Bind, Element, Filter, Group, Optional, Select, Triple, Union, Values

__all__ = ["is_seedable", "means_the_same_in_exists", "reaches_out"]


def is_seedable(group: Group, outside: set[str]) -> bool:
    """Whether filters and BINDs of a group use no outside variable that the group itself has not bound before."""
    bound: set[str] = set()
    for element in group.elements:
        match element:
            case Triple():
                bound |= element.variables()
            case Bind(expression, variable):
                if expression.exists or (set(expression.variables) - bound) & outside or variable in outside:
                    return False
                bound.add(variable)
            case Optional():
                return False
            case Union(groups):
                if not all(is_seedable(one, outside) for one in groups):
                    return False
                bound |= set.intersection(*(_certain(one) for one in groups))
            case Select() | Values():
                bound |= set(element.names)
            case Filter():
                pass
    used = [element.condition for element in group.elements if isinstance(element, Filter)]
    mentioned = {name for one in used for name in one.variables}.union(
        *(inner.variables() for one in used for _, inner in one.exists)
    )
    return not (mentioned - bound) & outside


def means_the_same_in_exists(query: Select, replaced: set[str] | frozenset[str]) -> bool:
    """Whether a sub-query gives what it gives with values in the place of variables, which EXISTS asks for (§18.6)."""
    seen = (query.group.variables() | query.inputs) & replaced
    kept = set(query.keys if query.is_aggregated else query.names)
    return not seen or (seen <= kept and is_seedable(query.group, seen))


def reaches_out(group: Group, outside: set[str]) -> bool:
    """Whether a part of an OPTIONAL group that is evaluated first would see an outside variable that it must not.

    So does a BIND, and an OPTIONAL in it: such a pattern is not well-designed, and means something else from the
    inside out (Pérez, Arenas & Gutierrez 2009, Semantics and complexity of SPARQL).
    """
    for place, element in enumerate(group.elements):
        if isinstance(element, Bind | Optional):
            seen = Group((element,)).variables() - _bound(group.elements[:place])
            if seen & outside:
                return True
    return False


def _certain(group: Group) -> set[str]:
    """Variables that every solution of a group binds."""
    return _bound(group.elements)


def _bound(elements: Iterable[Element]) -> set[str]:
    bound: set[str] = set()
    for element in elements:
        if isinstance(element, Triple):
            bound |= element.variables()
        elif isinstance(element, Values):
            bound |= set(element.names)
        elif isinstance(element, Union):
            bound |= set.intersection(*(_certain(one) for one in element.groups))
    return bound
