"""The significant tokens of a Turtle document, one after the other, with the comments around them kept at hand."""

from __future__ import annotations

from pathlib import Path

from kg.errors import SourceError
from kg.turtle.document import Comments
from kg.turtle.lexer import Lines, Token, read_tokens

__all__ = ["TokenStream"]


class TokenStream:
    """Reads token by token.

    `pending` holds the comments above tokens already read that still wait for the statement, predicate or value
    that they belong to.
    """

    def __init__(self, text: str, *, path: Path | None = None) -> None:
        self._end = Token("end", "", len(text))
        self._lines = Lines(text)
        self._path = path
        self._tokens: list[Token] = []
        self._above: list[list[Token]] = [[]]
        self._beside: dict[int, str] = {}
        self._index = 0
        self.pending: list[str] = []
        for token in read_tokens(text, path=path):
            self._place(token)

    def _place(self, token: Token) -> None:
        last = len(self._tokens) - 1
        if token.kind != "comment":
            self._tokens.append(token)
            self._above.append([])
        elif last >= 0 and self.line(self._tokens[last].end) == self.line(token.start):
            self._beside[last] = token.text.rstrip()
        else:
            self._above[-1].append(token)

    @property
    def current(self) -> Token:
        """The next token, not yet read; its kind is `end` and its text empty when there is none."""
        return self._tokens[self._index] if self._index < len(self._tokens) else self._end

    @property
    def last_line(self) -> int:
        """The line where the token just read begins."""
        return self.line(self._tokens[self._index - 1].start)

    def line(self, offset: int) -> int:
        """The line of an offset, from 1."""
        return self._lines.line(offset)

    def read(self) -> Token:
        """The next token; the comments above it go to `pending`."""
        token = self.current
        if token.kind == "end":
            raise self.error("The document ends in the middle of a statement", token)
        self.pending += filter(None, self.take_above())
        self._index += 1
        return token

    def expect(self, mark: str) -> None:
        """Reads the given token and no other."""
        token = self.read()
        if token.text != mark:
            raise self.error(f'Expected "{mark}", found {token.text}', token)

    def take(self) -> Comments:
        """The comments that belong to what comes next inside a statement."""
        taken, self.pending = (*self.pending, *filter(None, self.take_above())), []
        return taken

    def take_beside(self) -> Comments:
        """The comment that ends the line of the token just read."""
        comment = self._beside.pop(self._index - 1, None)
        return () if comment is None else (comment,)

    def take_above(self) -> list[str]:
        """The comments above the next token, with "" for an empty line between them or after them."""
        comments, self._above[self._index] = self._above[self._index], []
        found: list[str] = []
        following = [*(comment.start for comment in comments[1:]), self.current.start]
        for comment, start in zip(comments, following, strict=False):
            found.append(comment.text.rstrip())
            if self.line(start) - self.line(comment.start) > 1:
                found.append("")
        return found

    def error(self, message: str, token: Token) -> SourceError:
        """An error at the place of a token."""
        line, column = self._lines.position(token.start)
        return SourceError(message, path=self._path, line=line, column=column)
