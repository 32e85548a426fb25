"""A document in two: the subjects of which all statements are plain, formatted at once, and the rest, as Turtle.

The rest has the head of the document and its first statement too, so that comments above that stay what they are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress

from kg.turtle.lexer import TokenError
from kg.turtle.ordering import BlockKey
from kg.turtle.plain import NotPlain, PlainLayout
from kg.turtle.statements import Kind, Statement, first_term, read_head, read_statements, read_words

__all__ = ["Partition", "partition"]


class Partition:
    """The plain part of a document: its `blocks` of canonical Turtle with their places, by subject."""

    def __init__(self, text: str, layout: PlainLayout) -> None:
        self._text, self._layout = text, layout
        self._rest: list[tuple[int, int]] = []
        self._plain: dict[str, list[Statement]] = {}
        self.blocks: dict[str, tuple[BlockKey, str]] = {}

    @property
    def prefixes(self) -> Mapping[str, str]:
        """The prefixes that the blocks use."""
        return self._layout.prefixes

    @property
    def rest(self) -> str:
        """What the document says beside the blocks, in its order."""
        return "".join(self._text[start:end] for start, end in sorted(self._rest))

    def give_back(self, subjects: Collection[str]) -> None:
        """Makes what is said of some subjects part of the rest."""
        for subject in subjects:
            self._rest += [(statement.start, statement.end) for statement in self._plain.pop(subject)]
            self.blocks.pop(subject, None)

    def _add(self, start: int, statements: Iterator[Statement]) -> bool:
        """Takes in the document, of which the head ends at `start`; False if there are directives below its head."""
        self._rest.append((0, start))
        for number, statement in enumerate(statements):
            if statement.kind is Kind.DIRECTIVE:
                return False
            if number and statement.kind is Kind.PLAIN:
                with suppress(NotPlain):
                    subject = self._layout.subject(first_term(self._text, statement))
                    self._plain.setdefault(subject, []).append(statement)
                    continue
            self._rest.append((statement.start, statement.end))
        return True

    def _format(self) -> None:
        for subject in list(self._plain):
            words = (read_words(self._text, statement) for statement in self._plain[subject])
            try:
                self.blocks[subject] = self._layout.block(subject, words)
            except NotPlain:
                self.give_back([subject])


def partition(text: str, table: Mapping[str, str]) -> Partition | None:
    """A document that the strict parser accepts in two parts; `table` has the prefixes to write it with.

    None where one part could not be formatted without the other: a prefix of the table has another meaning in the
    document, or there is a base or a directive below the first statement.
    """
    head = read_head(text)
    if any(table.get(name, iri) != iri for name, iri in head.prefixes.items()):
        return None
    parts = Partition(text, PlainLayout(head.prefixes, table))
    try:
        if not parts._add(head.end, read_statements(text, head.end)):
            return None
    except TokenError:
        return None
    parts._format()
    return parts
