"""What results say whose shapes have no message, in both languages."""

from __future__ import annotations

from collections import Counter

import pytest
from rdflib import SH, Graph

from kg.shapes.evaluate import evaluate

HEAD = "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix : <https://example.org/> ."
DATA = f'{HEAD} :a :p 1 , "en"@en , "två"@en , :b ; :q 1 ; :r 0 .'
CASES = {
    "sh:minCount 5": ("There must be at least 5 values", "Det måste finnas minst 5 värden"),
    "sh:maxCount 1": ("There must be at most 1 value", "Det får finnas högst 1 värde"),
    "sh:class :C": ("The value must be of the class <https://example.org/C>", ""),
    "sh:datatype xsd:date": ("The value must be a well-formed literal of the datatype xsd:date", ""),
    "sh:nodeKind sh:IRI": ("The value must be of the kind sh:IRI", "Värdet måste vara av slaget sh:IRI"),
    "sh:minInclusive 2": ("The value must be 2 or more", "Värdet måste vara 2 eller mer"),
    "sh:maxInclusive 0": ("The value must be 0 or less", ""),
    "sh:minExclusive 1": ("The value must be more than 1", ""),
    "sh:maxExclusive 1": ("The value must be less than 1", ""),
    "sh:minLength 99": ("The value must be at least 99 characters long", ""),
    "sh:maxLength 0": ("The value must be at most 0 characters long", ""),
    'sh:pattern "^z"': ('The value must match the pattern "^z"', ""),
    'sh:languageIn ( "sv" "fi" )': ('The value must be a text in one of these languages: "sv", "fi"', ""),
    "sh:in ( 3 4 5 6 7 8 9 10 11 12 13 14 )": ("The value must be one of these: 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, and 2 more", ""),
    'sh:hasValue "x"@sv': ('The value "x"@sv is missing', 'Värdet "x"@sv saknas'),
    "sh:uniqueLang true": ("There must be only one text in each language", ""),
    "sh:equals :q": ("The values must be the same as those of <https://example.org/q>", ""),
    "sh:disjoint :q": ("The value must not be a value of <https://example.org/q>", ""),
    "sh:lessThan :r": ("The value must be less than each value of <https://example.org/r>", ""),
    "sh:lessThanOrEquals :r": ("The value must be at most each value of <https://example.org/r>", ""),
    "sh:not [ sh:nodeKind sh:IRI ]": ("The value must not conform to a shape without a name", ""),
    "sh:and ( :One [ sh:nodeKind sh:IRI ] )": (
        "The value must conform to each of <https://example.org/One>, a shape without a name",
        "",
    ),
    "sh:or ( [ sh:class :C ] [ sh:class :D ] )": (
        "The value must conform to at least one of 2 shapes without names",
        "Värdet måste uppfylla minst en av 2 former utan namn",
    ),
    "sh:xone ( [ sh:class :C ] )": ("The value must conform to exactly one of a shape without a name", ""),
    "sh:node :One": ("The value must conform to <https://example.org/One>", ""),
    "sh:qualifiedValueShape :One ; sh:qualifiedMinCount 4": (
        "There must be at least 4 values conforming to <https://example.org/One>",
        "Det måste finnas minst 4 värden som uppfyller <https://example.org/One>",
    ),
    "sh:qualifiedValueShape [ sh:nodeKind sh:IRI ] ; sh:qualifiedMaxCount 0": (
        "There must be at most 0 values conforming to a shape without a name",
        "",
    ),
    "sh:closed true": ("The property is not allowed here", "Egenskapen är inte tillåten här"),
    'sh:sparql [ sh:select "SELECT $this { $this ?p 1 }" ]': (
        "The query of the constraint finds what must not be there",
        "",
    ),
    ":own 1": ("The constraint <https://example.org/Own> does not hold", "Villkoret <https://example.org/Own> är inte uppfyllt"),
}  # fmt: skip
OWN = """:One a sh:NodeShape ; sh:hasValue 1 .
:Own a sh:ConstraintComponent ; sh:parameter [ sh:path :own ] ; sh:validator [ sh:ask "ASK { FILTER ($value = 2) }" ] ."""


@pytest.mark.parametrize("constraint", CASES)
def test_message(constraint: str) -> None:
    target = ":b" if "closed" in constraint else ":a"
    data = DATA + " :b :p :c . :c :z 1 ." if "closed" in constraint else DATA
    shapes = f"{HEAD} :S a sh:PropertyShape ; sh:targetNode {target} ; sh:path :p ; {constraint} . {OWN}"
    [(english, swedish)] = Counter(
        (one.messages["en"], one.messages["sv"])
        for one in evaluate(Graph().parse(data=data), Graph().parse(data=shapes)).results
    )
    assert english == CASES[constraint][0]
    assert swedish == (CASES[constraint][1] or swedish)


def test_every_component_of_core_has_a_message() -> None:
    """29 components: 28 that give results (SHACL §4, `sh:property` gives none of its own) and SPARQL (§5)."""
    assert len(CASES) == 29 + 1


def test_of_a_node_shape_it_is_the_node_that_is_spoken_of() -> None:
    shapes = f"{HEAD} :S a sh:NodeShape ; sh:targetNode :a ; sh:nodeKind sh:Literal ."
    [result] = evaluate(Graph().parse(data=DATA), Graph().parse(data=shapes)).results
    assert (result.message("en"), result.message("sv")) == (
        "The node must be of the kind sh:Literal",
        "Noden måste vara av slaget sh:Literal",
    )
    assert result.component == SH.NodeKindConstraintComponent
