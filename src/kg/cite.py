"""`kg cite`: from words of a source text to the Turtle that cites them, so that nobody counts code points by hand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from rdflib import RDF, Graph, Literal, URIRef

from kg.errors import RequestError
from kg.namespaces import GOV
from kg.sources import span_digest
from kg.turtle.reader import read_text

__all__ = ["Span", "cite", "known_source", "source_block"]


@dataclass(frozen=True, slots=True)
class Span:
    """Code points `start` to `end` of a text, half-open, and the digest that a claim gives."""

    start: int
    end: int
    digest: str

    def to_turtle(self, source: str) -> str:
        """The selector, and the lines of a claim that cites it, for the source with the slug `source`."""
        selector = f"selector:{source}-{self.start}-{self.end}"
        return (
            f"{selector} a oa:TextPositionSelector ;\n"
            f'    oa:end "{self.end}"^^xsd:nonNegativeInteger ;\n'
            f'    oa:start "{self.start}"^^xsd:nonNegativeInteger .\n\n'
            "# and in the claim\n"
            f'    gov:spanDigest "{self.digest}" ;\n'
            f"    oa:hasSelector {selector} ;\n"
            f"    prov:hadPrimarySource source:{source} .\n"
        )


def cite(text: str, words: str) -> list[Span]:
    """Every place of `words` in `text`; white space of any kind and length in one matches that in the other.

    Raises:
        RequestError: the words are not in the text; the hint says how far they are.
    """
    parts = words.split()
    if not parts:
        raise RequestError("there are no words to look for")
    found = [Span(match.start(), match.end(), span_digest(match[0])) for match in re.finditer(_pattern(parts), text)]
    if not found:
        known = max((n for n in range(len(parts)) if re.search(_pattern(parts[:n]), text)), default=0)
        hint = f"found up to: {' '.join(parts[:known])!r}" if known else "its first word is not in the text"
        raise RequestError(f"{words!r} is not in the text", hint=hint)
    return found


def _pattern(parts: list[str]) -> str:
    return r"\s+".join(re.escape(part) for part in parts)


def known_source(graph: Graph, path: Path) -> str | None:
    """The slug of the source document of `graph` whose digest is that of the file at `path`."""
    digest = span_digest(read_text(path))
    for source in graph.subjects(URIRef(GOV.sourceDigest), Literal(digest)):
        if (source, RDF.type, URIRef(GOV.SourceDocument)) in graph:
            return str(source).rsplit("/", 1)[-1]
    return None


def source_block(path: Path) -> str:
    """The Turtle that describes a text as a source; what only a person can know is left to be filled in."""
    text = read_text(path)
    return (
        f"source:{path.stem} a gov:SourceDocument ;\n"
        '    dcterms:title "…"@sv , "…"@en ;\n'
        '    dcterms:language "…" ;\n'
        "    dcterms:publisher organisation:… ;\n"
        '    dcterms:rights "…"@sv , "…"@en ;\n'
        '    dcat:mediaType "text/plain" ;\n'
        f'    gov:sourceDigest "{span_digest(text)}" ;\n'
        f"    gov:sourceLength {len(text)} .\n"
    )
