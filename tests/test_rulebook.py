"""The rulebook: each rule has a file that passes and a file that fails for it alone, and no constraint is idle."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from rdflib import RDF, SH, Graph, Literal, URIRef
from rdflib.term import Node

from kg.columns.columns import Columns
from kg.columns.encode import encode_graph
from kg.dataset import read_graph, read_shapes
from kg.derive import with_derived
from kg.examples import Expectation, example_report, expectations, read_expectations
from kg.namespaces import GOV
from kg.project import load_project
from kg.shapes.evaluate import evaluate
from kg.shapes.validation_result import Result

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
PROJECT = load_project(ROOT)
CODE = URIRef(GOV.shapeCode)
NO_INVALID = {"IDN-18"}  # a company that is also a public body is not an error: there is nothing to fail
PARAMETERS = {
    SH[name]
    for name in ["class", "datatype", "nodeKind", "minCount", "maxCount", "minExclusive", "minInclusive", "maxExclusive", "maxInclusive", "minLength", "maxLength", "pattern", "languageIn", "uniqueLang", "equals", "disjoint", "lessThan", "lessThanOrEquals", "not", "and", "or", "xone", "node", "hasValue", "in", "closed", "qualifiedMinCount", "qualifiedMaxCount", "sparql"]
}  # fmt: skip


@cache
def shapes() -> Graph:
    return read_shapes(PROJECT)


@cache
def vocabulary() -> Graph:
    return read_graph([path for path in PROJECT.files("ontology", "*.ttl") if path.parent.name != "alignments"])


def rules() -> list[str]:
    """The codes of `rules.md`: 1 to 75 and the three that were added, by section."""
    sections = {
        "NAM": range(1, 7), "IDN": range(7, 19), "REL": [*range(19, 25), 36, 63, 76], "OWN": [*range(25, 34), 78],
        "TIM": [34, 35, *range(37, 42)], "SEA": range(42, 50), "MON": range(50, 58), "UNN": range(58, 63),
        "CLM": [*range(64, 71), 77], "HYG": range(71, 76),
    }  # fmt: skip
    return [f"{section}-{number:02}" for section, numbers in sections.items() for number in numbers]


def expected() -> list[Expectation]:
    return list(read_expectations(EXAMPLES / "invalid" / "expected.csv"))


def test_every_rule_is_written_and_has_its_examples() -> None:
    assert len(rules()) == 78
    codes = {str(code) for code in shapes().objects(None, CODE)}
    assert set(rules()) - codes - NO_INVALID == set()
    for code in rules():
        assert list((EXAMPLES / "valid").glob(f"{code.lower()}*.ttl")), code
        assert code in NO_INVALID or list((EXAMPLES / "invalid").glob(f"{code.lower()}*.ttl")), code


@cache
def examples() -> tuple[Result, ...]:
    return example_report(PROJECT)


def test_examples_say_exactly_what_is_expected() -> None:
    assert Counter(expectations(examples(), EXAMPLES)) == Counter(expected())


def test_pyshacl_alone_says_the_same() -> None:
    """Rules over the whole graph are asked of Oxigraph; pySHACL is the second opinion."""
    alone = example_report(PROJECT, only_pyshacl=True)
    assert Counter(expectations(alone, EXAMPLES)) == Counter(expected())


def test_each_invalid_file_fails_for_one_rule_alone() -> None:
    codes: dict[str, set[str]] = {}
    for line in expected():
        codes.setdefault(line.file, set()).add(line.code)
    assert {file: found for file, found in codes.items() if len(found) != 1} == {}
    assert {Path(file).name for file in codes} == {path.name for path in (EXAMPLES / "invalid").glob("*.ttl")}
    for file, found in codes.items():
        [code] = found
        assert Path(file).stem.startswith(code.lower()), file


def test_every_shape_has_a_name_and_messages_in_both_languages() -> None:
    carriers = set(shapes().subjects(CODE))
    assert len(carriers) >= 77
    for carrier in carriers:
        assert isinstance(carrier, URIRef)
        for predicate in (SH.name, SH.message):
            holder = carrier if (carrier, predicate, None) in shapes() else _parent(carrier)
            languages = sorted(
                text.language or "" for text in shapes().objects(holder, predicate) if isinstance(text, Literal)
            )
            assert languages == ["en", "sv"], (carrier, predicate)


def _parent(node: Node) -> Node | None:
    return next((subject for subject, predicate in shapes().subject_predicates(node) if predicate != RDF.first), None)


def ancestors(node: Node) -> Iterator[Node]:
    """A shape and the shapes and lists that it is part of, up to those with a target."""
    seen, todo = set(), [node]
    while todo:
        current = todo.pop()
        if current not in seen:
            seen.add(current)
            yield current
            todo.extend(shapes().subjects(None, current))


def closure(node: Node) -> Graph:
    """Everything that a shape consists of."""
    found, todo = Graph(), [node]
    while todo:
        for triple in shapes().triples((todo.pop(), None, None)):
            if triple not in found:
                found.add(triple)
                if triple[1] not in (SH.targetNode, SH.path, SH.datatype):
                    todo.append(triple[2])
    return found


def constraints() -> list[tuple[Node, URIRef, Node]]:
    """Every constraint of every shape, as the triple that states it."""
    found = [
        (s, p, o) for s, p, o in shapes() if p in PARAMETERS and (s, RDF.type, SH.SPARQLConstraint) not in shapes()
    ]
    return sorted(found, key=lambda triple: [str(term) for term in triple])


def code_of(triple: tuple[Node, URIRef, Node]) -> str:
    for node in (triple[2], *ancestors(triple[0])):
        for code in shapes().objects(node, CODE):
            return str(code)
    raise AssertionError(f"no code for {triple}")


@cache
def failing_data(code: str) -> Columns:
    """The invalid examples of a rule, with the vocabulary and what derives from them."""
    files = sorted({EXAMPLES / line.file for line in expected() if line.code == code})
    data = read_graph(files)
    for triple in vocabulary():
        data.add(triple)
    return with_derived(encode_graph(data), PROJECT.as_of)


def verdicts(own: Graph, code: str) -> Counter[tuple[str, str, str]]:
    report = evaluate(failing_data(code), own)
    return Counter((result.code, str(result.focus), str(result.path)) for result in report.results)


@pytest.mark.parametrize("code", sorted({code_of(triple) for triple in constraints()}))
def test_deleting_any_one_constraint_changes_a_verdict(code: str) -> None:
    for triple in (triple for triple in constraints() if code_of(triple) == code):
        roots = [node for node in ancestors(triple[0]) if any((node, SH[t], None) in shapes() for t in _TARGETS)]
        own = sum((closure(root) for root in roots), Graph())
        before = verdicts(own, code)
        own.remove(triple)
        for orphan in _without(triple, own):
            own.remove((triple[0], orphan, None))
        assert verdicts(own, code) != before, f"{code}: nothing notices that {triple} is gone"


def _without(triple: tuple[Node, URIRef, Node], own: Graph) -> Iterator[URIRef]:
    """The parameters that mean nothing, or are an error, when this one is gone."""
    if triple[1] == SH.pattern:
        yield SH.flags
    counts = (SH.qualifiedMinCount, SH.qualifiedMaxCount)
    if triple[1] in counts and not any((triple[0], count, None) in own for count in counts):
        yield SH.qualifiedValueShape


_TARGETS = ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf")


def test_messages_are_filled_in_and_in_both_languages() -> None:
    for result in examples():
        assert set(result.messages) == {"sv", "en"}, result
        assert not [text for text in result.messages.values() if "{?" in text or "{$" in text], result
