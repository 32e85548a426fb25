"""What a server must know of a query before an engine sees it: its form, its dataset, and what it may not do.

The engine remains the parser: nothing here rejects a query for its syntax except a text that begins with no query form.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urljoin

from kg.errors import QuerySyntaxError, QueryTooLarge, RefusedFeature, UpdateRefused
from kg.sparql_lexer import Kind, Token, depth, is_ambiguous, position, steps, terminals
from kg.suggestions import DID_YOU_MEAN, misspelt_start

__all__ = ["MOST_STEPS", "Dataset", "Form", "ParsedQuery", "iri_of", "parse_query", "prologue"]

MOST_STEPS = 2000
"""Groups, filters, assignments and operators of one query: twice as many can end the process of an engine."""

_UPDATES = ("INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "ADD", "MOVE", "COPY", "CREATE", "WITH")
_STEPS = "{!*/|^&+-"
_VOLATILE = ("NOW", "RAND", "UUID", "STRUUID", "BNODE")
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_SERVICE = re.compile(r"(?<![\w?$:.@%-])SERVICE(?![\w:.-])", re.IGNORECASE)


class Form(StrEnum):
    """The query forms of SPARQL 1.1 (§16)."""

    SELECT = "SELECT"
    ASK = "ASK"
    CONSTRUCT = "CONSTRUCT"
    DESCRIBE = "DESCRIBE"

    @property
    def gives_graph(self) -> bool:
        return self in (Form.CONSTRUCT, Form.DESCRIBE)


@dataclass(frozen=True, slots=True)
class Dataset:
    """An RDF dataset by the IRIs of its graphs (SPARQL 1.1 Protocol §2.1.4); empty means the dataset of the release."""

    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.default or self.named)

    @property
    def has_repeats(self) -> bool:
        """Whether a graph is named twice, which adds nothing (SPARQL 1.1 §13.2.1: a merge)."""
        return any(len(set(graphs)) < len(graphs) for graphs in (self.default, self.named))

    def without_repeats(self) -> Dataset:
        """Each graph once."""
        return Dataset(tuple(dict.fromkeys(self.default)), tuple(dict.fromkeys(self.named)))


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A query text, read once.

    `prefixes` are those it declares, `base` is what its relative IRIs are resolved against; `dataset` is that of its
    FROM clauses; `star` is the index of the `*` of a `SELECT *`, and `variables` all variables in the order of the
    text, which is the order a person expects of its columns; `is_volatile` says that two runs over the same data may
    differ.
    """

    text: str
    form: Form
    prefixes: Mapping[str, str]
    base: str
    dataset: Dataset
    star: int | None
    variables: tuple[str, ...]
    is_volatile: bool


def parse_query(text: str, *, base_iri: str, max_bytes: int, max_depth: int) -> ParsedQuery:
    """Read a query text.

    Raises:
        QueryTooLarge: it is longer than `max_bytes`, nested deeper than `max_depth`, or has too many steps.
        UpdateRefused: it is a SPARQL Update.
        RefusedFeature: it has a SERVICE clause.
        QuerySyntaxError: it begins with no query form.
    """
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > max_bytes:
        raise QueryTooLarge(f"the query has {size} bytes; {max_bytes} are accepted")
    found = terminals(text)
    ambiguous = is_ambiguous(found)
    _refuse_nesting(text, found, max_depth, ambiguous=ambiguous)
    prefixes, base, body = prologue(found, base_iri)
    form = _form(text, found, body)
    _refuse_service(text, found, prefixes, ambiguous=ambiguous)
    _refuse_glued_from(text, found[body:], prefixes)
    return ParsedQuery(
        text=text,
        form=form,
        prefixes=prefixes,
        base=base,
        dataset=_from_clauses(found[body:], prefixes, base),
        star=_star(found[body : body + 3]),
        variables=tuple(dict.fromkeys(token.text[1:] for token in found if token.kind is Kind.VARIABLE)),
        is_volatile=any(token.kind is Kind.WORD and token.text.upper().endswith(_VOLATILE) for token in found),
    )


def _refuse_nesting(text: str, found: tuple[Token, ...], max_depth: int, *, ambiguous: bool) -> None:
    deepest = depth(found)
    if ambiguous:
        deepest = max(deepest, max((text.count(bracket) for bracket in "{(["), default=0))
    if deepest > max_depth:
        raise QueryTooLarge(f"the query is nested {deepest} brackets deep; {max_depth} are accepted")
    number = sum(map(text.count, _STEPS)) if ambiguous and len(text) > MOST_STEPS else steps(found)
    if number > MOST_STEPS:
        raise QueryTooLarge(
            f"the query has {number} groups, filters and operators; {MOST_STEPS} are accepted",
            hint="pass many values in a VALUES block, or ask in parts",
        )


def _refuse_service(text: str, found: tuple[Token, ...], prefixes: Mapping[str, str], *, ambiguous: bool) -> None:
    clause = next((token.start for token in found if _may_be_service(token, prefixes)), None)
    if clause is None and ambiguous and (match := _SERVICE.search(text)):
        clause = match.start()
    if clause is not None:
        line, column = position(text, clause)
        raise RefusedFeature(
            f"SERVICE is not offered here (line {line}, column {column}): this endpoint asks no other server",
            hint="ask the other endpoint yourself and pass its solutions in a VALUES block",
        )


def _may_be_service(token: Token, prefixes: Mapping[str, str]) -> bool:
    """Whether an engine that needs no blank between terminals may read SERVICE in it: `SERVICESILENT`, `SERVICEx:y`."""
    if token.kind is Kind.WORD:
        return "SERVICE" in token.text.upper()
    return token.kind is Kind.PREFIXED and _rest_after("SERVICE", "SILENT", token) in prefixes


def _rest_after(keyword: str, further: str, token: Token) -> str | None:
    """What is left of the prefix of a name behind a keyword in it, and perhaps a further one."""
    prefix = token.text.partition(":")[0]
    at = prefix.upper().find(keyword)
    if at < 0:
        return None
    rest = prefix[at + len(keyword) :]
    return rest[len(further) :] if rest.upper().startswith(further) else rest


def _refuse_glued_from(text: str, body: tuple[Token, ...], prefixes: Mapping[str, str]) -> None:
    """FROM without a blank behind it would name a graph that nobody has looked for."""
    for token in body:
        if token.text == "{":
            return
        is_word = token.kind is Kind.WORD and not token.is_word("FROM") and "FROM" in token.text.upper()
        is_name = token.kind is Kind.PREFIXED and token.text.partition(":")[0] not in prefixes
        if is_word or (is_name and _rest_after("FROM", "NAMED", token) in prefixes):
            line, column = position(text, token.start)
            raise QuerySyntaxError(f"unexpected {token.shown}", line=line, column=column, hint="set FROM apart")


def prologue(found: tuple[Token, ...], base_iri: str) -> tuple[dict[str, str], str, int]:
    """Declared prefixes, the base IRI, and the index of the first token after the prologue (§4.1.1)."""
    prefixes: dict[str, str] = {}
    base, index = base_iri, 0
    while index < len(found):
        rest = found[index + 1 : index + 3]
        if found[index].is_word("BASE") and rest and rest[0].kind is Kind.IRI:
            base = _resolve(rest[0].text[1:-1], base)
            index += 2
        elif found[index].is_word("PREFIX") and [token.kind for token in rest] == [Kind.PREFIXED, Kind.IRI]:
            prefixes[rest[0].text[:-1]] = _resolve(rest[1].text[1:-1], base)
            index += 3
        else:
            break
    return prefixes, base, index


def _resolve(iri: str, base: str) -> str:
    iri = _ESCAPE.sub(_character, iri)
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", iri):
        return iri
    path, mark, fragment = iri.partition("#")
    return urljoin(base, path) + mark + fragment  # urljoin alone would drop an empty fragment


def _character(escape: re.Match[str]) -> str:
    """What an escape stands for (§19.2); itself, if that is no character."""
    number = int(escape[1] or escape[2], 16)
    return chr(number) if number <= sys.maxunicode else escape[0]


def _form(text: str, found: tuple[Token, ...], body: int) -> Form:
    if body >= len(found):
        raise QuerySyntaxError("the query is empty", line=1, column=1, hint="write SELECT, ASK, CONSTRUCT or DESCRIBE")
    first = found[body]
    if first.is_word(*Form):
        return Form(first.text.upper())
    if first.is_word(*_UPDATES):
        raise UpdateRefused(f"{first.text.upper()} is SPARQL Update", hint="the graph changes by release only")
    line, column = position(text, first.start)
    hint = "a query begins with PREFIX or BASE lines, then SELECT, ASK, CONSTRUCT or DESCRIBE"
    if first.is_word("PREFIX", "BASE"):
        hint = "write PREFIX gov: <…>, or BASE <…>, with the colon and the angle brackets"
    elif (meant := misspelt_start(found, body)) is not None:
        hint = DID_YOU_MEAN.format(meant)
    message = f"unexpected {first.shown} where the query should begin"
    raise QuerySyntaxError(message, line=line, column=column, hint=hint)


def _from_clauses(body: tuple[Token, ...], prefixes: Mapping[str, str], base: str) -> Dataset:
    """FROM and FROM NAMED (§13.2), which stand before the first `{` of a SELECT, ASK or DESCRIBE."""
    default: list[str] = []
    named: list[str] = []
    for index, token in enumerate(body):
        if not token.is_word("FROM"):
            continue
        rest = body[index + 1 : index + 3]
        target = default
        if rest and rest[0].is_word("NAMED"):
            target, rest = named, rest[1:]
        if rest and (iri := iri_of(rest[0], prefixes, base)) is not None:
            target.append(iri)
    return Dataset(tuple(default), tuple(named))


def iri_of(token: Token, prefixes: Mapping[str, str], base: str) -> str | None:
    """The IRI that a terminal stands for (§4.1.1), None if it stands for none."""
    if token.kind is Kind.IRI:
        return _resolve(token.text[1:-1], base)
    prefix, _, local = token.text.partition(":")
    if token.kind is Kind.PREFIXED and prefix in prefixes:
        return prefixes[prefix] + re.sub(r"\\(.)", r"\1", local)
    return None


def _star(start: tuple[Token, ...]) -> int | None:
    if not start[0].is_word("SELECT"):
        return None
    rest = start[2:] if len(start) > 1 and start[1].is_word("DISTINCT", "REDUCED") else start[1:]
    return rest[0].start if rest and rest[0].text == "*" else None
