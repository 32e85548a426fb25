"""kg: governance knowledge graphs, from Turtle files to an answered query."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kg.shapes.files import validate

__all__ = ["validate"]


def __getattr__(name: str) -> Any:
    """What a caller has use for, imported when it is first asked for."""
    if name == "validate":
        from kg.shapes.files import validate

        return validate
    raise AttributeError(f"module 'kg' has no attribute {name!r}")
