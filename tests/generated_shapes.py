"""Small random data graphs and shapes graphs over all constraint components of SHACL Core, for hypothesis.

pySHACL compares terms that SPARQL cannot compare (`test_validator.py` shows it), so order is asked for only where all
literals are numbers and all values of the path are literals.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import strategies as st
from rdflib import RDF, RDFS, SH, XSD, BNode, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

EX = Namespace("https://example.org/")
NODES = [EX[name] for name in "abcde"]
PREDICATES = [EX[name] for name in "pqr"]
CLASSES = [EX.C, EX.D, EX.E]
LITERALS = [
    Literal("1", datatype=XSD.integer),
    Literal("01", datatype=XSD.integer, normalize=False),
    Literal("2", datatype=XSD.integer),
    Literal("1.5", datatype=XSD.decimal),
    Literal("1.5", datatype=XSD.double, normalize=False),
    Literal("one", datatype=XSD.integer),
    Literal("300", datatype=XSD.byte),
    Literal("true", datatype=XSD.boolean),
    Literal("2020-01-31", datatype=XSD.date),
    Literal("2020-02-31", datatype=XSD.date),
    Literal("2020-01-31T10:00:00Z", datatype=XSD.dateTime, normalize=False),
    Literal("2020-01-31T11:30:00+01:00", datatype=XSD.dateTime, normalize=False),
    Literal("abc"),
    Literal("ABC"),
    Literal(""),
    Literal("abc", lang="en"),
    Literal("def", lang="en"),
    Literal("abc", lang="sv"),
    Literal("abc", lang="sv-fi"),
    Literal("x", datatype=EX.datatype),
]
BLANKS = [BNode("x"), BNode("y")]
DATATYPES = [XSD.integer, XSD.decimal, XSD.double, XSD.byte, XSD.boolean, XSD.date, XSD.dateTime, XSD.string, RDF.langString, EX.datatype]  # fmt: skip
NODE_KINDS = [SH.IRI, SH.BlankNode, SH.Literal, SH.BlankNodeOrIRI, SH.BlankNodeOrLiteral, SH.IRIOrLiteral]
NUMBERS = LITERALS[:5]


def data_graph(draw: st.DrawFn, *, ordered: bool) -> Graph:
    """Up to twenty triples; classes in a small hierarchy. If `ordered`, all objects but classes are numbers."""
    graph = Graph()
    graph.add((EX.D, RDFS.subClassOf, EX.C))
    if draw(st.booleans()):
        graph.add((EX.E, RDFS.subClassOf, EX.D))
    subjects = st.sampled_from([*NODES[:2] * 3, *NODES, *BLANKS])
    anything = st.one_of(st.sampled_from(NODES), st.sampled_from(BLANKS), st.sampled_from(LITERALS))
    objects = st.sampled_from(NUMBERS) if ordered else anything
    for subject, kind in draw(st.lists(st.tuples(subjects, st.sampled_from(CLASSES)), max_size=4)):
        graph.add((subject, RDF.type, kind))
    for triple in draw(st.lists(st.tuples(subjects, st.sampled_from(PREDICATES), objects), max_size=16)):
        graph.add(triple)
    return graph


@dataclass
class Writer:
    """Writes shapes into a graph; what is random is drawn."""

    draw: st.DrawFn
    ordered: bool
    graph: Graph = field(default_factory=Graph)
    count: int = 0

    def pick(self, values: list) -> Node:
        return self.draw(st.sampled_from(values))

    def chance(self) -> bool:
        return self.draw(st.booleans())

    def say(self, subject: Node, predicate: URIRef, value: Node) -> None:
        self.graph.add((subject, predicate, value))

    def listed(self, values: list[Node]) -> Node:
        if not values:
            return RDF.nil
        self.count += 1
        head = BNode(f"list{self.count}")
        Collection(self.graph, head, values)
        return head

    def path(self, depth: int = 2, first: int = 0) -> Node:
        """A path; from 7 on it has no sequence and no inverse in it, which pySHACL does not turn round."""
        form = self.draw(st.integers(first, 9))
        if depth == 0 or form < 5 or (first and self.chance()):
            return self.pick(PREDICATES)
        if form == 5:
            return self.listed([self.path(depth - 1), self.path(depth - 1)])
        self.count += 1
        node = BNode(f"path{self.count}")
        if form == 6:
            self.say(node, SH.inversePath, self.path(depth - 1, 7))
        elif form == 7:
            self.say(node, SH.alternativePath, self.listed([self.path(depth - 1, first), self.path(depth - 1, first)]))
        else:
            kind = self.pick([SH.zeroOrMorePath, SH.oneOrMorePath, SH.zeroOrOnePath])
            self.say(node, kind, self.path(depth - 1, first))
        return node

    def shape(self, depth: int, *, is_property: bool) -> Node:
        self.count += 1
        shape = EX[f"shape{self.count}"] if self.chance() else BNode(f"shape{self.count}")
        self.say(shape, RDF.type, SH.PropertyShape if is_property else SH.NodeShape)
        if is_property:
            self.say(shape, SH.path, self.path())
        if self.draw(st.integers(0, 9)) == 0:
            self.say(shape, SH.deactivated, Literal(True))
        kinds = [self.values, self.texts, self.terms]
        kinds += [self.ranges] if self.ordered else []
        kinds += [self.counts, self.pairs] if is_property else []
        kinds += [self.logic, self.nested] if depth else []
        kinds += [self.qualified] if depth and is_property else []
        kinds += [] if is_property else [self.closed]
        chosen = st.lists(st.sampled_from(kinds), min_size=1, max_size=4, unique_by=lambda kind: kind.__name__)
        for write in self.draw(chosen):
            write(shape, depth - 1)
        return shape

    def values(self, shape: Node, _depth: int) -> None:
        if self.chance():
            self.say(shape, SH["class"], self.pick(CLASSES))
        elif self.chance():
            self.say(shape, SH.datatype, self.pick(DATATYPES))
        else:
            self.say(shape, SH.nodeKind, self.pick(NODE_KINDS))

    def ranges(self, shape: Node, _depth: int) -> None:
        kind = self.pick([SH.minInclusive, SH.minExclusive, SH.maxInclusive, SH.maxExclusive])
        self.say(shape, kind, self.pick(NUMBERS))

    def texts(self, shape: Node, _depth: int) -> None:
        form = self.draw(st.integers(0, 3))
        if form == 0:
            self.say(shape, self.pick([SH.minLength, SH.maxLength]), Literal(self.draw(st.integers(1, 4))))
        elif form == 1:
            self.say(shape, SH.pattern, Literal(self.pick(["^a", "b", "c$", "[0-9]", "org/a"])))
            if self.chance():
                self.say(shape, SH.flags, Literal("i"))
        else:
            languages = self.draw(st.lists(st.sampled_from(["en", "sv", "fi"]), min_size=1, max_size=2, unique=True))
            self.say(shape, SH.languageIn, self.listed([Literal(language) for language in languages]))

    def terms(self, shape: Node, _depth: int) -> None:
        pool = [*NODES, *LITERALS]
        if self.chance():
            self.say(shape, SH.hasValue, self.pick(pool))
        else:
            self.say(shape, SH["in"], self.listed(self.draw(st.lists(st.sampled_from(pool), max_size=4, unique=True))))

    def counts(self, shape: Node, _depth: int) -> None:
        if self.chance():
            self.say(shape, self.pick([SH.minCount, SH.maxCount]), Literal(self.draw(st.integers(0, 3))))
        else:
            self.say(shape, SH.uniqueLang, Literal(True))

    def pairs(self, shape: Node, _depth: int) -> None:
        kinds = [SH.equals, SH.disjoint]
        if self.ordered and isinstance(self.graph.value(shape, SH.path), URIRef):
            kinds += [SH.lessThan, SH.lessThanOrEquals] * 2
        self.say(shape, self.pick(kinds), self.pick(PREDICATES))

    def logic(self, shape: Node, depth: int) -> None:
        kind = self.pick([SH["not"], SH["and"], SH["or"], SH.xone])
        if kind == SH["not"]:
            self.say(shape, kind, self.shape(depth, is_property=self.chance()))
        else:
            self.say(shape, kind, self.listed([self.shape(depth, is_property=self.chance()) for _ in range(2)]))

    def nested(self, shape: Node, depth: int) -> None:
        if self.chance():
            self.say(shape, SH.node, self.shape(depth, is_property=False))
        else:
            self.say(shape, SH.property, self.shape(depth, is_property=True))

    def qualified(self, shape: Node, depth: int) -> None:
        self.say(shape, SH.qualifiedValueShape, self.shape(depth, is_property=False))
        self.say(shape, self.pick([SH.qualifiedMinCount, SH.qualifiedMaxCount]), Literal(self.draw(st.integers(0, 2))))
        if self.chance():
            self.say(shape, SH.qualifiedValueShapesDisjoint, Literal(True))

    def closed(self, shape: Node, _depth: int) -> None:
        self.say(shape, SH.closed, Literal(True))
        if self.chance():
            self.say(shape, SH.ignoredProperties, self.listed([RDF.type, self.pick(PREDICATES)]))

    def targets(self, shape: Node) -> None:
        form = self.draw(st.integers(0, 4))
        if form <= 1:
            self.say(shape, SH.targetNode, self.pick([*NODES, LITERALS[0], LITERALS[15], EX.nobody]))
            self.say(shape, SH.targetNode, self.pick(NODES))
        elif form == 2:
            self.say(shape, SH.targetClass, self.pick(CLASSES))
        else:
            kind = self.pick([SH.targetSubjectsOf, SH.targetObjectsOf])
            self.say(shape, kind, self.pick(PREDICATES))


@st.composite
def cases(draw: st.DrawFn) -> tuple[Graph, Graph]:
    """A data graph, and one to three shapes with targets: constraints of up to three kinds each, nested twice at most."""
    ordered = draw(st.booleans())
    data, writer = data_graph(draw, ordered=ordered), Writer(draw, ordered)
    for _ in range(draw(st.integers(1, 3))):
        writer.targets(writer.shape(2, is_property=writer.chance()))
    return data, writer.graph
