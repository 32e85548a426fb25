"""A query as it is sent to a remote engine: what an engine could read otherwise than ours is written out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kg.query import ParsedQuery, iri_of
from kg.sparql_lexer import Kind, Token, tokens

__all__ = ["rewritten"]


def rewritten(query: ParsedQuery, base_iri: str, columns: Sequence[str] = ()) -> str:
    """The text with its base, with `columns` for the `*` of a `SELECT *`, and without its FROM clauses.

    A relative IRI is resolved against the release, not the endpoint (SPARQL 1.1 §4.1.1.2). The FROM clauses go as
    parameters, as not every server has those replaced by the dataset of the request (SPARQL 1.1 Protocol §2.1.4).
    """
    edits: list[tuple[int, int, str]] = []
    if columns and query.star is not None:
        edits.append((query.star, query.star + 1, " ".join(f"?{name}" for name in columns) + " "))
    if query.dataset:
        edits += ((start, end, "") for start, end in _from_clauses(query))
    text = query.text
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    has_base = "base" in text.lower() and any(token.is_word("BASE") for token in tokens(text))
    return text if has_base else f"BASE <{base_iri}>\n{text}"


def _from_clauses(query: ParsedQuery) -> Iterator[tuple[int, int]]:
    found: list[Token] = list(tokens(query.text))
    for index, token in enumerate(found):
        if token.is_word("FROM"):
            at = index + 2 if found[index + 1].is_word("NAMED") else index + 1
            if found[at].kind in (Kind.IRI, Kind.PREFIXED) and iri_of(found[at], query.prefixes, query.base):
                yield token.start, found[at].end
