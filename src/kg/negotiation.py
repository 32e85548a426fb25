"""Media types of answers, in one table, and the choice among them (RFC 9110 §12.5.1, §12.5.4).

The registered types are those of the SPARQL 1.1 Query Results specifications and of RDF 1.1; the types in `also` are
answered under the name by which the client asked for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import mimeparse

from kg.errors import NotAcceptable, RequestError
from kg.query import Form

__all__ = ["FORMATS", "HTML", "LONGEST", "Choice", "Format", "choose_format", "choose_language", "formats_of"]


LONGEST = 2048
"""Characters of an `Accept` that is read; reading takes time with the square of its length."""


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write an answer: `name` is its `?format=` and file extension, `names` are others that mean it."""

    name: str
    title: str
    media_type: str
    also: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    charset: bool = False

    @property
    def is_html(self) -> bool:
        return self.name == "html"


@dataclass(frozen=True, slots=True)
class Choice:
    """A format, and the `Content-Type` under which it is sent."""

    format: Format
    content_type: str


JSON = Format("json", "JSON", "application/sparql-results+json", ("application/json",), ("srj",))
XML = Format("xml", "XML", "application/sparql-results+xml", ("application/xml", "text/xml"), ("srx",))
CSV = Format("csv", "CSV", "text/csv", charset=True)
TSV = Format("tsv", "TSV", "text/tab-separated-values", charset=True)
TURTLE = Format("ttl", "Turtle", "text/turtle", ("application/x-turtle",), ("turtle",), charset=True)
N_TRIPLES = Format("nt", "N-Triples", "application/n-triples", ("text/plain",), ("ntriples",))
RDF_XML = Format("rdf", "RDF/XML", "application/rdf+xml", ("application/xml", "text/xml"), ("rdfxml", "xml"))
JSON_LD = Format("jsonld", "JSON-LD", "application/ld+json", ("application/json",), ("json-ld", "json"))
HTML = Format("html", "HTML", "text/html", ("application/xhtml+xml",), charset=True)

FORMATS = (JSON, XML, CSV, TSV, TURTLE, N_TRIPLES, RDF_XML, JSON_LD, HTML)
_OF_FORM = {
    Form.SELECT: (JSON, XML, CSV, TSV),
    Form.ASK: (JSON, XML),
    Form.CONSTRUCT: (TURTLE, N_TRIPLES, RDF_XML, JSON_LD),
    Form.DESCRIBE: (TURTLE, N_TRIPLES, RDF_XML, JSON_LD),
}


def formats_of(form: Form) -> tuple[Format, ...]:
    """The formats for machines that an answer of this form can have, the default first.

    CSV and TSV have no boolean (SPARQL 1.1 Query Results CSV and TSV Formats §1), so ASK has JSON and XML.
    """
    return _OF_FORM[form]


def choose_format(accept: str | None, wanted: str | None, offered: Sequence[Format]) -> Choice:
    """The format that `?format=` names, else the best by `Accept`; the first of `offered` where that leaves it open.

    Raises:
        NotAcceptable: none of `offered` will do.
        RequestError: `accept` is longer than `LONGEST`.
    """
    if wanted is not None:
        for item in offered:
            if wanted.lower() in (item.name, *item.names, item.media_type):
                return Choice(item, _content_type(item, item.media_type))
        raise NotAcceptable(
            f"there is no format {wanted!r} for this",
            available=tuple(item.media_type for item in offered),
            hint="format= one of " + ", ".join(item.name for item in offered),
        )
    if accept is not None and len(accept) > LONGEST:
        raise RequestError(f"Accept has {len(accept)} characters; {LONGEST} are read", hint="name fewer types")
    choice = _negotiate(accept.strip() if accept else "", tuple(offered))
    if choice is None:
        raise NotAcceptable(
            f"nothing here is of a type that Accept: {accept} asks for",
            available=tuple(item.media_type for item in offered),
            hint="ask for one of " + ", ".join(item.media_type for item in offered),
        )
    return choice


@lru_cache(maxsize=256)
def _negotiate(accept: str, offered: tuple[Format, ...]) -> Choice | None:
    if not accept:
        return Choice(offered[0], _content_type(offered[0], offered[0].media_type))
    types: dict[str, Format] = {}
    for item in offered:
        for media_type in (item.media_type, *item.also):
            types.setdefault(media_type, item)
    main = [item.media_type for item in offered]
    others = [media_type for media_type in types if media_type not in main]
    try:  # of equals, mimeparse takes the last
        best = mimeparse.best_match([*reversed(others), *reversed(main)], accept.lower())
    except mimeparse.MimeTypeParseException:
        return None
    return Choice(types[best], _content_type(types[best], best)) if best else None


def _content_type(item: Format, media_type: str) -> str:
    if item.is_html:
        media_type = item.media_type
    return f"{media_type}; charset=utf-8" if item.charset or media_type.startswith("text/") else media_type


def choose_language(accept: str | None, wanted: str | None, offered: Sequence[str]) -> str:
    """The language that `?lang=` names, else the best by `Accept-Language`, else the first of `offered`."""
    if wanted in offered:
        return str(wanted)
    best, best_quality = offered[0], 0.0
    for part in (accept or "").split(","):
        tag, _, parameter = part.strip().partition(";")
        try:
            quality = float(parameter.strip().removeprefix("q=") or 1) if parameter else 1.0
        except ValueError:
            quality = 0.0
        language = tag.strip().lower().partition("-")[0]
        if language in offered and quality > best_quality:
            best, best_quality = language, quality
    return best
