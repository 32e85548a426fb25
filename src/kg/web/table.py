"""An answer as a table of terms: IRIs shortened and linked, numbers and languages marked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kg.namespaces import CODE, GOV, shorten
from kg.results import Boolean, QueryResult, Solutions, Term

__all__ = ["Table", "TermView", "table_of", "view_of"]

_XSD = "http://www.w3.org/2001/XMLSchema#"
_NUMBERS = {f"{_XSD}{name}" for name in ("integer", "decimal", "double", "float", "nonNegativeInteger", "int", "long")}


@dataclass(frozen=True, slots=True)
class Table:
    """Columns and rows; `triples` says that the rows are those of a graph."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Term | None, ...], ...]
    is_whole: bool
    triples: bool

    @property
    def numeric(self) -> tuple[bool, ...]:
        """For each column whether all its terms are numbers."""
        found = []
        for column in range(len(self.columns)):
            datatypes = [term.datatype for row in self.rows if (term := row[column]) is not None]
            found.append(bool(datatypes) and all(datatype in _NUMBERS for datatype in datatypes))
        return tuple(found)

    @property
    def is_nothing(self) -> bool:
        """Whether nothing was found: no row, or one that counts to zero."""
        if len(self.rows) == 1:
            return all(term is None or (term.datatype in _NUMBERS and term.value == "0") for term in self.rows[0])
        return not self.rows


@dataclass(frozen=True, slots=True)
class TermView:
    """How a term is shown: its text; `describe` if it is a thing of ours, `href` if it is one of another site's."""

    text: str
    title: str | None = None
    describe: str | None = None
    href: str | None = None
    language: str | None = None
    note: str | None = None
    is_number: bool = False
    is_blank: bool = False


def table_of(result: QueryResult, texts: Mapping[str, str]) -> Table:
    """Solutions or triples as rows of terms."""
    if isinstance(result, Boolean):
        return Table((), (), is_whole=True, triples=False)
    if isinstance(result, Solutions):
        rows = tuple(tuple(row.get(name) for name in result.variables) for row in result.rows)
        return Table(result.variables, rows, result.is_whole, triples=False)
    names = (texts["subject"], texts["predicate"], texts["object"])
    return Table(names, result.rows, result.is_whole, triples=True)


def view_of(term: Term, *, table: Mapping[str, str], base_iri: str) -> TermView:
    """How to show a term. Only http and https IRIs become links; `javascript:` and the like stay text."""
    if term.kind == "bnode":
        return TermView(f"_:{term.value[:8]}", title=f"_:{term.value}", is_blank=True)
    if term.kind == "literal":
        datatype = term.datatype
        note = None
        if datatype is not None and datatype not in _NUMBERS:
            note = shorten(datatype, table).strip("<>")
        return TermView(term.value, language=term.language, note=note, is_number=datatype in _NUMBERS)
    short = shorten(term.value, table)
    text = short if not short.startswith("<") else term.value
    if term.value.startswith((base_iri, GOV, CODE)):
        return TermView(text, title=term.value, describe=f"DESCRIBE <{term.value}>")
    if term.value.startswith(("http://", "https://")):
        return TermView(text, title=term.value, href=term.value)
    return TermView(text, title=term.value)
