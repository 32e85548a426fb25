"""SELECT and ASK queries read into their structure (SPARQL 1.1 §19.8), as far as columns can follow it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count

from kg.shapes.grouping import group_keys, is_plain, looked_into, without_order
from kg.shapes.patterns import (
    Bind,
    Element,
    Expression,
    Filter,
    Group,
    NotCompiled,
    Optional,
    Select,
    Union,
)
from kg.shapes.query_blocks import read_triples, read_values
from kg.shapes.query_words import Words
from kg.sparql_lexer import Kind, Token, terminals

__all__ = ["read_ask", "read_select"]

_UNKNOWN = ("GRAPH", "MINUS", "SERVICE")
_MODIFIERS = ("LIMIT", "OFFSET", "VALUES", "FROM")
_UNSTEADY = ("RAND", "NOW", "UUID", "STRUUID", "BNODE")
_AGGREGATES = ("COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT")


def read_select(text: str, prefixes: Mapping[str, str]) -> Select:
    """The structure of a SELECT query.

    Raises:
        NotCompiled: it has something that columns cannot follow.
    """
    reader = _Reader(Words(text, list(terminals(text)), dict(prefixes)))
    reader.on.prologue()
    select = reader.select()
    if reader.on.at < len(reader.on.words):
        raise NotCompiled(f"what follows the query: {reader.on.words[reader.on.at].text}")
    return select


def read_ask(text: str, prefixes: Mapping[str, str]) -> Group:
    """The group of an ASK query.

    Raises:
        NotCompiled: it has something that columns cannot follow.
    """
    reader = _Reader(Words(text, list(terminals(text)), dict(prefixes)))
    reader.on.prologue()
    if not reader.on.take().is_word("ASK"):
        raise NotCompiled("no ASK")
    if reader.on.peek().is_word("WHERE"):
        reader.on.take()
    group = reader.group()
    if reader.on.at < len(reader.on.words):
        raise NotCompiled(f"what follows the query: {reader.on.words[reader.on.at].text}")
    return group


@dataclass(slots=True)
class _Reader:
    on: Words
    fresh: Iterator[int] = field(default_factory=count)

    def select(self) -> Select:
        if not self.on.take().is_word("SELECT"):
            raise NotCompiled("no SELECT")
        is_distinct = self.on.peek().is_word("DISTINCT")
        if self.on.peek().is_word("DISTINCT", "REDUCED"):
            self.on.take()
        start = self.on.peek().start
        names, binds, words = self.clause()
        clause = self.on.text[start : self.on.peek().start]
        if self.on.peek().is_word("WHERE"):
            self.on.take()
        group = self.group()
        begun, depth = self.on.at, 0
        while self.on.at < len(self.on.words) and not (depth == 0 and self.on.is_sign("}")):
            if self.on.peek().is_word(*_MODIFIERS):
                raise NotCompiled(self.on.peek().text)
            depth += self.on.is_sign("(") - self.on.is_sign(")")
            self.on.take()
        rest = without_order(self.on.words[begun : self.on.at])
        words += rest
        is_aggregated = bool(rest) or any(token.is_word(*_AGGREGATES) for token in words)
        if is_aggregated and not is_plain(words):
            raise NotCompiled("EXISTS or COUNT (DISTINCT *) beside an aggregate")
        inputs = {token.text[1:] for token in words if token.kind is Kind.VARIABLE} - {bind.variable for bind in binds}
        tail = self.on.text[rest[0].start : rest[-1].end] if rest else ""
        return Select(
            names=tuple(names),
            binds=tuple(binds),
            is_distinct=is_distinct,
            group=group,
            clause=clause,
            aggregation=tail,
            is_aggregated=is_aggregated,
            inputs=frozenset(inputs),
            counted=frozenset(inputs) - looked_into(words),
            keys=group_keys(rest),
            prefixes=self.on.prefixes,
        )

    def clause(self) -> tuple[list[str], list[Bind], list[Token]]:
        """What stands between SELECT and WHERE: the variables that are returned, those computed, and all words."""
        names, binds, words = list[str](), list[Bind](), list[Token]()
        while not self.on.is_sign("{") and not self.on.peek().is_word("WHERE"):
            begun = self.on.at
            if self.on.is_sign("("):
                binds.append(self.named_expression())
                names.append(binds[-1].variable)
            elif self.on.peek().kind is Kind.VARIABLE:
                names.append(self.on.take().text[1:])
            else:
                raise NotCompiled(f"SELECT {self.on.peek().text}")
            words += self.on.words[begun : self.on.at]
        return names, binds, words

    def named_expression(self) -> Bind:
        self.on.take("(")
        begun, depth = self.on.at, 0
        while not (depth == 0 and self.on.peek().is_word("AS")):
            depth += self.on.is_sign("(") - self.on.is_sign(")")
            self.on.take()
        expression = self.expression(begun, self.on.at)
        self.on.take()
        variable = self.on.take().text[1:]
        self.on.take(")")
        return Bind(expression, variable)

    def expression(self, begun: int, end: int) -> Expression:
        """The words between as an expression; each EXISTS becomes a variable."""
        after, pieces, exists, variables = self.on.at, list[str](), list[tuple[str, Group]](), set[str]()
        self.on.at, last = begun, self.on.words[begun].start
        while self.on.at < end:
            token = self.on.take()
            if token.is_word(*_UNSTEADY):
                raise NotCompiled(token.text)
            if token.kind is Kind.VARIABLE:
                variables.add(token.text[1:])
            if token.is_word("EXISTS"):
                before = self.on.words[self.on.at - 2]
                is_negated = before.is_word("NOT")
                pieces.append(self.on.text[last : before.start if is_negated else token.start])
                name = f"kgExists{next(self.fresh)}"
                exists.append((name, self.group()))
                pieces.append(f"(!?{name})" if is_negated else f"?{name}")
                last = self.on.words[self.on.at - 1].end
        pieces.append(self.on.text[last : max(last, self.on.words[end - 1].end)])
        self.on.at = max(after, self.on.at)
        return Expression("".join(pieces).strip(), frozenset(variables), tuple(exists), self.on.prefixes)

    def group(self) -> Group:
        self.on.take("{")
        if self.on.peek().is_word("SELECT"):
            found = Group((self.select(),))
            self.on.take("}")
            return found
        elements: list[Element] = []
        while not self.on.is_sign("}"):
            token = self.on.peek()
            if self.on.is_sign("."):
                self.on.take()
            elif self.on.is_sign("{"):
                elements.append(self.union())
            elif token.is_word("OPTIONAL"):
                self.on.take()
                elements.append(Optional(self.group()))
            elif token.is_word("FILTER"):
                self.on.take()
                elements.extend(map(Filter, self.conditions()))
            elif token.is_word("BIND"):
                self.on.take()
                elements.append(self.named_expression())
            elif token.is_word("VALUES"):
                self.on.take()
                elements.append(read_values(self.on))
            elif token.is_word(*_UNKNOWN):
                raise NotCompiled(token.text)
            else:
                elements.extend(read_triples(self.on, self.fresh))
        self.on.take("}")
        return Group(tuple(elements))

    def union(self) -> Element:
        groups = [self.group()]
        while self.on.peek().is_word("UNION"):
            self.on.take()
            groups.append(self.group())
        return Union(tuple(groups))

    def conditions(self) -> Iterator[Expression]:
        """What follows FILTER: an expression in parentheses, a call, or EXISTS; of a conjunction, each part.

        A conjunction is true where each part is, and where a part is an error it is not (SPARQL 1.1 §17.2).
        """
        begun = self.on.at
        if self.on.peek().is_word("NOT"):
            self.on.take()
        if self.on.peek().is_word("EXISTS"):
            self.on.take()
            self.on.skip("{", "}")
        else:
            while not self.on.is_sign("("):
                self.on.take()
            self.on.skip("(", ")")
        end = self.on.at
        for first, last in self.on.conjuncts(begun, end):
            part = self.expression(first, last)
            yield replace(part, text=f"({part.text})")
        if not self.on.conjuncts(begun, end):
            yield self.expression(begun, end)
