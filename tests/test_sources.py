"""Source texts: digests of spans, coverage, segments."""

import hashlib
import os
import subprocess
from pathlib import Path

import pytest
from rdflib import Dataset, Graph

from kg.errors import SourceError
from kg.sources import check_sources

ROOT = Path(__file__).parents[1]
TEXT = "Heading\n\nA owns\u00a0B. C pays D!\n • Åland\n  \nTel: 1"


def sha(text: str) -> str:
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def graph_citing(*spans: tuple[int, int], passage: tuple[int, int] | None = None, digest: str | None = None) -> Graph:
    lines = ["PREFIX gov: <https://w3id.org/governance-kg/def/>", "PREFIX oa: <http://www.w3.org/ns/oa#>"]
    lines += ["PREFIX prov: <http://www.w3.org/ns/prov#>", "PREFIX : <https://example.org/>"]
    lines.append(f':s a gov:SourceDocument ; gov:sourceDigest "{sha(TEXT)}" .')
    for number, (start, end) in enumerate([*spans, *([passage] if passage else [])]):
        kind = "gov:Passage" if passage and number == len(spans) else "gov:Claim"
        span = digest or sha(TEXT[start:end])
        lines.append(
            f':c{number} a {kind} ; prov:hadPrimarySource :s ; oa:hasSelector :x{number} ; gov:spanDigest "{span}" .'
        )
        lines.append(f":x{number} oa:start {start} ; oa:end {end} .")
    graph = Graph()
    graph.parse(data="\n".join(lines), format="turtle")
    return graph


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "page.txt").write_bytes(TEXT.encode())
    return tmp_path


def test_offsets_are_code_points_of_the_text_as_it_is(folder: Path) -> None:
    [check] = check_sources(graph_citing((9, 18)), [folder])
    assert TEXT[9:18] == "A owns\u00a0B."
    assert check.wrong == ()


def test_every_segment_cited_or_listed_is_full_coverage(folder: Path) -> None:
    [check] = check_sources(graph_citing((9, 18), (19, 28), (32, 37), (41, 47), passage=(0, 7)), [folder])
    assert (check.coverage, check.passed, check.citations, check.passages) == (100.0, True, 4, 1)


def test_uncited_segment_is_named(folder: Path) -> None:
    [check] = check_sources(graph_citing((9, 18), (19, 28), (32, 37), passage=(0, 7)), [folder])
    assert [TEXT[s.start : s.end] for s in check.uncovered] == ["Tel: 1"]
    assert not check.passed
    assert check.coverage == 80.0
    assert "characters 41-47" in check.to_text()


@pytest.mark.parametrize("span", [(9, 17), (9, 4000), (12, 12)])
def test_span_that_is_not_what_it_says_is_wrong(folder: Path, span: tuple[int, int]) -> None:
    [check] = check_sources(graph_citing(span, digest=sha("A owns\u00a0B.")), [folder])
    assert len(check.wrong) == 1
    assert not check.passed


def test_copied_sentence_is_found_and_a_name_is_not(folder: Path) -> None:
    long = "A region owns a company together with a town."
    (folder / "page.txt").write_text(long, encoding="utf-8")
    graph = Graph()
    graph.parse(
        data=f"""PREFIX gov: <https://w3id.org/governance-kg/def/>
        PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
        <https://e.org/s> a gov:SourceDocument ; gov:sourceDigest "{sha(long)}" .
        <https://e.org/a> gov:note "So it is:  {long}"@en ; skos:prefLabel "{long}"@en .""",
        format="turtle",
    )
    [check] = check_sources(graph, [folder])
    assert [(copy.node, copy.predicate.rsplit("/", 1)[-1]) for copy in check.copied] == [("https://e.org/a", "note")]
    assert not check.passed


def test_missing_source_text_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="has the digest of https://example.org/s"):
        check_sources(graph_citing((0, 7)), [tmp_path])


def test_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such folder"):
        check_sources(graph_citing((0, 7)), [tmp_path / "nowhere"])


SOURCES = Path(os.environ.get("KG_SOURCES", ROOT.parent / "shared" / "source"))
needs_sources = pytest.mark.skipif(not SOURCES.is_dir(), reason=f"the source texts are not there: KG_SOURCES={SOURCES}")


@needs_sources
def test_norrbotten_cites_rightly_and_covers_the_whole_text(norrbotten_union: Graph) -> None:
    checks = check_sources(norrbotten_union, [SOURCES, ROOT / "data"])
    assert len(checks) == 2
    for check in checks:
        assert (check.wrong, check.uncovered, check.coverage) == ((), (), 100.0), check.to_text()
    assert sum(check.citations for check in checks) > 850


@needs_sources
def test_no_sentence_of_the_text_is_in_the_repository(norrbotten_dataset: Dataset) -> None:
    """Any run of sixty code points of the page, white space made plain, in any file that git knows."""
    [page] = SOURCES.glob("*.txt")
    text = " ".join(page.read_text(encoding="utf-8").split())
    runs = {text[start : start + 60] for start in range(len(text) - 59)}
    names = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert len(names) > 300
    for name in names:
        content = (ROOT / name).read_bytes()
        flat = " ".join(content.decode("utf-8", errors="replace").split())
        for start in range(len(flat) - 59):
            assert flat[start : start + 60] not in runs, (name, flat[start : start + 60])
