"""Pre-binding for many focus nodes at once (SHACL §5.3.2): the query of a constraint, asked once for all of them.

SHACL defines the query of a constraint for one focus node, whose value `$this` has wherever it stands. Here the focus
nodes are rows of a graph of inputs, and each group of the query that uses a pre-bound variable is joined with them at
its beginning. So the variable is bound in every filter, BIND, OPTIONAL, UNION branch and sub-query, as if its value
stood there; and because each joins on the variable, rows of different focus nodes never meet. What counts or cuts
rows (aggregates that are not grouped by the variable, LIMIT, OFFSET) is asked for one focus node at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from itertools import pairwise

from kg.errors import EngineError
from kg.shapes.model import Query
from kg.sparql_lexer import Kind, Token, terminals

__all__ = ["INPUTS", "Prepared", "input_iri", "prepare"]

INPUTS = "urn:x-kg:inputs"
"""The graph that holds the rows; each variable of a row is the value of the predicate `input_iri` gives for it."""
_ROW = "?kgInputRow"
_FORBIDDEN = ("MINUS", "VALUES", "SERVICE")
_AGGREGATES = ("COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A query that is joined with its inputs: `used` are the pre-bound variables that it has need of.

    `plain` is the query before that, with `$PATH` replaced.
    """

    text: str
    plain: str
    used: frozenset[str]
    one_at_a_time: bool


@dataclass(slots=True)
class _Group:
    """The braces of a group: the variables that stand directly in it, and what it is the group of."""

    start: int
    parent: _Group | None
    words: list[Token] = field(default_factory=list)
    inner: list[_Group] = field(default_factory=list)
    is_select: bool = False

    def mentioned(self, wanted: Set[str]) -> frozenset[str]:
        """The wanted variables that stand in this group or below."""
        own = {token.text[1:] for token in self.words if token.kind is Kind.VARIABLE}
        return frozenset(own & wanted).union(*(group.mentioned(wanted) for group in self.inner))


def input_iri(variable: str) -> str:
    """The predicate that gives the value of a variable in the graph of inputs."""
    return f"{INPUTS}:{variable}"


def prepare(query: Query, prebound: Set[str], path: str | None) -> Prepared:
    """`query` with its inputs joined in; `prebound` are the variables that have a value before it is asked.

    Raises:
        EngineError: it has what SHACL does not allow where variables are pre-bound (§5.3.2), or `$PATH` and no path;
            the message goes on after the name of the query.
    """
    text = _with_path(query, path)
    words = terminals(text)
    top = _groups(words)
    _refuse(words, top, prebound)
    mentioned = frozenset(_in_expressions(top, prebound)).union(*(group.mentioned(prebound) for group in top.inner))
    where = _injections(top, prebound, mentioned)
    added = [(index, _pattern(variables)) for index, variables in where] + list(_not_of_inputs(words, prebound))
    pieces, last = [], 0
    for index, addition in sorted(added):
        pieces += [text[last:index], addition]
        last = index
    joined = "".join([*pieces, text[last:]])
    if query.is_ask:
        before = next(token for token in words if token.is_word("ASK"))
        names = " ".join(f"?{name}" for name in sorted(mentioned & {"this", "value"})) or "(1 AS ?kgAny)"
        joined = joined[: before.start] + f"SELECT DISTINCT {names}" + joined[before.end :]
    alone = any(_cuts_rows(part, prebound) for part in _selects(top)) and bool(mentioned)
    return Prepared(joined, text, mentioned, alone)


def _with_path(query: Query, path: str | None) -> str:
    """The text, `$PATH` replaced by the path as SPARQL writes it."""
    pieces, last = list[str](), 0
    for token in terminals(query.text) if "PATH" in query.text else ():
        if token.kind is Kind.VARIABLE and token.text[1:] == "PATH":
            if path is None:
                raise EngineError("has $PATH, but its shape has no path")
            pieces += [query.text[last : token.start], f"({path})"]
            last = token.end
    return "".join([*pieces, query.text[last:]])


def _groups(words: Sequence[Token]) -> _Group:
    """The groups of a query; the words outside all of them are those of the outermost, which is no group."""
    top = current = _Group(0, None)
    for token in words:
        if token.text == "{" and token.kind is Kind.SIGN:
            group = _Group(token.end, current)
            current.inner.append(group)
            current = group
        elif token.text == "}" and token.kind is Kind.SIGN and current.parent is not None:
            current = current.parent
        else:
            if token.is_word("SELECT"):
                current.is_select = True
            current.words.append(token)
    return top


def _injections(group: _Group, prebound: Set[str], mentioned: frozenset[str]) -> Iterator[tuple[int, frozenset[str]]]:
    """Where to write the join with the inputs, and with which variables: all that stand in a group or below.

    A group has them for what is in it, too: an OPTIONAL with no solution for one focus node has one for another, and
    EXISTS sees what the group around it binds.
    """
    for inner in group.inner:
        wanted = inner.mentioned(prebound)
        if group.parent is None:
            wanted = mentioned
        elif group.is_select:
            wanted |= frozenset(token.text[1:] for token in group.words if token.kind is Kind.VARIABLE) & prebound
        if wanted and not inner.is_select:
            yield inner.start, wanted
        yield from _injections(inner, prebound, mentioned)


def _in_expressions(top: _Group, prebound: Set[str]) -> Iterator[str]:
    """The variables in expressions beside the groups of the whole query: of SELECT and HAVING."""
    depth = 0
    for token in top.words:
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if token.kind is Kind.VARIABLE and token.text[1:] in prebound and depth:
            yield token.text[1:]


def _pattern(variables: frozenset[str]) -> str:
    known = " ; ".join(f"<{input_iri(name)}> ?{name}" for name in sorted(variables))
    return f" GRAPH <{INPUTS}> {{ {_ROW} {known} }} "


def _not_of_inputs(words: Sequence[Token], prebound: Set[str]) -> Iterator[tuple[int, str]]:
    """Where to say that the variable of GRAPH does not stand for the inputs, which are no graph of the data."""
    for word, name in pairwise(words):
        if word.is_word("GRAPH") and name.kind is Kind.VARIABLE and name.text[1:] not in prebound:
            yield word.start, f"FILTER ({name.text} != <{INPUTS}>) "


def _selects(group: _Group) -> Iterator[_Group]:
    if group.is_select:
        yield group
    for inner in group.inner:
        yield from _selects(inner)


def _cuts_rows(select: _Group, prebound: Set[str]) -> bool:
    if any(token.is_word("LIMIT", "OFFSET") for token in select.words):
        return True
    grouped = next((index for index, token in enumerate(select.words) if token.is_word("GROUP")), None)
    if grouped is not None:
        after = {token.text[1:] for token in select.words[grouped:] if token.kind is Kind.VARIABLE}
        return not after & prebound
    return any(token.is_word(*_AGGREGATES) for token in select.words)


def _refuse(words: Sequence[Token], top: _Group, prebound: Set[str]) -> None:
    for token in words:
        if token.is_word(*_FORBIDDEN):
            raise EngineError(f"has {token.text.upper()}, which SHACL §5.3.2 does not allow")
        if token.is_word("FROM"):
            raise EngineError("has FROM, though it is asked of the data graph and of nothing else")
    for before, token in pairwise(words):
        if before.is_word("AS") and token.kind is Kind.VARIABLE and token.text[1:] in prebound:
            raise EngineError(f"gives {token.text} a value, which it has already")
    needed = prebound - {"shapesGraph", "currentShape"}
    for select in _selects(top):
        chosen = {token.text[1:] for token in select.words if token.kind is Kind.VARIABLE}
        if select is not top and not needed <= chosen:
            missing = ", ".join(f"${name}" for name in sorted(needed - chosen))
            raise EngineError(f"has a sub-query that does not return {missing}")
