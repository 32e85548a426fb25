"""What to tell of a shapes graph beside the results: what is in it and asks for nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from rdflib import OWL, RDF, SH, Graph, URIRef
from rdflib.term import Node

from kg.namespaces import shorten
from kg.shapes.faults import TERMS
from kg.suggestions import DID_YOU_MEAN, nearest_name

__all__ = ["NO_FOCUS_NODE", "NO_TARGET", "Hint", "hints_of"]

NO_FOCUS_NODE = "No shape has a focus node in the data: no class, subject, object or node that a target names is there"

NO_TARGET = "No shape has a target, so that nothing is validated"

_ADVANCED = {SH.target, SH.rule, SH.expression, SH.js}
_NEED_PATH = {
    *(SH.minCount, SH.maxCount, SH.uniqueLang, SH.lessThan, SH.lessThanOrEquals),
    *(SH.qualifiedValueShape, SH.qualifiedMinCount, SH.qualifiedMaxCount),
}
_SHAPE_EXPECTING = {SH.node, SH["not"], SH.qualifiedValueShape}
_SHAPE_LISTS = {SH["and"], SH["or"], SH.xone}


@dataclass(frozen=True, slots=True)
class Hint:
    """A sentence, and the term that it is about, which tells where in the files it is."""

    text: str
    term: URIRef


def hints_of(shapes: Graph) -> list[Hint]:
    """The hints on a shapes graph, one for each term, ordered by text."""
    found = {*_unknown_terms(shapes), *_left_out(shapes), *_without_path(shapes), *_unknown_shapes(shapes)}
    return sorted(found, key=lambda hint: hint.text)


def _unknown_terms(shapes: Graph) -> Iterator[Hint]:
    """Terms that the namespace of SHACL does not have."""
    terms = Counter(term for triple in shapes for term in triple[1:] if _is_unknown(term))
    names = [str(term).removeprefix(str(SH)) for term in dir(SH)]
    for term, times in terms.items():
        written = str(term).removeprefix(str(SH))
        meant = nearest_name(written, [name for name in names if name[0].isupper() == written[:1].isupper()])
        asked = f"; {DID_YOU_MEAN.format(f'sh:{meant}')}" if meant else ", and asks for nothing"
        often = f" ({times} times)" if times > 1 else ""
        yield Hint(f"{shorten(str(term), TERMS)} is not a term of SHACL{often}{asked}", URIRef(str(term)))


def _is_unknown(term: Node) -> bool:
    return isinstance(term, URIRef) and term.startswith(str(SH)) and term != URIRef(str(SH)) and term not in SH


def _left_out(shapes: Graph) -> Iterator[Hint]:
    """What is not evaluated here: SHACL Advanced Features, and imports that are not given too."""
    for predicate in _ADVANCED & set(shapes.predicates()):
        name = shorten(str(predicate), TERMS)
        yield Hint(f"{name} belongs to the Advanced Features of SHACL, which are not evaluated", predicate)
    imports = {term for term in shapes.objects(None, OWL.imports) if isinstance(term, URIRef)}
    if missing := sorted(term for term in imports if (term, None, None) not in shapes):
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        text = f"owl:imports is not followed: give the file of <{missing[0]}>{more} with the other shapes"
        yield Hint(text, missing[0])


def _without_path(shapes: Graph) -> Iterator[Hint]:
    """Constraints on the values of a property, at a shape that has none (SHACL §4)."""
    for predicate in _NEED_PATH & set(shapes.predicates()):
        for subject in shapes.subjects(predicate):
            if (subject, SH.path, None) not in shapes:
                name = shorten(str(predicate), TERMS)
                yield Hint(f"{name} asks for nothing at a shape without sh:path", URIRef(str(predicate)))


def _unknown_shapes(shapes: Graph) -> Iterator[Hint]:
    """Shapes that others name and that the shapes graph says nothing of: everything conforms to them."""
    named = {shape for predicate in _SHAPE_EXPECTING for shape in shapes.objects(None, predicate)}
    for predicate in _SHAPE_LISTS:
        for head in shapes.objects(None, predicate):
            for rest in shapes.transitive_objects(head, RDF.rest):
                named.update(shapes.objects(rest, RDF.first))
    for shape in named:
        if isinstance(shape, URIRef) and (shape, None, None) not in shapes:
            yield Hint(f"Nothing is said of the shape {shorten(str(shape), TERMS)}, so that everything conforms", shape)
