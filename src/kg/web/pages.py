"""Pages for people: Jinja2 templates, escaped throughout, readable without scripts, in Swedish and English."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import partial
from itertools import dropwhile
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import Response

from kg.errors import KgError, QuerySyntaxError
from kg.namespaces import prefixes
from kg.negotiation import FORMATS, formats_of
from kg.query import ParsedQuery
from kg.release import Release
from kg.results import Boolean, QueryResult
from kg.saved_query import SavedQuery
from kg.sparql_lexer import tokens
from kg.suggestions import LONGEST, mended
from kg.vocabulary import Notice
from kg.web.problems import document, headers_of, problem_of
from kg.web.protocol import SparqlRequest
from kg.web.table import Table, table_of, view_of
from kg.web.texts import LANGUAGES, TEXTS
from kg.web.visitor import Visitor

__all__ = ["STATIC", "Pages"]

_HERE = Path(__file__).parent
STATIC = _HERE / "static"
_SAMPLE = """\
PREFIX gov: <https://w3id.org/governance-kg/def/>
PREFIX org: <http://www.w3.org/ns/org#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

SELECT ?organisation ?name ?owner
WHERE {
  ?organisation a org:Organization ;
                skos:prefLabel ?name .
  OPTIONAL { ?owner gov:owns ?organisation }
  FILTER (lang(?name) = "LANGUAGE")
}
ORDER BY ?name
LIMIT 50
"""


class Pages:
    """The pages of one release."""

    def __init__(self, release: Release) -> None:
        self._release = release
        self._prefixes = prefixes(release.manifest.base_iri)
        self._front = sorted((query for query in release.queries if query.front), key=lambda query: query.front or 0)
        self._saved = {
            _words(text): query
            for query in release.queries
            for text in (query.text, *(self._text_of(query, language) for language in LANGUAGES))
        }
        loader = FileSystemLoader(_HERE / "templates")
        self._templates = Environment(
            loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        self._style = hashlib.sha256((STATIC / "style.css").read_bytes()).hexdigest()[:12]

    def home(self, visitor: Visitor) -> Response:
        """The home page."""
        front = self._front[:5]
        texts = {query.name: self._text_of(query, visitor.language) for query in front}
        return self._page("home.html", visitor, path="/", front=front, texts=texts, query=self._sample(visitor))

    def query_form(self, visitor: Visitor) -> Response:
        """The query form alone."""
        return self._page("query.html", visitor, path="/sparql", query=self._sample(visitor))

    def name_of(self, query: ParsedQuery) -> str:
        """A word for a query: its name if it is a saved one."""
        saved = self._saved.get(_words(query.text))
        return saved.name if saved is not None else query.form.lower()

    def result(  # noqa: PLR0913 - what the page of an answer is made of
        self,
        query: ParsedQuery,
        result: QueryResult,
        visitor: Visitor,
        *,
        seconds: float,
        request: SparqlRequest,
        notice: Notice | None = None,
    ) -> Response:
        """An answer as a table, with the query to change and the downloads, and the `notice` beside it."""
        dataset = {"default-graph-uri": request.dataset.default, "named-graph-uri": request.dataset.named}
        saved = self._saved.get(_words(query.text))
        table: Table | None = None
        boolean: bool | None = None
        if isinstance(result, Boolean):
            boolean = result.value
        else:
            table = table_of(result, TEXTS[visitor.language])
        return self._page(
            "result.html",
            visitor,
            path="/sparql",
            parameters={"query": query.text},
            query=query.text,
            title=saved.titles.get(visitor.language) if saved else None,
            description=saved.descriptions.get(visitor.language) if saved else None,
            table=table,
            boolean=boolean,
            notice=_told(notice or Notice(), finds_nothing=not boolean if table is None else table.is_nothing),
            downloads=formats_of(query.form),
            dataset={name: values for name, values in dataset.items() if values},
            milliseconds=max(1, round(1000 * seconds)),
        )

    def problem(self, error: KgError, visitor: Visitor, *, query: str | None = None) -> Response:
        """An error: a page for a browser, else `application/problem+json` (RFC 9457)."""
        problem = problem_of(error)
        members = document(error, visitor.language)
        if not visitor.wants_html:
            response = Response(json.dumps(members, ensure_ascii=False), problem.status)
            response.headers["Content-Type"] = "application/problem+json"
            response.headers["Vary"] = "Accept, Accept-Language"
        else:
            response = self._page(
                "problem.html",
                visitor,
                path="/sparql" if query is not None else "/",
                parameters={"query": query} if query is not None else {},
                problem=members,
                query=query,
                spot=_spot(error, query),
                mended=mended(query, error) if query is not None and isinstance(error, QuerySyntaxError) else None,
                status=problem.status,
            )
        response.headers.update(headers_of(error))
        return response

    def _page(
        self,
        template: str,
        visitor: Visitor,
        *,
        path: str,
        parameters: Mapping[str, str] | None = None,
        status: int = 200,
        **values: Any,
    ) -> Response:
        manifest = self._release.manifest
        given = dict(parameters or {})
        text = self._templates.get_template(template).render(
            t=TEXTS[visitor.language],
            lang=visitor.language,
            visitor=visitor,
            site=manifest.titles.get(visitor.language) or next(iter(manifest.titles.values())),
            manifest=manifest,
            number=partial(_number, language=visitor.language),
            view=partial(view_of, table=self._prefixes, base_iri=manifest.base_iri),
            alternatives={
                code: (name, f"{visitor.root}{path}", visitor.path_of(path, **given, lang=code))
                for code, name in LANGUAGES.items()
            },
            path=path,
            prefix_lines="".join(f"PREFIX {name}: <{iri}>\n" for name, iri in self._prefixes.items()),
            formats=FORMATS,
            style=f"{visitor.root}/static/style.css?v={self._style}",
            **values,
        )
        response = Response(text, status, media_type="text/html")
        response.headers["Content-Language"] = visitor.language
        response.headers["Vary"] = "Accept, Accept-Language"
        return response

    def _sample(self, visitor: Visitor) -> str:
        return _SAMPLE.replace("LANGUAGE", visitor.language)

    def _text_of(self, query: SavedQuery, language: str) -> str:
        """A saved query without its head, asking for labels in `language` if it has that parameter."""
        if any(parameter.name == "language" for parameter in query.parameters):
            text = query.bind({"language": language}, self._prefixes)
        else:
            text = query.text
        return "\n".join(dropwhile(lambda line: line.startswith("#"), text.splitlines())).strip() + "\n"


def _words(text: str) -> str:
    return " ".join(text.split())


def _number(value: int, *, language: str) -> str:
    return f"{value:,}".replace(",", "\u00a0" if language == "sv" else ",")


def _spot(error: KgError, query: str | None) -> tuple[int, str, str, str] | None:
    """The line with the error: its number, what stands before the column, the terminal at it, and what follows."""
    if not isinstance(error, QuerySyntaxError) or query is None or error.line is None or error.column is None:
        return None
    lines = query.split("\n")
    if error.line > len(lines):
        return None
    line, at = lines[error.line - 1].rstrip("\r"), error.column - 1
    token = next(tokens(line[at:]), None)
    end = at + (len(token.text) if token is not None and token.start == 0 else 1)
    return error.line, line[:at], line[at:end] or "\u2423", line[end:]


def _told(notice: Notice, *, finds_nothing: bool) -> Notice:
    """Beside an answer that is there, only what was probably misspelt; and only a link that a browser can follow."""
    terms = tuple(term for term in notice.terms if finds_nothing or term.meant is not None)
    is_short = notice.mended is not None and len(notice.mended) <= LONGEST
    return Notice(terms, notice.mended if is_short else None)
