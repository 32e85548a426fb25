"""Groups in groups made by chance: filters and BINDs that use variables of any group, bound or not, before or after.

`generated_queries` makes none of these, as rdflib lets an expression see what is outside of its group. The same number
gives the same group. With `this`, `$this` stands where a variable does.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

__all__ = ["HEAD", "TURTLE", "GroupWriter"]

HEAD = "PREFIX : <https://example.org/> "
TURTLE = """@prefix : <https://example.org/> .
:a :p :b , :c ; :q 1 , 2 ; :r "x"@en , "X"@sv . :b :p :c ; :q 1 , "five" ; :r :a .
:c :p :c , :d ; :q 1.5 , "abc"@en ; :r :a , :q . :d :q true , :c ; :p :a ; :r 2 , "" . :q :p :b . :p :r :p , :d .
"""
_VARIABLES = ("?x", "?y", "?z", "?w")
_TERMS = (":a", ":b", ":c", ":d", ":q", '"x"@en', '"five"')
_PATHS = (":p", ":q", ":r", ":p", ":q", ":r", "^:p", ":p/:q", "^:r/:p", "(:p|:r)", ":p+", "(:p/:r)+", "?w", "?g")


@dataclass(slots=True)
class GroupWriter:
    """Writes one group."""

    number: int
    this: bool = False
    names: int = 0
    depth: int = 0
    chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.number)

    def one(self, *items: str) -> str:
        return self.chance.choice(items)

    def variable(self) -> str:
        return self.one(*_VARIABLES, *(["$this"] * 3 if self.this else []))

    def new(self) -> str:
        self.names += 1
        return f"?n{self.names}"

    def group(self) -> str:
        self.depth += 1
        elements = [self.triple() for _ in range(self.chance.randint(self.depth == 1, 2))]
        for _ in range(self.chance.randint(0, max(1, 4 - self.depth))):
            elements.insert(self.chance.randint(0, len(elements)), self.element())
        self.depth -= 1
        return f"{{ {' '.join(elements)} }}"

    def triple(self) -> str:
        subject = self.one(self.variable(), self.variable(), ":a", ":b")
        return f"{subject} {self.one(*_PATHS)} {self.one(self.variable(), self.variable(), self.one(*_TERMS))} ."

    def element(self) -> str:
        kinds = ["filter"] * 3 + ["bind"] * 2 + ([] if self.this else ["values"])
        kinds += ["optional", "optional", "union", "group", "exists", "exists", "select"] if self.depth < 4 else []
        match self.one(*kinds):
            case "filter":
                return f"FILTER ({self.condition()})"
            case "bind":
                return f"BIND ({self.value()} AS {self.one(self.new(), self.new(), *_VARIABLES[:1])})"
            case "values":
                return f"VALUES {self.one(*_VARIABLES)} {{ {self.one(*_TERMS)} {self.one(*_TERMS)} }}"
            case "optional":
                return f"OPTIONAL {self.group()}"
            case "union":
                return f"{self.group()} UNION {self.group()}"
            case "group":
                return self.group()
            case "exists":
                return f"FILTER {self.one('', 'NOT ')}EXISTS {self.group()}"
        return self.select()

    def select(self) -> str:
        inner, this = self.group(), "$this " if self.this else ""
        names = sorted(self.chance.sample(_VARIABLES, self.chance.randint(1, 3)))
        if self.chance.random() < 0.5:
            return f"{{ SELECT {self.one('', 'DISTINCT ')}{this}{' '.join(names)} {inner} }}"
        other = self.one(*_VARIABLES)
        counts = (f"COUNT({other})", f"COUNT(DISTINCT {other})", "COUNT(*)", f"COUNT({other} + 1)", f"SUM({other})")
        counted = self.one(*counts, f"MIN(STR({other}))", f"AVG({other})")
        having = self.one("", " HAVING (COUNT(*) > 1)")
        return f"{{ SELECT {this}{names[0]} ({counted} AS {self.new()}) {inner} GROUP BY {this}{names[0]}{having} }}"

    def condition(self) -> str:
        one, other, local = self.variable(), self.variable(), self.one(*_VARIABLES)
        exists = f"EXISTS {self.group()} || {one} = {other}" if self.depth < 3 else f"{one} = {other}"
        return self.one(
            *(f"{one} = {other}", f"{one} != {other}", f"BOUND({local})", f"!BOUND({local})", f"{one} > 1", exists),
            *(f"isIRI({one})", f"STR({one}) < STR({other})", f"{one} = {other} && BOUND({local})", one),
            *(f"!({one} = {other} && {other} != {local})", f"COALESCE({one} < {other}, {self.one('true', 'false')})"),
            *(f"{one} NOT IN ({self.one(*_TERMS)}, {other})", f"IF(BOUND({local}), {one} = {other}, {other} = :a)"),
        )

    def value(self) -> str:
        one, other = self.variable(), self.variable()
        return self.one(one, f"STR({one})", f"{one} + 1", f"COALESCE({one}, {other})", f"{one} = {other}", "1", ":a")
