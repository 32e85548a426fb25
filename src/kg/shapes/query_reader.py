"""SELECT and ASK queries read into their structure (SPARQL 1.1 §19.8), as far as columns can follow it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count

from rdflib import RDF, URIRef

from kg.namespaces import FOREIGN
from kg.shapes.paths import Alternative, Inverse, Path, Predicate, Repeated, Sequence
from kg.shapes.patterns import (
    Bind,
    Element,
    Expression,
    Filter,
    Group,
    NotCompiled,
    Optional,
    Select,
    Term,
    Triple,
    Union,
)
from kg.sparql_lexer import Kind, Token, tokens

__all__ = ["read_ask", "read_select"]

_XSD = FOREIGN["xsd"]
_UNKNOWN = ("GRAPH", "MINUS", "VALUES", "SERVICE")
_MODIFIERS = ("ORDER", "LIMIT", "OFFSET", "VALUES", "FROM")
_UNSTEADY = ("RAND", "NOW", "UUID", "STRUUID", "BNODE")
_AGGREGATES = ("COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT")


def read_select(text: str, prefixes: Mapping[str, str]) -> Select:
    """The structure of a SELECT query.

    Raises:
        NotCompiled: it has something that columns cannot follow.
    """
    reader = _Reader(text, list(tokens(text)), dict(prefixes))
    reader.prologue()
    select = reader.select()
    if reader.at < len(reader.words):
        raise NotCompiled(f"what follows the query: {reader.words[reader.at].text}")
    return select


def read_ask(text: str, prefixes: Mapping[str, str]) -> Group:
    """The group of an ASK query.

    Raises:
        NotCompiled: it has something that columns cannot follow.
    """
    reader = _Reader(text, list(tokens(text)), dict(prefixes))
    reader.prologue()
    if not reader.take().is_word("ASK"):
        raise NotCompiled("no ASK")
    if reader.peek().is_word("WHERE"):
        reader.take()
    group = reader.group()
    if reader.at < len(reader.words):
        raise NotCompiled(f"what follows the query: {reader.words[reader.at].text}")
    return group


@dataclass(slots=True)
class _Reader:
    text: str
    words: list[Token]
    prefixes: dict[str, str]
    at: int = 0
    fresh: Iterator[int] = field(default_factory=count)

    def peek(self) -> Token:
        if self.at >= len(self.words):
            raise NotCompiled("an end that is not expected")
        return self.words[self.at]

    def take(self, text: str | None = None) -> Token:
        token = self.peek()
        if text is not None and token.text != text:
            raise NotCompiled(f"{token.text} where {text} is expected")
        self.at += 1
        return token

    def is_sign(self, *signs: str) -> bool:
        return self.at < len(self.words) and self.peek().kind is Kind.SIGN and self.peek().text in signs

    def prologue(self) -> None:
        while self.peek().is_word("PREFIX"):
            self.take()
            name = self.take().text.rstrip(":")
            self.prefixes[name] = self.take().text[1:-1]

    def select(self) -> Select:
        if not self.take().is_word("SELECT"):
            raise NotCompiled("no SELECT")
        is_distinct = self.peek().is_word("DISTINCT")
        if self.peek().is_word("DISTINCT", "REDUCED"):
            self.take()
        start, names, binds, words = self.peek().start, list[str](), list[Bind](), list[Token]()
        while not self.is_sign("{") and not self.peek().is_word("WHERE"):
            begun = self.at
            if self.is_sign("("):
                binds.append(self.named_expression())
                names.append(binds[-1].variable)
            elif self.peek().kind is Kind.VARIABLE:
                names.append(self.take().text[1:])
            else:
                raise NotCompiled(f"SELECT {self.peek().text}")
            words += self.words[begun : self.at]
        clause = self.text[start : self.peek().start]
        if self.peek().is_word("WHERE"):
            self.take()
        group = self.group()
        begun, depth = self.at, 0
        while self.at < len(self.words) and not (depth == 0 and self.is_sign("}")):
            if self.peek().is_word(*_MODIFIERS):
                raise NotCompiled(self.peek().text)
            depth += self.is_sign("(") - self.is_sign(")")
            self.take()
        rest = self.words[begun : self.at]
        words += rest
        inputs = {token.text[1:] for token in words if token.kind is Kind.VARIABLE} - {bind.variable for bind in binds}
        is_aggregated = bool(rest) or any(token.is_word(*_AGGREGATES) for token in words)
        tail = self.text[rest[0].start : rest[-1].end] if rest else ""
        return Select(
            names=tuple(names),
            binds=tuple(binds),
            is_distinct=is_distinct,
            group=group,
            clause=clause,
            aggregation=tail,
            is_aggregated=is_aggregated,
            inputs=frozenset(inputs),
            counted=frozenset(inputs) - _looked_into(words),
            keys=_keys(rest),
            prefixes=self.prefixes,
        )

    def named_expression(self) -> Bind:
        self.take("(")
        begun, depth = self.at, 0
        while not (depth == 0 and self.peek().is_word("AS")):
            depth += self.is_sign("(") - self.is_sign(")")
            self.take()
        expression = self.expression(begun, self.at)
        self.take()
        variable = self.take().text[1:]
        self.take(")")
        return Bind(expression, variable)

    def expression(self, begun: int, end: int) -> Expression:
        """The words between as an expression; each EXISTS becomes a variable."""
        after, pieces, exists, variables = self.at, list[str](), list[tuple[str, Group]](), set[str]()
        self.at, last = begun, self.words[begun].start
        while self.at < end:
            token = self.take()
            if token.is_word(*_UNSTEADY):
                raise NotCompiled(token.text)
            if token.kind is Kind.VARIABLE:
                variables.add(token.text[1:])
            if token.is_word("EXISTS"):
                before = self.words[self.at - 2]
                is_negated = before.is_word("NOT")
                pieces.append(self.text[last : before.start if is_negated else token.start])
                name = f"kgExists{next(self.fresh)}"
                exists.append((name, self.group()))
                pieces.append(f"(!?{name})" if is_negated else f"?{name}")
                last = self.words[self.at - 1].end
        pieces.append(self.text[last : max(last, self.words[end - 1].end)])
        self.at = max(after, self.at)
        return Expression("".join(pieces).strip(), frozenset(variables), tuple(exists), self.prefixes)

    def group(self) -> Group:
        self.take("{")
        if self.peek().is_word("SELECT"):
            found = Group((self.select(),))
            self.take("}")
            return found
        elements: list[Element] = []
        while not self.is_sign("}"):
            token = self.peek()
            if self.is_sign("."):
                self.take()
            elif self.is_sign("{"):
                elements.append(self.union())
            elif token.is_word("OPTIONAL"):
                self.take()
                elements.append(Optional(self.group()))
            elif token.is_word("FILTER"):
                self.take()
                elements.append(Filter(self.constraint()))
            elif token.is_word("BIND"):
                self.take()
                elements.append(self.named_expression())
            elif token.is_word(*_UNKNOWN):
                raise NotCompiled(token.text)
            else:
                elements.extend(self.triples())
        self.take("}")
        return Group(tuple(elements))

    def union(self) -> Element:
        groups = [self.group()]
        while self.peek().is_word("UNION"):
            self.take()
            groups.append(self.group())
        return Union(tuple(groups))

    def constraint(self) -> Expression:
        """What follows FILTER: an expression in parentheses, a call, or EXISTS."""
        begun = self.at
        if self.peek().is_word("NOT"):
            self.take()
        if self.peek().is_word("EXISTS"):
            self.take()
            self.skip("{", "}")
        else:
            while not self.is_sign("("):
                self.take()
            self.skip("(", ")")
        return self.expression(begun, self.at)

    def skip(self, opening: str, closing: str) -> None:
        self.take(opening)
        depth = 1
        while depth:
            depth += self.is_sign(opening) - self.is_sign(closing)
            self.take()

    def triples(self) -> Iterator[Triple]:
        subject = self.term()
        while True:
            predicate = self.verb()
            yield from self.pattern(subject, predicate, self.term())
            while self.is_sign(","):
                self.take()
                yield from self.pattern(subject, predicate, self.term())
            while self.is_sign(";"):
                self.take()
            if self.is_sign(".", "}", "{") or (self.peek().kind is Kind.WORD and self.peek().text != "a"):
                return
            if self.words[self.at - 1].text != ";":
                return

    def pattern(self, subject: Term, predicate: Term | Path, value: Term) -> Iterator[Triple]:
        """A triple pattern; a sequence of paths is as many patterns, which is what it means (SPARQL 1.1 §18.2.2.4)."""
        match predicate:
            case Sequence(paths):
                ends = [subject, *(Term(f"kgStep{next(self.fresh)}", True) for _ in paths[1:]), value]
                for number, path in enumerate(paths):
                    yield from self.pattern(ends[number], path, ends[number + 1])
            case Inverse(path):
                yield from self.pattern(value, path, subject)
            case _:
                yield Triple(subject, predicate, value)

    def term(self) -> Term:
        token = self.take()
        match token.kind:
            case Kind.VARIABLE:
                return Term(token.text[1:], True)
            case Kind.IRI | Kind.PREFIXED:
                return Term(f"<{self.iri(token)}>", False)
            case Kind.STRING if token.text[:3] not in ('"""', "'" * 3) and "\\" not in token.text:
                return Term(self.literal(token.text[1:-1]), False)
            case Kind.WORD if token.text in ("true", "false"):
                return Term(f'"{token.text}"^^<{_XSD}boolean>', False)
        raise NotCompiled(f"the term {token.text}")

    def literal(self, lexical: str) -> str:
        text = '"' + lexical.replace('"', '\\"') + '"'
        if self.peek().kind is Kind.LANGUAGE:
            return text + self.take().text.lower()
        if self.is_sign("^^"):
            self.take()
            datatype = self.iri(self.take())
            return text if datatype == f"{_XSD}string" else f"{text}^^<{datatype}>"
        return text

    def verb(self) -> Term | Path:
        if self.peek().kind is Kind.VARIABLE:
            return Term(self.take().text[1:], True)
        return self.alternatives()

    def alternatives(self) -> Path:
        paths = [self.sequence()]
        while self.is_sign("|"):
            self.take()
            paths.append(self.sequence())
        return paths[0] if len(paths) == 1 else Alternative(tuple(paths))

    def sequence(self) -> Path:
        paths = [self.step()]
        while self.is_sign("/"):
            self.take()
            paths.append(self.step())
        return paths[0] if len(paths) == 1 else Sequence(tuple(paths))

    def step(self) -> Path:
        if self.is_sign("^"):
            self.take()
            return Inverse(self.step())
        if self.is_sign("("):
            self.take()
            path = self.alternatives()
            self.take(")")
        else:
            token = self.take()
            path = Predicate(RDF.type if token.text == "a" else URIRef(self.iri(token)))
        while self.is_sign("*", "+", "?"):
            path = Repeated(path, self.take().text)
        return path

    def iri(self, token: Token) -> str:
        if token.kind is Kind.IRI and ":" in token.text and "\\" not in token.text:
            return token.text[1:-1]
        prefix, _, local = token.text.partition(":")
        if token.kind is Kind.PREFIXED and prefix in self.prefixes and "\\" not in local and "%" not in local:
            return self.prefixes[prefix] + local
        raise NotCompiled(f"the name {token.text}")


def _keys(words: list[Token]) -> tuple[str, ...]:
    """The variables of a GROUP BY that has nothing but variables."""
    having = next((place for place, word in enumerate(words) if word.is_word("HAVING")), len(words))
    keys = words[2:having]
    plain = bool(keys) and words[0].is_word("GROUP") and all(word.kind is Kind.VARIABLE for word in keys)
    return tuple(word.text[1:] for word in keys) if plain else ()


def _looked_into(words: list[Token]) -> set[str]:
    """The variables that stand in parentheses other than those of COUNT."""
    found, depth = set[str](), 0
    for place, token in enumerate(words):
        if token.kind is Kind.SIGN:
            depth += (token.text == "(") - (token.text == ")")
        before = [word for word in words[max(0, place - 3) : place] if not word.is_word("DISTINCT")][-2:]
        is_counted = len(before) == 2 and before[0].is_word("COUNT") and before[1].text == "("
        if token.kind is Kind.VARIABLE and depth and not is_counted:
            found.add(token.text[1:])
    return found
