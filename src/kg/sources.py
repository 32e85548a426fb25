"""Source texts: proof that each citation stands where it says, and that the whole text was read.

A claim cites a span by Unicode code points of the decoded text (`oa:TextPositionSelector`, W3C Web Annotation Data
Model §4.2.5) and by the SHA-256 of the UTF-8 of exactly that span. The text itself is never stored: whoever has it can
check.
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rdflib import PROV, RDF, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from kg.errors import SourceError
from kg.namespaces import FOREIGN, GOV

__all__ = ["Copied", "Segment", "SourceCheck", "WrongDigest", "check_sources", "segments", "span_digest"]

_OA = Namespace(FOREIGN["oa"])
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_RUN = 60
_NAMES = {FOREIGN["skos"] + "prefLabel", FOREIGN["skos"] + "altLabel", str(GOV.literalForm)}
_INK = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class Segment:
    """A sentence, a heading or a list item: code points `start` to `end` of a text, half-open."""

    start: int
    end: int


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


def segments(text: str) -> Iterator[Segment]:
    """The sentences, headings and list items of a plain text: lines, split after `.`, `!` or `?` before white space.

    Bullets and white space around them are not part of a segment; lines without a letter or digit have none.
    """
    position = 0
    for line in text.splitlines(keepends=True):
        start = position
        for end in [*(match.start() for match in _SENTENCE_END.finditer(line)), len(line)]:
            segment = _trimmed(text, start, position + end)
            if segment is not None:
                yield segment
            start = position + end
        position += len(line)


def _trimmed(text: str, start: int, end: int) -> Segment | None:
    while start < end and (text[start].isspace() or text[start] in "•·–-*"):
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Segment(start, end) if _INK.search(text, start, end) else None


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
        if isinstance(value, Literal) and str(predicate) not in _NAMES and len(value) > 20:
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
