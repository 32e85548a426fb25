"""Errors with their place in a text, and the line shown."""

from __future__ import annotations

from pathlib import Path

from kg.errors import SourceError
from kg.turtle.lexer import Lines

__all__ = ["source_error", "undecodable"]

_LINE_WIDTH = 100


def source_error(message: str, text: str, offset: int, *, path: Path | None, hint: str | None) -> SourceError:
    """An error at an offset; the message shows the line and points at the column."""
    lines = Lines(text)
    line, column = lines.position(offset)
    excerpt = lines.excerpt(line).replace("\t", " ")
    cut = max(0, column - 1 - _LINE_WIDTH // 2) if len(excerpt) > _LINE_WIDTH else 0
    shown = f"{line} | {excerpt[cut : cut + _LINE_WIDTH]}"
    pointer = f"{' ' * len(str(line))} | {' ' * (column - 1 - cut)}^"
    return SourceError(f"{message}\n  {shown}\n  {pointer}", path=path, line=line, column=column, hint=hint)


def undecodable(error: UnicodeDecodeError, *, path: Path | None) -> SourceError:
    """The place of the first bytes that are not UTF-8 (Turtle 1.1 §6.1: the encoding is always UTF-8)."""
    data = bytes(error.object)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return SourceError("The file is UTF-16", path=path, line=1, column=1, hint="Save the file as UTF-8")
    before = data[: error.start].decode("utf-8")
    rest = data[error.start :].split(b"\n", 1)[0].decode("cp1252", "replace").rstrip("\r")
    shown = f" (it would be {rest[0]} in Windows-1252)" if rest[0].isprintable() and rest[0] != "\ufffd" else ""
    message = f"The byte 0x{data[error.start]:02X} is not UTF-8{shown}"
    return source_error(message, before + rest, len(before), path=path, hint="Save the file as UTF-8")
