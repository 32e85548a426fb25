"""Source texts: proof that each citation stands where it says, and that the whole text was read.

A claim cites a span by Unicode code points of the decoded text (`oa:TextPositionSelector`, W3C Web Annotation Data
Model §4.2.5) and by the SHA-256 of the UTF-8 of exactly that span. The text itself is never stored: whoever has it can
check.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rdflib import PROV, RDF, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from kg.columns.columns import Columns
from kg.columns.terms import lexical_of
from kg.errors import SourceError
from kg.namespaces import FOREIGN, GOV
from kg.segments import Segment, segments

__all__ = [
    "Copied",
    "Segment",
    "SourceCheck",
    "WrongDigest",
    "check_sources",
    "graph_of_sources",
    "segments",
    "span_digest",
]

_OA = Namespace(FOREIGN["oa"])
_RUN = 60
_SHORTEST_COPIED = 20
_NAMES = {FOREIGN["skos"] + "prefLabel", FOREIGN["skos"] + "altLabel", str(GOV.literalForm)}


@dataclass(frozen=True, slots=True)
class WrongDigest:
    """A citation that is not what it says: the digest of its span differs, or the span is outside of the text."""

    node: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Copied:
    """A text in the graph that holds a sentence of a source: only its place may be kept."""

    node: str
    predicate: str


@dataclass(frozen=True, slots=True)
class SourceCheck:
    """One source text held against the graph.

    `citations` are spans of claims, `passages` spans listed as carrying no fact; `uncovered` are segments that are
    neither.
    """

    source: str
    path: Path
    citations: int
    passages: int
    wrong: tuple[WrongDigest, ...]
    copied: tuple[Copied, ...]
    segments: int
    uncovered: tuple[Segment, ...]
    characters: int
    characters_covered: int

    @property
    def coverage(self) -> float:
        """Share of the segments that are cited or listed, 0 to 100."""
        return 100.0 * (self.segments - len(self.uncovered)) / self.segments if self.segments else 100.0

    @property
    def passed(self) -> bool:
        """Whether every digest is right, no sentence is copied, and every segment is covered."""
        return not self.wrong and not self.copied and not self.uncovered

    def to_text(self) -> str:
        """For people: a paragraph with the figures, then a line for each thing that is wrong."""
        share = 100.0 * self.characters_covered / self.characters if self.characters else 100.0
        lines = [
            f"{self.path.name}: {self.source}",
            f"    {self.citations} citations and {self.passages} passages, {len(self.wrong)} wrong digests",
            f"    {self.segments} sentences and list items, {self.coverage:.1f} % covered"
            f" ({share:.1f} % of {self.characters} characters)",
        ]
        lines += [f"    wrong digest: {wrong.node} at characters {wrong.start}-{wrong.end}" for wrong in self.wrong]
        lines += [f"    copied text: {copy.predicate} of {copy.node}" for copy in self.copied]
        lines += [f"    not covered: characters {segment.start}-{segment.end}" for segment in self.uncovered]
        return "\n".join(lines)

    def to_json(self) -> dict[str, object]:
        """For programs: the fields by name."""
        return {**dataclasses.asdict(self), "path": str(self.path), "coverage": self.coverage, "passed": self.passed}


@dataclass(frozen=True, slots=True)
class _Citation:
    node: str
    start: int
    end: int
    digest: str
    is_passage: bool


def check_sources(graph: Graph, folders: Iterable[Path], *, only_found: bool = False) -> list[SourceCheck]:
    """Every source document of `graph` against the file in `folders` that has its digest.

    With `only_found`, a source whose text is not in `folders` is passed over.

    Raises:
        SourceError: no file has the digest of a source document, or that file is not UTF-8.
    """
    files = {_sha256(path.read_bytes()): path for path in _text_files(folders)}
    checks = []
    for source in sorted(graph.subjects(RDF.type, URIRef(GOV.SourceDocument)), key=str):
        digest = str(graph.value(source, URIRef(GOV.sourceDigest)))
        path = files.get(digest)
        if path is None and only_found:
            continue
        if path is None:
            looked = ", ".join(str(folder) for folder in folders)
            raise SourceError(
                f"no file in {looked} has the digest of {source}: {digest}", hint="give the folder with --sources DIR"
            )
        checks.append(_check(graph, source, path))
    return checks


def graph_of_sources(union: Columns, folders: Iterable[Path]) -> Graph:
    """The subjects of a graph that `check_sources` needs for the texts in `folders`: few of a large graph, or none."""
    number, texts = union.terms.number_of, union.terms.texts
    digests = {_sha256(path.read_bytes()) for path in _text_files(folders)}
    subjects, values = union.forward(number(f"<{GOV.sourceDigest}>"))
    sources = subjects[[place for place, value in enumerate(values) if lexical_of(texts[value]) in digests]]
    if not len(sources):
        return Graph()
    nodes = union.values(sources, number(f"<{PROV.hadPrimarySource}>"), inverse=True).value
    selectors = union.values(nodes, number(f"<{_OA.hasSelector}>")).value
    is_long = np.array([text[0] == '"' and len(lexical_of(text)) > _SHORTEST_COPIED for text in texts], np.bool_)
    columns = [union.forward(link) for link in union.predicates if lexical_of(texts[link]) not in _NAMES]
    copied = [subject[is_long[value]] for subject, value in columns]
    return union.to_graph(np.concatenate([sources, nodes, selectors, *copied]))


def _text_files(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        if not folder.is_dir():
            raise SourceError("there is no such folder", path=folder)
        yield from sorted(path for path in folder.rglob("*") if path.suffix in {".txt", ".csv", ".md", ".html"})


def _check(graph: Graph, source: Node, path: Path) -> SourceCheck:
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise SourceError(f"not UTF-8 at byte {error.start}", path=path) from None
    citations = list(_citations(graph, source))
    covered = _covered(text, citations)
    all_segments = list(segments(text))
    uncovered = [segment for segment in all_segments if not any(covered[segment.start : segment.end])]
    ink = [position for position, character in enumerate(text) if not character.isspace()]
    return SourceCheck(
        source=str(source),
        path=path,
        citations=sum(not citation.is_passage for citation in citations),
        passages=sum(citation.is_passage for citation in citations),
        wrong=tuple(_wrong(text, citations)),
        copied=tuple(_copied(text, graph)),
        segments=len(all_segments),
        uncovered=tuple(uncovered),
        characters=len(ink),
        characters_covered=sum(covered[position] for position in ink),
    )


def _citations(graph: Graph, source: Node) -> Iterator[_Citation]:
    for node in sorted(graph.subjects(PROV.hadPrimarySource, source), key=str):
        is_passage = (node, RDF.type, URIRef(GOV.Passage)) in graph
        digest = str(graph.value(node, URIRef(GOV.spanDigest)))
        for selector in graph.objects(node, _OA.hasSelector):
            start, end = graph.value(selector, _OA.start), graph.value(selector, _OA.end)
            if isinstance(start, Literal) and isinstance(end, Literal):
                yield _Citation(str(node), int(start), int(end), digest, is_passage)


def _wrong(text: str, citations: Iterable[_Citation]) -> Iterator[WrongDigest]:
    for citation in citations:
        inside = 0 <= citation.start < citation.end <= len(text)
        if not inside or span_digest(text[citation.start : citation.end]) != citation.digest:
            yield WrongDigest(citation.node, citation.start, citation.end)


def _copied(text: str, graph: Graph) -> Iterator[Copied]:
    """Texts of the graph with a whole sentence of at least five words, or a run of sixty characters; names may be."""
    plain = " ".join(text.split())
    runs = {plain[start : start + _RUN] for start in range(max(len(plain) - _RUN + 1, 0))}
    sentences = [" ".join(text[segment.start : segment.end].split()) for segment in segments(text)]
    whole = [sentence for sentence in sentences if len(sentence.split()) >= 5]
    for subject, predicate, value in graph:
        if isinstance(value, Literal) and str(predicate) not in _NAMES and len(value) > _SHORTEST_COPIED:
            flat = " ".join(str(value).split())
            windows = (flat[start : start + _RUN] for start in range(len(flat) - _RUN + 1))
            if any(sentence in flat for sentence in whole) or any(window in runs for window in windows):
                yield Copied(str(subject), str(predicate))


def _covered(text: str, citations: Iterable[_Citation]) -> bytearray:
    covered = bytearray(len(text))
    for citation in citations:
        start, end = max(citation.start, 0), min(citation.end, len(text))
        if start < end:
            covered[start:end] = b"\x01" * (end - start)
    return covered


def span_digest(span: str) -> str:
    """`sha256:` and the SHA-256 of the UTF-8 of a span, or of a whole text, as claims and sources give it."""
    return _sha256(span.encode("utf-8"))


def _sha256(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
