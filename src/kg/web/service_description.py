"""The SPARQL 1.1 Service Description of `/sparql`, built by rdflib-endpoint and corrected where it claims too much.

rdflib and rdflib-endpoint take a third of a second to import, so that waits until a description is first asked for.
"""

from __future__ import annotations

import asyncio
from functools import lru_cache
from typing import Any

from kg.engine.pool import Pool
from kg.negotiation import FORMATS, Format
from kg.query import parse_query
from kg.release import Release
from kg.results import Solutions, read_results

__all__ = ["DESCRIPTIONS", "ServiceDescription"]

DESCRIPTIONS: tuple[Format, ...] = tuple(item for item in FORMATS if item.name in ("ttl", "rdf", "nt", "jsonld"))
_GRAPHS = "SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g"
_RDFLIB = {"ttl": "turtle", "rdf": "pretty-xml", "nt": "nt11", "jsonld": "json-ld"}
_FORMATS = "http://www.w3.org/ns/formats/"
_RESULTS = ("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV",
            "Turtle", "N-Triples", "RDF_XML", "JSON-LD")  # fmt: skip


class ServiceDescription:
    """Describes one release; the graphs in it are counted once."""

    def __init__(self, release: Release, pool: Pool) -> None:
        self._release = release
        self._pool = pool
        self._graphs: list[tuple[str, int]] | None = None
        self._lock = asyncio.Lock()
        self._written = lru_cache(maxsize=32)(self._write)

    async def write(self, item: Format, url: str) -> bytes:
        """The description of the endpoint at `url`."""
        async with self._lock:
            if self._graphs is None:
                self._graphs = await self._count_graphs()
        return await asyncio.to_thread(self._written, item.name, url)

    async def _count_graphs(self) -> list[tuple[str, int]]:
        query = parse_query(_GRAPHS, base_iri=self._release.manifest.base_iri, max_bytes=1000, max_depth=10)
        answer = await self._pool.answer(query, format="json", client="")
        try:
            result = read_results(b"".join([piece async for piece in answer.pieces()]))
        finally:
            answer.close()
        rows = result.rows if isinstance(result, Solutions) else ()
        return [(row["g"].value, int(row["n"].value)) for row in rows if "g" in row]

    def _write(self, name: str, url: str) -> bytes:
        text: bytes = self._describe(url).serialize(format=_RDFLIB[name], encoding="utf-8")
        return text

    def _describe(self, url: str) -> Any:
        from rdflib import RDF, BNode, Graph, Literal, Namespace, URIRef
        from rdflib_endpoint import SparqlRouter
        from rdflib_endpoint.utils import SD

        void = Namespace("http://rdfs.org/ns/void#")
        graph, service, dataset, default = Graph(), BNode(), BNode(), BNode()
        graph.add((service, SD.endpoint, URIRef(url)))
        graph.add((service, SD.defaultDataset, dataset))
        graph.add((dataset, RDF.type, SD.Dataset))
        graph.add((dataset, SD.defaultGraph, default))
        graph.add((default, RDF.type, SD.Graph))
        graph.add((default, void.triples, Literal(self._release.manifest.counts["triples"])))
        for iri, triples in self._graphs or ():
            named, content = BNode(), BNode()
            graph.add((dataset, SD.namedGraph, named))
            graph.add((named, RDF.type, SD.NamedGraph))
            graph.add((named, SD.name, URIRef(iri)))
            graph.add((named, SD.graph, content))
            graph.add((content, RDF.type, SD.Graph))
            graph.add((content, void.triples, Literal(triples)))
        manifest = self._release.manifest
        title = manifest.titles.get("en") or next(iter(manifest.titles.values()))
        SparqlRouter(graph=Graph(), service_description=graph, title=title, public_url=url,
                     version=manifest.version, description=f"Release {manifest.version}")  # fmt: skip
        graph.remove((service, SD.feature, SD.BasicFederatedQuery))
        graph.remove((service, SD.inputFormat, None))
        graph.remove((service, SD.resultFormat, None))
        graph.add((service, SD.feature, SD.UnionDefaultGraph))
        for item in _RESULTS:
            graph.add((service, SD.resultFormat, URIRef(_FORMATS + item)))
        return graph
