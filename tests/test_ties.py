"""What relations join: pairs of ends, with the relation that joins them."""

from rdflib import Graph, URIRef

from kg.columns.columns import Columns
from kg.columns.encode import encode_graph
from kg.namespaces import FOREIGN, GOV
from kg.network.ties import Ties, named, read_ties, together
from kg.registry import ShortcutRule

RULE = ShortcutRule(URIRef(GOV.owner), URIRef(GOV.owned), URIRef(GOV.owns))
TYPED = ShortcutRule(
    RULE.subject_role, RULE.object_role, RULE.shortcut, subject_type=URIRef(FOREIGN["foaf"] + "Person")
)
DATA = """
PREFIX gov: <https://w3id.org/governance-kg/def/>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
PREFIX : <https://example.org/>
:r1 a gov:Ownership ; gov:owner :a , :b ; gov:owned :c .
:r2 a gov:Ownership ; gov:owner :a , "Council" ; gov:owned :a .
:r3 a gov:Ownership ; gov:owner :nobody , [] ; gov:owned :c .
:b a foaf:Person . :nobody a gov:NoParty .
"""


def columns() -> Columns:
    return encode_graph(Graph().parse(data=DATA, format="turtle"))


def rows(columns: Columns, ties: Ties) -> list[str]:
    ends = zip(ties.relation.tolist(), ties.one.tolist(), ties.other.tolist(), strict=True)
    texts = ([columns.terms.text(number).rpartition("/")[2].strip("<>") for number in row] for row in ends)
    return sorted(" ".join("_" if text.startswith("_:") else text for text in row) for row in texts)


def read(columns: Columns, rule: ShortcutRule = RULE, *, self_allowed: bool = False) -> Ties:
    kind = columns.subjects(*(columns.terms.number(URIRef(term)) for term in (FOREIGN["rdf"] + "type", GOV.Ownership)))
    return read_ties(columns, kind, rule, self_allowed=self_allowed)


def test_each_pair_of_ends_is_a_row_and_a_text_is_no_end() -> None:
    graph = columns()
    assert rows(graph, read(graph)) == ["r1 a c", "r1 b c", "r3 _ c", "r3 nobody c"]
    assert rows(graph, read(graph, self_allowed=True)) == ["r1 a c", "r1 b c", "r2 a a", "r3 _ c", "r3 nobody c"]
    assert rows(graph, read(graph, TYPED)) == ["r1 b c"]


def test_a_declared_absence_and_what_has_no_iri_tie_nothing() -> None:
    graph = columns()
    assert rows(graph, named(graph, read(graph))) == ["r1 a c", "r1 b c"]


def test_ties_of_several_kinds_are_one_table() -> None:
    graph = columns()
    twice = together([read(graph), read(graph, TYPED)])
    assert rows(graph, twice) == ["r1 a c", "r1 b c", "r1 b c", "r3 _ c", "r3 nobody c"]
    assert len(together([]).one) == 0
