"""The second opinion: one query on rdflib, with the functions of `kg.engine.oxigraph` under the same names.

Once this module is imported and a store is open, nothing here opens a file, imports a module or asks the network, so
that a query worker can be confined.
"""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeAlias

import rdflib.plugins.sparql
from pyoxigraph import NamedNode
from pyparsing.exceptions import ParseBaseException
from rdflib import RDF, BNode, Graph, Literal, URIRef, Variable
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.processor import SPARQLProcessor
from rdflib.plugins.sparql.sparql import Query as PreparedQuery
from rdflib.plugins.sparql.sparql import SPARQLError

from kg.engine.oxigraph import ROWS, Query
from kg.engine.rdflib_dataset import RdflibStore, StoreDataset, load_store, open_store, view
from kg.engine.rdflib_results import Row, Solutions, graph_bytes, page, write_boolean, write_solutions
from kg.errors import (
    EngineError,
    KgError,
    QuerySyntaxError,
    QueryTooLarge,
    RequestError,
    SourceError,
    UnknownGraph,
)

__all__ = ["QueryResult", "check_syntax", "encode", "evaluate", "load_store", "open_store"]

QueryResult: TypeAlias = Solutions | bool | Graph

rdflib.plugins.sparql.SPARQL_LOAD_GRAPHS = False  # else FROM reads files and asks the network
logging.getLogger("rdflib").addHandler(logging.NullHandler())  # a query can make it warn without end
for markup in (RDF.HTML, RDF.XMLLiteral):
    Literal("<p/>", datatype=markup)  # imports parsers, which a confined worker could not


def evaluate(store: RdflibStore, query: Query, base_iri: str) -> QueryResult:
    """Parse, plan and begin to evaluate; CONSTRUCT and DESCRIBE are evaluated to the end.

    Raises:
        QuerySyntaxError: with the line and column that rdflib reports, where it reports them.
        QueryTooLarge: it is nested deeper than rdflib can follow.
        UnknownGraph: the dataset names a graph that is not in the store.
        RequestError: a graph name that is no IRI.
        EngineError: rdflib cannot evaluate it.
    """
    _refuse_unknown(store, (*query.default, *query.named, *query.graphs))
    prepared = _prepare(query.text, base_iri)
    default, named = (query.default, query.named) if query.default or query.named else _from_clauses(prepared)
    _refuse_unknown(store, (*default, *named))
    prepared.algebra["datasetClause"] = None
    dataset = view(store, default, named) if default or named else store.dataset
    with _rdflib_at_work():
        answer = SPARQLProcessor(dataset).query(prepared)  # type: ignore[no-untyped-call]  # rdflib says no types there
    if answer["type_"] == "SELECT":
        variables = _columns(answer["vars_"], query)
        return Solutions(variables, _rows(answer["bindings"], variables, dataset))
    dataset.forget_results()
    result: bool | Graph = answer["askAnswer"] if answer["type_"] == "ASK" else answer["graph"]
    return result


def check_syntax(text: str, base_iri: str) -> None:
    """Parse and plan only.

    Raises:
        QuerySyntaxError, QueryTooLarge, EngineError: as `evaluate` does.
    """
    _prepare(text, base_iri)


def encode(result: QueryResult, query: Query, write: Callable[[bytes], object], prefixes: Mapping[str, str]) -> None:
    """Evaluate to the end, writing the answer in `query.format`; Turtle declares those of `prefixes` that it uses.

    Raises:
        EngineError: rdflib cannot evaluate the query, or made what is no term of RDF.
    """
    try:
        if query.format == ROWS:
            write(json.dumps(_page(result, query.rows), ensure_ascii=False).encode())
        elif isinstance(result, bool):
            write_boolean(result, query.format, write)
        elif isinstance(result, Solutions):
            write_solutions(result, query.format, write)
        else:
            with _rdflib_at_work():
                content = graph_bytes(result, query.format, prefixes)
            write(content)
    except SourceError as error:
        raise EngineError(f"rdflib gave what is no RDF: {error}") from error


def _refuse_unknown(store: RdflibStore, graphs: Iterable[str]) -> None:
    for graph in graphs:
        try:
            NamedNode(graph)
        except ValueError as error:
            raise RequestError(f"a graph name is no absolute IRI: {error}") from error
        if graph not in store.names:
            raise UnknownGraph(f"there is no graph <{graph}> in this release")


def _prepare(text: str, base_iri: str) -> PreparedQuery:
    with _rdflib_at_work():
        try:
            return prepareQuery(text, base=base_iri)
        except ParseBaseException as error:
            raise QuerySyntaxError("", line=error.lineno, column=error.column) from error
        except Exception as error:
            if type(error) in (Exception, SPARQLError):  # an undeclared prefix and the like
                raise QuerySyntaxError(str(error)) from error
            raise


@contextmanager
def _rdflib_at_work() -> Iterator[None]:
    """Inside, literals keep their lexical forms, warnings are lost, and what rdflib raises becomes an error of ours."""
    before, rdflib.NORMALIZE_LITERALS = rdflib.NORMALIZE_LITERALS, False
    try:
        with warnings.catch_warnings(action="ignore"):
            yield
    except (KgError, MemoryError):
        raise
    except RecursionError as error:
        raise QueryTooLarge("the query is nested deeper than rdflib can follow") from error
    except Exception as error:
        raise EngineError(f"rdflib cannot evaluate this query: {error}") from error
    finally:
        rdflib.NORMALIZE_LITERALS = before


def _from_clauses(prepared: PreparedQuery) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The IRIs of FROM and those of FROM NAMED (SPARQL 1.1 §13.2)."""
    clauses = prepared.algebra.datasetClause or ()
    default = tuple(str(clause.default) for clause in clauses if clause.default)
    return default, tuple(str(clause.named) for clause in clauses if clause.named)


def _columns(found: Iterable[Variable], query: Query) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(str(variable) for variable in found))
    if query.star is None:
        return names
    return tuple(sorted(names, key=[*query.variables, *names].index))


def _rows(
    bindings: Iterable[Mapping[Variable, Any]], variables: tuple[str, ...], dataset: StoreDataset
) -> Iterator[Row]:
    columns = tuple(Variable(name) for name in variables)
    solutions = iter(bindings)
    try:
        while True:
            with _rdflib_at_work():
                if (solution := next(solutions, None)) is None:
                    return
                row = tuple(_term(solution.get(column)) for column in columns)
            yield row
    finally:
        dataset.forget_results()


def _term(value: Any) -> Any:
    """A term, or `None` for what stands in a solution of rdflib where an expression failed."""
    return value if isinstance(value, URIRef | BNode | Literal) else None


def _page(result: QueryResult, limit: int) -> dict[str, Any]:
    if isinstance(result, bool):
        return {"head": {}, "boolean": result, "complete": True}
    if isinstance(result, Graph):
        rows: Any = iter(result)
        result = Solutions(("subject", "predicate", "object"), rows)
    return page(result, limit)
