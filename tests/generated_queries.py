"""Queries made by chance, of the grammar of SPARQL 1.1, over the words of the small release (`serving.DATA`).

The same number gives the same query. Each has one right answer: none depends on an order that the specification leaves
open, on names of blank nodes, on the time, or on chance. What rdflib is known to answer wrongly (`differences.csv`) is
not generated, so that a difference is news.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from serving import BASE, GRAPH, OTHER, prefix_lines

__all__ = ["HEAD", "MORE", "MORE_DATA", "generated_query"]

HEAD = prefix_lines("gov", "org", "organisation", "relation", "skos", "xsd")

MORE = f"{BASE}graph/more"
MORE_DATA = """
    organisation:a a org:Organization ; skos:prefLabel "A"@sv , "a" ; gov:owns organisation:b , organisation:c .
    organisation:b a org:Organization ; skos:prefLabel "B"@sv , "B"@en ; gov:owns organisation:c ; skos:note "" .
    organisation:c a org:Organization ; gov:owns organisation:a , organisation:c ; skos:note "Åäö \\"x\\"\\n2"@sv-SE .
    organisation:region gov:owns organisation:a , organisation:studio .
    relation:one a gov:Funding ; gov:amount 5 , 2.5 ; gov:recipient organisation:a , organisation:filmpool .
    relation:two a gov:Funding ; gov:amount 1000 ; gov:recipient relation:one ; gov:purpose "Film"@en , "2026-11-01"^^xsd:date .
    relation:three a gov:Funding ; gov:amount "none" ; gov:recipient organisation:c ; gov:purpose true , "x"^^gov:code .
"""
"""Cycles, several labels, numbers of several types and what is no number, as the small release has none of them."""

_PARTIES = tuple(f"organisation:{name}" for name in ("filmpool", "region", "studio", "a", "b", "c"))
_THINGS = (*_PARTIES, "relation:funding", "relation:one", "relation:two")
_TEXTS = ('"Filmpool"@sv', '"Film Pool"@en', '"A"@sv', '"B"@en', '"Film"@sv', '"a"', '""', '"none"')
_NUMBERS = ("1200000", "5", "-3")
_NAMES = ("skos:prefLabel", "skos:prefLabel", "skos:note")
_SUMS = ("gov:amount", "gov:amount", "gov:purpose")
_LINKS = ("a", "gov:owns", "gov:recipient", *_NAMES, *_SUMS)
_PATHS = (
    "gov:owns+",
    "^gov:owns",
    "gov:owns/gov:owns",
    "^gov:recipient/gov:recipient",
    "gov:owns|^gov:recipient",
    "(gov:owns|^gov:owns)+",
    "^gov:recipient/gov:recipient*/gov:owns",
    "gov:recipient?/skos:prefLabel",
    "!(gov:recipient|a)",
    "(gov:owns/gov:owns)+",
)
_GRAPHS = (f"<{GRAPH}>", f"<{OTHER}>", f"<{MORE}>", f"<{MORE}>")
_PARTY, _FUNDING, _VALUE = ("?x", "?x", "?y", "?z"), ("?r", "?r", "?s"), ("?v", "?v", "?w")


@dataclass(slots=True)
class _Writer:
    """Chance, and a count that gives every new variable a name of its own."""

    chance: random.Random
    names: int = 0

    def new(self) -> str:
        self.names += 1
        return f"?n{self.names}"

    def one(self, *items: str) -> str:
        return self.chance.choice(items)

    def some(self, items: Sequence[str]) -> list[str]:
        return sorted(self.chance.sample(items, self.chance.randint(1, len(items))))

    def happens(self, share: float) -> bool:
        return self.chance.random() < share


def generated_query(number: int) -> str:
    """The query of this number, one element of its patterns a line."""
    writer = _Writer(random.Random(number))
    body, bound = _group(writer, 0)
    form = writer.chance.random()
    if form < 0.08:
        return f"{HEAD}ASK {body}\n"
    if form < 0.16:
        template = " . ".join(f"{writer.one(*bound)} {writer.one(*_LINKS)} {writer.one(*bound)}" for _ in "12")
        return f"{HEAD}CONSTRUCT {{ {template} }} WHERE {body}\n"
    return f"{HEAD}{_select(writer, body, bound)[0]}\n"


def _select(writer: _Writer, body: str, bound: list[str], *, distinct: bool = False) -> tuple[str, list[str]]:
    """A SELECT over a group pattern, and the variables that it projects."""
    if writer.happens(0.25):
        return _aggregate(writer, body, bound)
    shown = writer.some(bound)
    items = list(shown)
    if writer.happens(0.3):
        shown.append(writer.new())
        items.append(f"({_expression(writer, bound)} AS {shown[-1]})")
    elif writer.happens(0.3) and "EXISTS" not in body and "MINUS" not in body:
        items, shown = ["*"], bound
    modifier = "DISTINCT " if distinct or writer.happens(0.3) else ""
    return f"SELECT {modifier}{' '.join(items)} WHERE {body}{_order(writer, shown)}", shown


def _aggregate(writer: _Writer, body: str, bound: list[str]) -> tuple[str, list[str]]:
    """HAVING keeps off the row that rdflib makes of no group at all."""
    keys = writer.some(bound) if writer.happens(0.8) else []
    name, item = writer.new(), writer.one(*bound)
    text = f'COALESCE(STR({item}), "")'
    value = writer.one(
        "COUNT(*)",
        f"COUNT({item})",
        f"COUNT(DISTINCT {item})",
        f"MIN({text})",
        f"MAX({text})",
        f"SUM(STRLEN({text}))",
        f"SUM(DISTINCT STRLEN({text}))",
        f"SUM(IF({_is_number(item)}, {item}, 0))",
    )
    grouping = f"\nGROUP BY {' '.join(keys)}\nHAVING (COUNT(*) > {writer.one('0', '0', '1')})" if keys else ""
    shown = [*keys, name]
    return f"SELECT {' '.join(keys)} ({value} AS {name}) WHERE {body}{grouping}{_order(writer, shown)}", shown


def _order(writer: _Writer, shown: list[str]) -> str:
    """ORDER BY whatever tells two solutions apart, and LIMIT only with it."""
    if writer.happens(0.7):
        return ""
    keys = " ".join(
        f'{writer.one("", "DESC")}(COALESCE(STR({name}), "")) (COALESCE(LANG({name}), "")) (BOUND({name}))'
        f' (COALESCE(STR(DATATYPE({name})), ""))'
        for name in shown
    )
    limit = f"\nLIMIT {writer.chance.randint(1, 6)}" if writer.happens(0.5) else ""
    offset = f"\nOFFSET {writer.chance.randint(1, 3)}" if limit and writer.happens(0.3) else ""
    return f"\nORDER BY {keys}{limit}{offset}"


def _group(writer: _Writer, depth: int) -> tuple[str, list[str]]:
    """A group pattern and the variables in its scope (§18.2.1).

    Inside another group, expressions are of what triple patterns bind there, as rdflib lets them see what is outside.
    """
    lines, bound = _triples(writer)
    sure = bound
    for _ in range(writer.chance.randint(0, (3, 2, 0)[depth])):
        line, more = _element(writer, depth, sure if depth else bound)
        lines.append(line)
        bound = sorted({*bound, *more})
    return "{\n" + "\n".join(lines) + "\n}", bound


def _triples(writer: _Writer) -> tuple[list[str], list[str]]:
    """One to three triple patterns, most of them of things that can be linked so."""
    patterns = [_triple(writer) for _ in range(writer.chance.choice((1, 1, 2, 3)))]
    bound = sorted({term for pattern in patterns for term in _variables(pattern)})
    if not bound:
        patterns, bound = [("?x", "gov:owns", "?y")], ["?x", "?y"]
    return [f"{' '.join(pattern)} ." for pattern in patterns], bound


def _triple(writer: _Writer) -> tuple[str, str, str]:
    party, other = _party(writer), _party(writer)
    match writer.chance.randrange(9):
        case 0 | 1:
            return party, "gov:owns", other
        case 2:
            return writer.one(*_FUNDING), "gov:recipient", party
        case 3 | 4:
            return party, writer.one(*_NAMES), writer.one(*_VALUE, *_VALUE, *_TEXTS[:2])
        case 5:
            return writer.one(*_FUNDING), writer.one(*_SUMS), writer.one(*_VALUE, *_VALUE, *_NUMBERS[:2])
        case 6:
            return party, writer.one(*_PATHS), other
        case 7:
            return party, "a", writer.one("org:Organization", "?c")
        case _:
            return writer.one(*_PARTY, *_FUNDING), writer.one("?p", *_LINKS), writer.one(*_PARTY, *_VALUE, *_THINGS)


def _party(writer: _Writer) -> str:
    return writer.one(*_PARTY, *_PARTY, *_PARTIES[:2])


def _element(writer: _Writer, depth: int, bound: list[str]) -> tuple[str, list[str]]:
    """What may follow in a group pattern, and the variables that it binds."""
    kinds = ["filter", "filter", "bind", "values"]
    if depth < 2:
        kinds += ["optional", "optional", "union", "graph", "exists", "subselect"]
    if depth == 0:
        kinds.append("minus")
    match kind := writer.one(*kinds):
        case "filter":
            return f"FILTER ({_condition(writer, bound)})", []
        case "bind":
            name = writer.new()
            return f"BIND ({_expression(writer, bound)} AS {name})", [name]
        case "values":
            return _values(writer, bound, depth), []
    inner, found = _group(writer, depth + 1)
    match kind:
        case "optional":
            return f"OPTIONAL {inner}", found
        case "minus":
            return f"MINUS {inner}", []
        case "exists":
            return f"FILTER {writer.one('', 'NOT ')}EXISTS {inner}", []
        case "graph":
            name = writer.one(*_GRAPHS) if "SELECT" in inner or writer.happens(0.5) else writer.new()
            return f"GRAPH {name} {inner}", [*found, *_variables([name])]
        case "union":
            other, more = _group(writer, depth + 1)
            return f"{inner} UNION {other}", [*found, *more]
        case _:
            text, shown = _select(writer, inner, found, distinct=True)
            hidden = {name: writer.new() for name in found if name not in shown}
            text = re.sub(r"\?\w+", lambda name: hidden.get(name[0], name[0]), text)
            return f"{{\n{text}\n}}", shown


def _variables(terms: Iterable[str]) -> list[str]:
    return [term for term in terms if term.startswith("?")]


def _values(writer: _Writer, bound: list[str], depth: int) -> str:
    """VALUES of variables that a triple pattern binds: rdflib loses rows where an OPTIONAL follows others.

    No two rows agree, as rdflib joins with a set where the specification has a multiset.
    """
    names = writer.some(bound)[:2]
    more = () if depth or len(names) == 1 else ("UNDEF",)
    terms = [(*(_PARTIES if name in _PARTY else _TEXTS), *more) for name in names]
    rows = {" ".join(writer.one(*some) for some in terms) for _ in range(writer.chance.randint(1, 5))}
    return f"VALUES ({' '.join(names)}) {{ {' '.join(f'({row})' for row in sorted(rows))} }}"


def _condition(writer: _Writer, bound: list[str]) -> str:
    """One test, or several that are joined; those that can be errors are not negated, as rdflib's && loses false."""
    if writer.happens(0.25):
        return f"({_test(writer, bound)}) {writer.one('&&', '||')} ({_test(writer, bound)})"
    if writer.happens(0.1):
        return f"!({_test(writer, bound)})"
    return _test(writer, bound)


def _test(writer: _Writer, bound: list[str]) -> str:
    one, other = writer.one(*bound), writer.one(*bound, *_THINGS, *_TEXTS)
    constant, number = writer.one(*_THINGS, *_TEXTS), _is_number(one)
    return writer.one(
        f"{one} = {other}",
        f"{one} != {other}",
        f"BOUND({one})",
        f"!BOUND({one})",
        f'LANG({one}) = "sv"',
        f'LANGMATCHES(LANG({one}), "{writer.one("*", "sv", "en", "SV")}")',
        f"ISIRI({one})",
        f"ISLITERAL({one})",
        number,
        f'CONTAINS(STR({one}), "{writer.one("o", "Film", "1")}")',
        f'STRSTARTS(STR({one}), "{writer.one("F", "http")}")',
        f'STRENDS(STR({one}), "{writer.one("l", "/a")}")',
        f'REGEX(STR({one}), "{writer.one("^F", "d$", "[0-9]+", "film")}", "{writer.one("", "i")}")',
        f"{number} && {one} {writer.one('<', '>', '<=', '>=', '=', '!=')} {writer.one(*_NUMBERS)}",
        f"STR({one}) {writer.one('<', '>', '<=', '>=')} {writer.one('STR(' + writer.one(*bound) + ')', *_TEXTS[-3:])}",
        f"{one} IN ({constant}, {writer.one(*_THINGS)})",
        f"{one} NOT IN ({constant}, {writer.one(*_THINGS)})",
        f"SAMETERM({one}, {other})",
        f"STRLEN(STR({one})) > {writer.one('0', '5', '40')}",
        f"DATATYPE({one}) = {writer.one('xsd:string', 'xsd:integer', 'xsd:decimal')}",
    )


def _is_number(name: str) -> str:
    """False where ISNUMERIC of an unbound variable would be an error, which rdflib does not make of it."""
    return f"BOUND({name}) && ISNUMERIC({name})"


def _expression(writer: _Writer, bound: list[str]) -> str:
    one, other, number = writer.one(*bound), writer.one(*bound), writer.one(*_NUMBERS)
    return writer.one(
        f"STR({one})",
        f"LANG({one})",
        f"STRLEN(STR({one}))",
        f"{writer.one('UCASE', 'LCASE')}(STR({one}))",
        f"SUBSTR(STR({one}), {writer.one('1', '2', '50')}, 4)",
        f'CONCAT(STR({one}), "|", STR({other}))',
        f"IF(BOUND({one}), {other}, {writer.one(*_TEXTS)})",
        f"COALESCE({one}, {other}, {writer.one(*_TEXTS)})",
        f"IF({_is_number(one)}, {one} {writer.one('+', '-')} {number}, {other})",
        f"IF({_is_number(one)}, {writer.one('ABS', 'CEIL', 'FLOOR', 'ROUND')}({one}), 0)",
        f"({_test(writer, bound)})",
        f'{writer.one("STRAFTER", "STRBEFORE")}(STR({one}), "{writer.one("/id/", "i", "")}")',
        f"DATATYPE({one})",
        f'REPLACE(STR({one}), "{writer.one("[a-f]", "o", "^h")}", "{writer.one("", "-", "_")}")',
        f"ENCODE_FOR_URI(STR({one}))",
        f'IF(ISIRI({one}), IRI(STR({one})), "")',
        f'STRLANG(STR({one}), "en")',
        f'IF(ISIRI({one}), STRDT(STR({one}), gov:code), "")',
        f"{writer.one('MD5', 'SHA1', 'SHA256')}(STR({one}))",
    )
