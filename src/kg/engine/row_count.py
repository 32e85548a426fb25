"""How many solutions or triples an answer has, from its bytes as they pass: for the log, at the cost of a scan."""

from __future__ import annotations

import re

__all__ = ["RowCount"]

_SEPARATOR = {
    # between two bindings, and the first byte of a name; a literal that ends like one is followed by a comma or a brace
    "json": re.compile(rb'\}\},\{"[^,}]'),
    "xml": re.compile(rb"<result>"),
    "tsv": re.compile(rb"\n"),
    "nt": re.compile(rb"\n"),
}
_KEPT = 16
_HEADS = {"csv": 1, "tsv": 1}


class RowCount:
    """Counts while pieces of an answer in `format` are `add`ed; `value` is None where the format does not show it.

    JSON answers whose solutions bind nothing are counted too low.
    """

    def __init__(self, format: str) -> None:
        self._format = format
        self._pattern = _SEPARATOR.get(format)
        self._found = -_HEADS.get(format, 0)
        self._rest = b""
        self._has_rows = False
        self._is_quoted = False

    def add(self, piece: bytes) -> None:
        """The next piece."""
        if self._format == "csv":
            self._add_csv(piece)
        if self._pattern is None:
            return
        data = self._rest + piece
        end = 0
        for match in self._pattern.finditer(data):
            end = match.end()
            self._found += 1
        if self._format == "json" and not self._has_rows:
            self._has_rows = b'"bindings":[{' in data
        self._rest = data[max(end, len(data) - _KEPT) :]

    def _add_csv(self, piece: bytes) -> None:
        """Ends of lines outside quotes (RFC 4180 §2.6); a doubled quote leaves and enters again."""
        parts = piece.split(b'"')
        self._found += sum(part.count(b"\n") for part in parts[self._is_quoted :: 2])
        self._is_quoted ^= len(parts) % 2 == 0

    @property
    def value(self) -> int | None:
        if self._pattern is None and self._format != "csv":
            return None
        return self._found + (1 if self._has_rows else 0)
