"""The ontology, its codelists, alignments and hygiene checks, read from the files as they are."""

import csv
import os
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, ORG, OWL, PROV, RDF, RDFS, SDO, SKOS, VANN, XSD

ROOT = Path(__file__).resolve().parent.parent
ONTOLOGY = ROOT / "ontology"
VOCABULARIES = Path(os.environ.get("KG_VOCABULARIES", ROOT.parent / "shared" / "vocabularies"))
BODS_CODELISTS = Path(os.environ.get("KG_DATASETS", ROOT.parent / "shared" / "datasets")) / "bods" / "codelists-0.4"

DEF = "https://w3id.org/governance-kg/def/"
CODE = "https://w3id.org/governance-kg/code/"
LICENCE = "http://creativecommons.org/publicdomain/zero/1.0/"

CHECKS = sorted((ONTOLOGY / "checks").glob("*.rq"))
CODELISTS = sorted((ONTOLOGY / "codelists").glob("*.ttl"))
ALIGNMENTS = sorted((ONTOLOGY / "alignments").glob("*.ttl"))
TERMS = sorted(ONTOLOGY.glob("*.ttl"))
DATA = sorted((ROOT / "data").rglob("*.ttl"))

PREFIXES = f"""
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix gov: <{DEF}> .
@prefix modality: <{CODE}modality/> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""

WHOLE_TERM = f"""gov:Probe a owl:Class ; rdfs:label "Probe"@en, "Sond"@sv ; skos:definition "A probe."@en, "En sond."@sv ;
    skos:example "A probe."@en ; rdfs:isDefinedBy <{DEF}> ."""
WHOLE_CONCEPT = f"""modality:probe a skos:Concept ; skos:prefLabel "probe"@en, "sond"@sv ;
    skos:definition "A probe."@en, "En sond."@sv ; skos:notation "probe" ; skos:inScheme <{CODE}modality> ;
    skos:topConceptOf <{CODE}modality> ; rdfs:isDefinedBy <{CODE}modality> .
<{CODE}modality> skos:hasTopConcept modality:probe ."""


@dataclass(frozen=True)
class Defect:
    """Turtle that spoils a clean graph: what is taken out, then what is put in."""

    put_in: str = ""
    taken_out: str = ""


DEFECTS = [
    ("blank-node", Defect(put_in='gov:owner rdfs:seeAlso [ rdfs:label "nobody" ] .')),
    ("concept-hierarchy-cycle", Defect("modality:actual skos:broader modality:actual .")),
    (
        "concept-hierarchy-cycle",
        Defect("modality:actual skos:broader modality:offered . modality:offered skos:broader modality:actual ."),
    ),
    ("concept-not-reachable", Defect(taken_out=f"<{CODE}modality> skos:hasTopConcept modality:actual .")),
    ("concept-not-reachable", Defect(taken_out=f"modality:actual skos:topConceptOf <{CODE}modality> .")),
    ("concept-outside-scheme", Defect(taken_out=f"modality:actual skos:inScheme <{CODE}modality> .")),
    ("concept-outside-scheme", Defect(taken_out=f"modality:actual rdfs:isDefinedBy <{CODE}modality> .")),
    ("concept-without-definition", Defect(WHOLE_CONCEPT, 'modality:probe skos:definition "En sond."@sv .')),
    ("concept-without-label", Defect(WHOLE_CONCEPT, 'modality:probe skos:prefLabel "probe"@en .')),
    ("concept-without-notation", Defect(WHOLE_CONCEPT, 'modality:probe skos:notation "probe" .')),
    ("concepts-with-same-label", Defect('modality:offered skos:prefLabel "actual"@en .')),
    ("concepts-with-same-label", Defect('modality:actual gov:bodsCode "a" . modality:offered gov:bodsCode "a" .')),
    ("deprecated-without-replacement", Defect("gov:owner owl:deprecated true .")),
    ("ontology-header", Defect(taken_out=f"<{DEF}> dcterms:license <{LICENCE}> .")),
    ("ontology-header", Defect(taken_out=f'<{DEF}> dcterms:title "Governance ontology"@en .')),
    ("registry-contradictory", Defect("gov:Collaboration gov:fromRole gov:owner .")),
    ("registry-contradictory", Defect("gov:Ownership gov:participantRole gov:owner .")),
    ("registry-contradictory", Defect("gov:Ownership gov:shortcut gov:controls .")),
    ("registry-incomplete", Defect(taken_out="gov:Ownership gov:acyclic false .")),
    ("registry-incomplete", Defect(taken_out="gov:Ownership gov:toRole gov:owned .")),
    ("registry-incomplete", Defect(taken_out="gov:Collaboration gov:participantRole gov:participant .")),
    ("registry-property-undeclared", Defect(taken_out="gov:owned a owl:ObjectProperty .")),
    ("relation-kind-outside-registry", Defect("gov:Probe rdfs:subClassOf gov:Relation .")),
    ("relation-kind-outside-registry", Defect("gov:Probe a gov:RelationKind .")),
    ("scheme-without-concepts", Defect(f"<{CODE}probe> a skos:ConceptScheme .")),
    ("scheme-without-label", Defect(taken_out=f'<{CODE}modality> skos:prefLabel "Modalitet"@sv .')),
    ("shortcut-rule-incomplete", Defect(taken_out="gov:unitOfRule gov:ofKind gov:PartOf .")),
    ("shortcut-rule-incomplete", Defect("gov:unitOfRule gov:ofKind gov:Party .")),
    ("shortcut-shared", Defect("gov:Control gov:shortcut gov:owns .")),
    ("shortcut-without-inverse", Defect(taken_out="gov:ownedBy owl:inverseOf gov:owns .")),
    ("shortcut-without-inverse", Defect(taken_out="gov:collaboratesWith a owl:SymmetricProperty .")),
    ("term-label-twice", Defect('gov:owner rdfs:label "proprietor"@en .')),
    ("term-label-twice", Defect('gov:owner skos:definition "Who owns."@en .')),
    ("term-without-definition", Defect(WHOLE_TERM, 'gov:Probe skos:definition "En sond."@sv .')),
    ("term-without-example", Defect(WHOLE_TERM, 'gov:Probe skos:example "A probe."@en .')),
    ("term-without-label", Defect(WHOLE_TERM, 'gov:Probe rdfs:label "Probe"@en .')),
    ("term-without-ontology", Defect(WHOLE_TERM, f"gov:Probe rdfs:isDefinedBy <{DEF}> .")),
    ("terms-with-same-label", Defect(WHOLE_TERM + ' gov:Ownership rdfs:label "Probe"@en .')),
    ("terms-with-same-label", Defect('gov:owner rdfs:label "same"@en . gov:amount rdfs:label "same"@en .')),
    ("undefined-concept", Defect("<https://example.org/r> gov:modality modality:imaginary .")),
    ("undefined-term", Defect("<https://example.org/a> gov:ownz <https://example.org/b> .")),
    ("undefined-term", Defect("<https://example.org/a> a gov:Onership .")),
]

# The contract: clients rely on these names (kind, roles, shortcut, inverse).
REGISTRY = """
Ownership gov:owner gov:owned gov:owns gov:ownedBy
Control gov:controller gov:controlled gov:controls gov:controlledBy
Membership org:member org:organization org:memberOf org:hasMember
SeatAllocation gov:seatHolder gov:body gov:holdsSeatsIn gov:seatsHeldBy
Appointment gov:appointer gov:appointedTo gov:appoints gov:appointedBy
Funding gov:funder gov:recipient gov:funds gov:fundedBy
PartOf gov:part gov:whole org:subOrganizationOf org:hasSubOrganization
Leadership gov:leader gov:led gov:leads gov:ledBy
PostHolding gov:holder gov:post org:holds org:heldBy
Collaboration gov:participant gov:participant gov:collaboratesWith -
OfficeSharing gov:participant gov:participant gov:sharesOfficeWith -
Consultation gov:consulter gov:consulted gov:consults gov:consultedBy
Representation gov:representative gov:represented gov:represents gov:representedBy
Operation gov:operator gov:operated gov:operates gov:operatedBy
Responsibility gov:responsible gov:task gov:responsibleFor gov:responsibilityOf
ManagingAuthority gov:authority gov:managed gov:managingAuthorityOf gov:managedBy
DecisionPower gov:decider gov:decidedOn gov:decidesOn gov:decidedBy
Regulation gov:regulation gov:regulated gov:regulates gov:regulatedBy
Advocacy gov:advocate gov:issue gov:advocates gov:advocatedBy
Location gov:located gov:place gov:locatedIn gov:locationOf
Succession gov:predecessor gov:successor gov:succeededBy gov:succeeds
"""

RDFLIB_NAMESPACES = (DCAT, DCTERMS, FOAF, ORG, OWL, PROV, RDF, RDFS, SDO, SKOS, VANN, XSD)

# Namespaces of the vocabularies that can be read from a folder of N-Quads, by file name.
VOCABULARY_FILES = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "oa": "http://www.w3.org/ns/oa#",
    "org": "http://www.w3.org/ns/org#",
    "prov": "http://www.w3.org/ns/prov#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "vann": "http://purl.org/vocab/vann/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
}

# Terms of vocabularies that rdflib does not know, as their own publishers list them.
LISTED_TERMS = {
    "http://www.w3.org/ns/adms#": "Identifier identifier",
    "http://data.europa.eu/m8g/": (
        "AdminUnit ContactPoint ImageObject PublicOrganisation ReferenceFramework adminUnit code contactPage "
        "contactPoint email frequency hasFormalFramework legalStatusDate level logo openingHours registeredAddress "
        "registrationDate role telephone"
    ),
    "http://www.w3.org/ns/legal#": (
        "LegalEntity companyActivity companyStatus companyType legalIdentifier legalName registeredAddress"
    ),
    "http://www.w3.org/ns/regorg#": (
        "RegisteredOrganization hasRegisteredOrganization legalName orgActivity orgStatus orgType registration"
    ),
    "http://www.w3.org/ns/opengov#": "OtherName contactDetail dissolutionDate heldThrough onBehalfOf otherName post",
    "http://schema.org/": "validFrom validThrough",
    "https://vocab.openownership.org/terms#": (
        "AppointmentOfBoard BeneficiaryOfLegalArrangement BoardChair BoardMember ConditionalRightsGrantedByContract "
        "ControlByLegalFramework ControlViaCompanyRulesOrArticles EnjoymentAndUseOfAssets Interest InterestType "
        "Nominator Nominee OtherInfluenceOrControl Protector Relationship RightToProfitOrIncomeFromAssets "
        "RightsGrantedByContract RightsToProfitOrIncome RightsToSurplusAssetsOnDissolution SeniorManagingOfficial "
        "Settlor Shareholding Source Statement Trustee UnknownInterest UnpublishedInterest Unspecified VotingRights "
        "beneficialOwnershipOrControl directOrIndirect endDate interestedParty reason shareExact "
        "shareExclusiveMaximum shareExclusiveMinimum shareMaximum shareMinimum startDate subject"
    ),
    "https://standard.openownership.org/codelists#": (
        "AnonymousEntity AnonymousPerson Direct GovernmentDepartment Indirect InformationUnknownToPublisher "
        "InterestedPartyExemptFromDisclosure InterestedPartyHasNotProvidedInformation NoBeneficialOwners State "
        "StateAgency StateBody SubjectExemptFromDisclosure SubjectUnableToConfirmOrIdentifyBeneficialOwner Unknown "
        "UnknownEntity UnknownPerson"
    ),
    "https://schema.followthemoney.tech/#": (
        "Company Control Control:controlType Control:controlled Control:controller Directorship Interest "
        "Interval:date Interval:endDate Interval:startDate LegalEntity Membership Occupancy Occupancy:holder "
        "Occupancy:post Ownership Ownership:asset Ownership:legalBasis Ownership:owner Ownership:ownershipType "
        "Ownership:percentage Payment Payment:beneficiary Payment:payer Payment:programme Payment:purpose "
        "Position:numberOfSeats Project ProjectParticipant PublicBody Representation Representation:agent "
        "Representation:client Succession Succession:predecessor Succession:successor UnknownLink Value:amount "
        "Value:currency"
    ),
    "https://raw.githubusercontent.com/ThreeSixtyGiving/standard/1.4.3/schema/360-giving-schema.json": (
        " #/$defs/Event/properties/endDate #/$defs/Event/properties/startDate #/$defs/GrantProgramme "
        "#/properties/amountAppliedFor #/properties/amountAwarded #/properties/amountDisbursed #/properties/awardDate "
        "#/properties/commitmentTransaction #/properties/currency #/properties/description "
        "#/properties/disbursementTransaction #/properties/fundingOrganization #/properties/grantProgramme "
        "#/properties/recipientIndividual #/properties/recipientOrganization #/properties/regrantType"
    ),
}


@cache
def triples_of(path: Path) -> frozenset[ox.Triple]:
    return frozenset(ox.Triple(q.subject, q.predicate, q.object) for q in ox.parse(path=str(path)))


def parse(turtle: str) -> set[ox.Triple]:
    quads = ox.parse(PREFIXES + turtle, format=ox.RdfFormat.TURTLE)
    return {ox.Triple(q.subject, q.predicate, q.object) for q in quads}


def triples(paths: list[Path]) -> set[ox.Triple]:
    return set().union(*(triples_of(path) for path in paths))


def select(graph: set[ox.Triple], query: str) -> list[ox.QuerySolution]:
    store = ox.Store()
    store.bulk_extend(ox.Quad(*triple) for triple in graph)
    return list(store.query(query, prefixes={"gov": DEF, "rdfs": str(RDFS), "skos": str(SKOS), "org": str(ORG)}))


def iris(graph: set[ox.Triple]) -> set[str]:
    return {node.value for triple in graph for node in triple if isinstance(node, ox.NamedNode)}


def foreign_iris() -> set[str]:
    """What the rulebook names anywhere, and what the data use as a property or a class."""
    data = triples(DATA)
    classes = {
        t.object.value for t in data if t.predicate.value == str(RDF.type) and isinstance(t.object, ox.NamedNode)
    }
    used = iris(triples([*TERMS, *CODELISTS, *ALIGNMENTS])) | {t.predicate.value for t in data} | classes
    return {iri for iri in used if not iri.startswith((DEF, CODE)) and f"{iri}/" not in CODE and iri != LICENCE}


def spelled(prefixed: str) -> str:
    prefix, name = prefixed.split(":")
    return {"gov": DEF, "org": str(ORG)}[prefix] + name


@pytest.fixture(scope="module")
def rulebook() -> set[ox.Triple]:
    return triples([*TERMS, *CODELISTS])


# Hygiene checks


def test_every_check_has_a_defect_that_proves_it():
    assert {path.stem for path in CHECKS} == {name for name, _ in DEFECTS}
    assert len(CHECKS) == 27


@pytest.mark.parametrize("check", CHECKS, ids=lambda path: path.stem)
def test_check_states_its_title_in_both_languages_and_its_code(check):
    text = check.read_text(encoding="utf-8")
    assert re.search(r"^# title@en: \S", text, re.MULTILINE)
    assert re.search(r"^# title@sv: \S", text, re.MULTILINE)
    assert re.search(r"^# code: HYG-7[1-5]$", text, re.MULTILINE)


@pytest.mark.parametrize("check", CHECKS, ids=lambda path: path.stem)
def test_ontology_and_codelists_pass_the_check(check, rulebook):
    assert select(rulebook, check.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("check", CHECKS, ids=lambda path: path.stem)
def test_data_pass_the_check(check, rulebook):
    assert DATA
    assert select(rulebook | triples(DATA), check.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(("name", "defect"), DEFECTS, ids=[f"{name}-{i}" for i, (name, _) in enumerate(DEFECTS)])
def test_check_finds_its_defect(name, defect, rulebook):
    taken_out = parse(defect.taken_out)
    spoiled = rulebook | parse(defect.put_in)
    assert taken_out <= spoiled, "the defect takes out what is not there"
    assert select(spoiled - taken_out, (ONTOLOGY / "checks" / f"{name}.rq").read_text(encoding="utf-8"))


@pytest.mark.parametrize("addition", [WHOLE_TERM, WHOLE_CONCEPT], ids=["term", "concept"])
def test_a_complete_addition_passes_every_check(addition, rulebook):
    graph = rulebook | parse(addition)
    assert {path.stem for path in CHECKS if select(graph, path.read_text(encoding="utf-8"))} == set()


# The registry


def test_registry_has_every_kind_of_the_contract_and_no_other(rulebook):
    rows = select(rulebook, "SELECT ?kind { ?kind a gov:RelationKind }")
    kinds = {row["kind"].value.removeprefix(DEF) for row in rows}
    assert kinds == {line.split()[0] for line in REGISTRY.split("\n") if line}
    assert len(kinds) == 21


@pytest.mark.parametrize("line", REGISTRY.strip().split("\n"), ids=lambda line: line.split()[0])
def test_kind_states_the_roles_and_shortcuts_of_the_contract(line, rulebook):
    kind, first, second, shortcut, inverse = line.split()
    query = f"""SELECT ?first ?second ?shortcut ?inverse {{
        VALUES ?kind {{ gov:{kind} }}
        ?kind gov:fromRole|gov:participantRole ?first ; gov:toRole|gov:participantRole ?second ; gov:shortcut ?shortcut .
        OPTIONAL {{ ?kind gov:inverseShortcut ?inverse }} }}"""
    [row] = select(rulebook, query)
    expected = [spelled(name) if name != "-" else None for name in (first, second, shortcut, inverse)]
    assert [node and node.value for node in row] == expected


def test_org_shortcut_of_part_of_is_for_organisations_only(rulebook):
    [row] = select(rulebook, "SELECT ?from ?to { gov:PartOf gov:subjectType ?from ; gov:objectType ?to }")
    assert [node.value for node in row] == [str(ORG.Organization)] * 2


def test_alternates_are_excluded_from_the_membership_shortcut(rulebook):
    rows = select(rulebook, "SELECT ?value { gov:Membership gov:shortcutExcludes ?value }")
    assert f"{CODE}seat-type/alternate" in {row["value"].value for row in rows}


def test_kinds_that_can_play_a_role_are_classes_in_use(rulebook):
    rows = select(rulebook, "SELECT DISTINCT ?class { ?kind gov:fromKind|gov:toKind ?class }")
    classes = {row["class"].value for row in rows}
    foreign = {str(ORG.Organization), str(ORG.Post), str(ORG.Site), str(FOAF.Person), str(SKOS.Concept)}
    assert {iri for iri in classes if not iri.startswith(DEF)} <= foreign
    assert len(classes) > 10


# Codelists


@pytest.mark.parametrize("path", CODELISTS, ids=lambda path: path.stem)
def test_codelist_file_holds_the_one_scheme_of_its_name(path):
    rows = select(set(triples_of(path)), "SELECT ?scheme { ?scheme a skos:ConceptScheme }")
    assert [row["scheme"].value for row in rows] == [CODE + path.stem]


def test_modalities_are_those_of_the_contract(rulebook):
    rows = select(rulebook, f"SELECT ?code {{ ?code skos:inScheme <{CODE}modality> }}")
    codes = {row["code"].value.rpartition("/")[2] for row in rows}
    assert codes == {"actual", "offered", "possible", "intended", "planned", "historical"}


@pytest.mark.parametrize(
    ("scheme", "file"),
    [
        ("interest-type", "interestType"),
        ("directness", "directOrIndirect"),
        ("unspecified-reason", "unspecifiedReason"),
    ],
)
def test_codelist_covers_every_code_of_the_bods_codelist(scheme, file, rulebook):
    path = BODS_CODELISTS / f"{file}.csv"
    if not path.is_file():
        pytest.skip(f"KG_DATASETS: BODS codelist {file} is not at {path}")
    with path.open(encoding="utf-8", newline="") as lines:
        codes = {row["code"] for row in csv.DictReader(lines)}
    rows = select(rulebook, f"SELECT ?code {{ ?concept skos:inScheme <{CODE}{scheme}> ; gov:bodsCode ?code }}")
    assert {row["code"].value for row in rows} == codes


@pytest.mark.parametrize(
    ("scheme", "identifier", "fits"),
    [
        ("se-organisation-number", "232100-0230", True),
        ("se-organisation-number", "2321000230", True),
        ("se-organisation-number", "811218-9876", False),  # of the form of a personal identity number
        ("se-municipality-code", "2580", True),
        ("se-municipality-code", "258", False),
        ("se-county-code", "25", True),
        ("se-county-code", "2580", False),
        ("lei", "5493001KJTIIGC8Y1R12", True),
        ("lei", "5493001kjtiigc8y1r12", False),
        ("ror", "05kytsw45", True),
        ("ror", "15kytsw45", False),
        ("wikidata", "Q34", True),
        ("wikidata", "34", False),
    ],
)
def test_pattern_of_identifier_scheme(scheme, identifier, fits, rulebook):
    [row] = select(rulebook, f"SELECT ?pattern {{ <{CODE}identifier-scheme/{scheme}> gov:pattern ?pattern }}")
    assert bool(re.search(row["pattern"].value, identifier)) is fits


# Alignments and foreign terms


@pytest.mark.parametrize("path", ALIGNMENTS, ids=lambda path: path.stem)
def test_alignment_says_something_of_our_own_terms_only(path, rulebook):
    subjects = {triple.subject for triple in triples_of(path)}
    assert subjects
    assert subjects <= {triple.subject for triple in rulebook}


@pytest.mark.parametrize("path", ALIGNMENTS, ids=lambda path: path.stem)
def test_alignment_never_maps_a_term_twice_to_one_foreign_term(path):
    pairs = [(triple.subject.value, triple.object.value) for triple in triples_of(path)]
    assert len(pairs) == len(set(pairs))


def test_alignments_are_those_that_the_documentation_promises():
    assert [path.stem for path in ALIGNMENTS] == [
        *("bods", "core-business", "cpov", "ftm", "org", "popolo", "prov", "rov", "schema-org", "threesixtygiving")
    ]


def test_every_foreign_iri_belongs_to_a_vocabulary_that_is_checked():
    known = (*map(str, RDFLIB_NAMESPACES), *VOCABULARY_FILES.values(), *LISTED_TERMS)
    strangers = {iri for iri in foreign_iris() if not iri.startswith(known)}
    assert strangers == set()


@pytest.mark.parametrize("namespace", RDFLIB_NAMESPACES, ids=str)
def test_foreign_term_is_in_the_closed_namespace_of_rdflib(namespace):
    used = {iri for iri in foreign_iris() if iri.startswith(str(namespace))}
    assert used
    assert {iri for iri in used if URIRef(iri) not in namespace} == set()


@pytest.mark.parametrize("namespace", sorted(LISTED_TERMS))
def test_foreign_term_is_listed_by_its_publisher(namespace):
    used = {iri.removeprefix(namespace) for iri in foreign_iris() if iri.startswith(namespace)}
    assert used
    assert used <= set(LISTED_TERMS[namespace].split(" "))


@pytest.mark.parametrize("name", sorted(VOCABULARY_FILES))
def test_foreign_term_is_defined_in_its_vocabulary(name):
    path = VOCABULARIES / f"{name}.nq"
    if not path.is_file():
        pytest.skip(f"KG_VOCABULARIES: vocabulary {name} is not at {path}")
    defined = {quad.subject.value for quad in ox.parse(path=str(path)) if isinstance(quad.subject, ox.NamedNode)}
    used = {iri for iri in foreign_iris() if iri.startswith(VOCABULARY_FILES[name])}
    assert used
    assert used - defined == set()


def test_a_misspelt_foreign_term_would_be_found():
    assert ORG.Organization in ORG
    assert URIRef(f"{ORG}Organisation") not in ORG
    assert URIRef(f"{SDO}Organisation") not in SDO
