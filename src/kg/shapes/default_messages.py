"""What a result says whose shape has no message: what the constraint asks for (SHACL §3.6.2 leaves the words free)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from rdflib import SH, Literal, URIRef
from rdflib.term import Node

from kg.namespaces import shorten
from kg.shapes.batches import Batch
from kg.shapes.faults import TERMS
from kg.shapes.model import Comparison, Constraint, Count, HasValue, Logic, Qualified, ValueTest

__all__ = ["default_messages"]

_MOST_LISTED = 10
_ENGLISH: Mapping[URIRef, str] = {
    SH.MinCountConstraintComponent: "There must be at least {counted}",
    SH.MaxCountConstraintComponent: "There must be at most {counted}",
    SH.ClassConstraintComponent: "{It} must be of the class {terms}",
    SH.DatatypeConstraintComponent: "{It} must be a well-formed literal of the datatype {terms}",
    SH.NodeKindConstraintComponent: "{It} must be of the kind {terms}",
    SH.MinInclusiveConstraintComponent: "{It} must be {terms} or more",
    SH.MaxInclusiveConstraintComponent: "{It} must be {terms} or less",
    SH.MinExclusiveConstraintComponent: "{It} must be more than {terms}",
    SH.MaxExclusiveConstraintComponent: "{It} must be less than {terms}",
    SH.MinLengthConstraintComponent: "{It} must be at least {terms} characters long",
    SH.MaxLengthConstraintComponent: "{It} must be at most {terms} characters long",
    SH.PatternConstraintComponent: "{It} must match the pattern {terms}",
    SH.LanguageInConstraintComponent: "{It} must be a text in one of these languages: {terms}",
    SH.InConstraintComponent: "{It} must be one of these: {terms}",
    SH.HasValueConstraintComponent: "The value {terms} is missing",
    SH.UniqueLangConstraintComponent: "There must be only one text in each language",
    SH.EqualsConstraintComponent: "The values must be the same as those of {terms}",
    SH.DisjointConstraintComponent: "{It} must not be a value of {terms}",
    SH.LessThanConstraintComponent: "{It} must be less than each value of {terms}",
    SH.LessThanOrEqualsConstraintComponent: "{It} must be at most each value of {terms}",
    SH.NotConstraintComponent: "{It} must not conform to {shapes}",
    SH.AndConstraintComponent: "{It} must conform to each of {shapes}",
    SH.OrConstraintComponent: "{It} must conform to at least one of {shapes}",
    SH.XoneConstraintComponent: "{It} must conform to exactly one of {shapes}",
    SH.NodeConstraintComponent: "{It} must conform to {shapes}",
    SH.QualifiedMinCountConstraintComponent: "There must be at least {counted} conforming to {shapes}",
    SH.QualifiedMaxCountConstraintComponent: "There must be at most {counted} conforming to {shapes}",
    SH.ClosedConstraintComponent: "The property is not allowed here",
    SH.SPARQLConstraintComponent: "The query of the constraint finds what must not be there",
}
_SWEDISH: Mapping[URIRef, str] = {
    SH.MinCountConstraintComponent: "Det måste finnas minst {counted}",
    SH.MaxCountConstraintComponent: "Det får finnas högst {counted}",
    SH.ClassConstraintComponent: "{It} måste vara av klassen {terms}",
    SH.DatatypeConstraintComponent: "{It} måste vara en välformad literal av datatypen {terms}",
    SH.NodeKindConstraintComponent: "{It} måste vara av slaget {terms}",
    SH.MinInclusiveConstraintComponent: "{It} måste vara {terms} eller mer",
    SH.MaxInclusiveConstraintComponent: "{It} måste vara {terms} eller mindre",
    SH.MinExclusiveConstraintComponent: "{It} måste vara mer än {terms}",
    SH.MaxExclusiveConstraintComponent: "{It} måste vara mindre än {terms}",
    SH.MinLengthConstraintComponent: "{It} måste vara minst {terms} tecken långt",
    SH.MaxLengthConstraintComponent: "{It} får vara högst {terms} tecken långt",
    SH.PatternConstraintComponent: "{It} måste passa mönstret {terms}",
    SH.LanguageInConstraintComponent: "{It} måste vara en text på något av språken {terms}",
    SH.InConstraintComponent: "{It} måste vara något av {terms}",
    SH.HasValueConstraintComponent: "Värdet {terms} saknas",
    SH.UniqueLangConstraintComponent: "Det får finnas bara en text på varje språk",
    SH.EqualsConstraintComponent: "Värdena måste vara desamma som för {terms}",
    SH.DisjointConstraintComponent: "{It} får inte vara ett värde av {terms}",
    SH.LessThanConstraintComponent: "{It} måste vara mindre än varje värde av {terms}",
    SH.LessThanOrEqualsConstraintComponent: "{It} får vara högst lika med varje värde av {terms}",
    SH.NotConstraintComponent: "{It} får inte uppfylla {shapes}",
    SH.AndConstraintComponent: "{It} måste uppfylla alla av {shapes}",
    SH.OrConstraintComponent: "{It} måste uppfylla minst en av {shapes}",
    SH.XoneConstraintComponent: "{It} måste uppfylla exakt en av {shapes}",
    SH.NodeConstraintComponent: "{It} måste uppfylla {shapes}",
    SH.QualifiedMinCountConstraintComponent: "Det måste finnas minst {counted} som uppfyller {shapes}",
    SH.QualifiedMaxCountConstraintComponent: "Det får finnas högst {counted} som uppfyller {shapes}",
    SH.ClosedConstraintComponent: "Egenskapen är inte tillåten här",
    SH.SPARQLConstraintComponent: "Villkorets fråga finner det som inte får finnas",
}


def default_messages(batch: Batch) -> dict[str, str]:
    """The message of the results of a batch by language; a component of one's own is only named."""
    if batch.asked is None or batch.component not in _ENGLISH:
        name = shorten(str(batch.component), TERMS)
        return {"en": f"The constraint {name} does not hold", "sv": f"Villkoret {name} är inte uppfyllt"}
    number = batch.asked.number if isinstance(batch.asked, Count | Qualified) else 0
    terms, shapes, has_path = _terms(batch.asked), _shapes(batch.asked), batch.shape.path is not None
    english = {
        "It": "The value" if has_path else "The node",
        "counted": "1 value" if number == 1 else f"{number} values",
        "terms": _listed(terms, "and {} more"),
        "shapes": _named(shapes, "a shape without a name", "{} shapes without names"),
    }
    swedish = {
        "It": "Värdet" if has_path else "Noden",
        "counted": f"{number} värde" if number == 1 else f"{number} värden",
        "terms": _listed(terms, "och {} till"),
        "shapes": _named(shapes, "en form utan namn", "{} former utan namn"),
    }
    return {
        "en": _ENGLISH[batch.component].format_map(english),
        "sv": _SWEDISH[batch.component].format_map(swedish),
    }


def _terms(asked: Constraint) -> Sequence[Node]:
    match asked:
        case ValueTest(_, arguments):
            return arguments
        case HasValue(_, term):
            return (term,)
        case Comparison(_, predicate):
            return (predicate,)
    return ()


def _shapes(asked: Constraint) -> Sequence[Node]:
    match asked:
        case Logic(_, shapes):
            return shapes
        case Qualified(_, _, shape, _):
            return (shape,)
    return ()


def _listed(terms: Sequence[Node], more: str) -> str:
    shown = [_shown(term) for term in terms[:_MOST_LISTED]]
    rest = len(terms) - len(shown)
    return ", ".join([*shown, *([more.format(rest)] if rest else [])])


def _named(shapes: Sequence[Node], one: str, several: str) -> str:
    """The names of shapes, and how many have none."""
    names = [_shown(shape) for shape in shapes if isinstance(shape, URIRef)]
    unnamed = len(shapes) - len(names)
    rest = [] if not unnamed else [one] if unnamed == 1 else [several.format(unnamed)]
    return ", ".join([*names, *rest])


def _shown(term: Node) -> str:
    if isinstance(term, URIRef):
        return shorten(str(term), TERMS)
    if isinstance(term, Literal) and term.datatype is None:
        return json.dumps(str(term), ensure_ascii=False) + (f"@{term.language}" if term.language else "")
    return str(term)
