"""The parts of a pattern that hold terms alone: triples and VALUES (SPARQL 1.1 §5.1, §9.1, §10.2)."""

from __future__ import annotations

from collections.abc import Iterator

from kg.shapes.paths import Inverse, Path, Sequence
from kg.shapes.patterns import NotCompiled, Term, Triple, Values
from kg.shapes.query_words import Words, read_term, read_verb
from kg.sparql_lexer import Kind

__all__ = ["read_triples", "read_values"]


def read_triples(words: Words, fresh: Iterator[int]) -> Iterator[Triple]:
    """The triple patterns up to the next dot or block; `fresh` numbers the variables between the steps of a path.

    Raises:
        NotCompiled: a term or a path is written in a way that is not read here.
    """
    subject = read_term(words)
    while True:
        predicate = read_verb(words)
        yield from _pattern(fresh, subject, predicate, read_term(words))
        while words.is_sign(","):
            words.take()
            yield from _pattern(fresh, subject, predicate, read_term(words))
        while words.is_sign(";"):
            words.take()
        if words.is_sign(".", "}", "{") or (words.peek().kind is Kind.WORD and words.peek().text != "a"):
            return
        if words.words[words.at - 1].text != ";":
            return


def _pattern(fresh: Iterator[int], subject: Term, predicate: Term | Path, value: Term) -> Iterator[Triple]:
    """A triple pattern; a sequence of paths is as many patterns, which is what it means (SPARQL 1.1 §18.2.2.4)."""
    match predicate:
        case Sequence(paths):
            ends = [subject, *(Term(f"kgStep{next(fresh)}", True) for _ in paths[1:]), value]
            for number, path in enumerate(paths):
                yield from _pattern(fresh, ends[number], path, ends[number + 1])
        case Inverse(path):
            yield from _pattern(fresh, value, path, subject)
        case _:
            yield Triple(subject, predicate, value)


def read_values(words: Words) -> Values:
    """What follows VALUES.

    Raises:
        NotCompiled: a value is left out or is written in a way that is not read here.
    """
    is_one = not words.is_sign("(")
    names = _listed(words) if not is_one else [read_term(words)]
    words.take("{")
    rows = list[list[Term]]()
    while not words.is_sign("}"):
        rows.append([read_term(words)] if is_one else _listed(words))
    words.take("}")
    if not all(name.is_variable for name in names) or any(term.is_variable for row in rows for term in row):
        raise NotCompiled("VALUES")
    return Values(tuple(name.text for name in names), tuple(tuple(term.text for term in row) for row in rows))


def _listed(words: Words) -> list[Term]:
    """Terms in parentheses."""
    words.take("(")
    terms = list[Term]()
    while not words.is_sign(")"):
        terms.append(read_term(words))
    words.take(")")
    return terms
