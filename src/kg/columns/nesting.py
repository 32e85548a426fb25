"""JSON-LD that is nested so deep that its parser, which goes down by recursion, would end the process."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import numpy as np

from kg.errors import SourceError

__all__ = ["refuse_deep_json"]

_DEEPEST = 1000
_TEXT = re.compile(rb'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_STEPS = np.zeros(256, np.int8)
_STEPS[list(b"[{")], _STEPS[list(b"]}")] = 1, -1


def refuse_deep_json(path: Path) -> None:
    """Looks at a file of JSON-LD before it is parsed.

    Raises:
        SourceError: it is nested deeper than a thousand levels.
        OSError, EOFError, zlib.error: it cannot be read.
    """
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        signs = _TEXT.sub(b"", file.read())
    depth = np.cumsum(_STEPS[np.frombuffer(signs, np.uint8)], dtype=np.int32)
    if len(depth) and depth.max() > _DEEPEST:
        raise SourceError(f"Its objects and lists are nested deeper than {_DEEPEST} levels", path=path)
