"""Which variables a group binds, and whether it means the same when given values from outside (SPARQL 1.1 §18.2)."""

from __future__ import annotations

from kg.shapes.patterns import Bind, Filter, Group, Optional, Select, Triple, Union, Values

__all__ = ["is_seedable", "reaches_out"]


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


def reaches_out(group: Group, outside: set[str]) -> bool:
    """Whether an OPTIONAL of a group has an outside variable that the group does not bind: it is not well-designed.

    Such a pattern means something else from the inside out (Pérez, Arenas & Gutierrez 2009, Semantics and complexity of
    SPARQL).
    """
    nested = [element.group for element in group.elements if isinstance(element, Optional)]
    return any(inner.variables() & outside - _certain(group) for inner in nested)


def _certain(group: Group) -> set[str]:
    """Variables that every solution of a group binds."""
    bound: set[str] = set()
    for element in group.elements:
        if isinstance(element, Triple):
            bound |= element.variables()
        elif isinstance(element, Values):
            bound |= set(element.names)
        elif isinstance(element, Union):
            bound |= set.intersection(*(_certain(one) for one in element.groups))
    return bound
