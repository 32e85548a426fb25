"""`kg query`: a question asked of a release on disk, or of any SPARQL endpoint, and its answer written out."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pyoxigraph import Store

from kg.errors import ConfigurationError, EngineError, NotAcceptable, QuerySyntaxError, RequestError
from kg.namespaces import shorten
from kg.negotiation import formats_of
from kg.printable import printable
from kg.project import Project
from kg.query import ParsedQuery, parse_query
from kg.release import Release

__all__ = ["ask", "ask_endpoint", "list_questions", "question_text"]

_NO_LIMIT = sys.maxsize


def list_questions(project: Project, language: str) -> str:
    """The saved queries by topic: name and question."""
    from kg.build import read_queries

    queries = read_queries(project)
    if not queries:
        return f"no saved queries: put one into {project.root / 'queries'}/TOPIC/NAME.rq"
    width = max((len(query.name) for query in queries), default=0)
    lines: list[str] = []
    for topic in sorted({query.topic for query in queries}):
        lines += ["", topic] if lines else [topic]
        lines += [f"  {q.name:<{width}}  {q.titles[language]}" for q in queries if q.topic == topic]
    return "\n".join(lines)


def question_text(question: str, project: Project, values: Mapping[str, str], *, language: str = "en") -> str:
    """The SPARQL text of a `.rq` file, of a saved query by its name, or of standard input (`-`), parameters bound.

    A parameter `language` that is not in `values` gets `language`.

    Raises:
        RequestError: there is no such file or saved query, or a value does not fit its parameter.
    """
    from kg.build import read_queries
    from kg.saved_query import SavedQuery, read_query_text, read_saved_query

    path = Path(question)
    if question == "-":
        query = SavedQuery("-", "", _standard_input(), {})
    elif os.path.isfile(question):  # noqa: PTH113 - false, and no error, for a name that no file can have
        text, own = read_query_text(path), (project.root / "queries").resolve()
        is_document = text.startswith("# title@") or path.resolve().is_relative_to(own)
        query = read_saved_query(path, path.parent.parent) if is_document else SavedQuery(path.name, "", text, {})
    else:
        saved = {item.name: item for item in read_queries(project)}
        if question not in saved:
            raise RequestError(f"no file and no saved query is called {question!r}", hint=_nearest(question, saved))
        query = saved[question]
    if any(parameter.name == "language" for parameter in query.parameters):
        values = {"language": language, **values}
    return query.bind(values, project.prefixes)


def _standard_input() -> str:
    if sys.stdin is None:
        raise RequestError("there is no standard input to read the query from")
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RequestError(f"standard input is not UTF-8 at byte {error.start}") from None


def _nearest(name: str, saved: Iterable[str]) -> str:
    near = get_close_matches(name.removesuffix(".rq"), saved, n=3, cutoff=0.5)
    return f"saved queries: {', '.join(near)}" if near else "`kg query` lists the saved queries"


def ask(text: str, release: Release, output: str, prefixes: Mapping[str, str]) -> None:
    """Writes the answer of a release to standard output; Ctrl-C ends it at once.

    Names of the query that the release does not have are told on standard error, with the terms that were meant.

    Raises:
        RequestError: not SPARQL (with line and column), a refused feature, or no such format for this form.
    """
    from kg.engine.oxigraph import ROWS, Query, encode, evaluate, open_store
    from kg.engine.syntax import syntax_error

    parsed = parse_query(text, base_iri=release.manifest.base_iri, max_bytes=_NO_LIMIT, max_depth=1000)
    name = _format_name(parsed, output)
    query = Query(
        parsed.text,
        ROWS if name == "table" else name,
        star=parsed.star,
        variables=parsed.variables,
        graphs=(*parsed.dataset.default, *parsed.dataset.named),
        rows=_NO_LIMIT - 1,
    )
    store = open_store(release.store_path, release.manifest.counts["quads"])
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # the engine does not return to Python while it works
    pieces: list[bytes] = []
    try:
        result = evaluate(store, query, release.manifest.base_iri)
        encode(result, query, pieces.append if name == "table" else sys.stdout.buffer.write, prefixes)
    except QuerySyntaxError as error:
        raise syntax_error(parsed, release.manifest.base_iri, prefixes) or error from None
    if name == "table":
        _print_table(b"".join(pieces), prefixes)
    sys.stdout.flush()
    _tell_unknown_terms(parsed, store, release.manifest.base_iri, prefixes)


def _tell_unknown_terms(parsed: ParsedQuery, store: Store, base_iri: str, prefixes: Mapping[str, str]) -> None:
    from kg.engine.oxigraph import ROWS, Query, evaluate
    from kg.vocabulary import Terms, absence_query, mentions, notice

    def find(text: str) -> list[str]:
        rows: Any = evaluate(store, Query(text, ROWS), base_iri)
        return [term.value for (term,) in rows]

    found = mentions(parsed, base_iri, prefixes)
    if absent := find(absence_query(found)) if found else []:
        terms = Terms(*(find(text) for text in Terms.queries(base_iri)))
        for term in notice(parsed, found, absent, terms, prefixes).terms:
            print(printable(f"{term}"), file=sys.stderr)


def ask_endpoint(text: str, url: str, output: str, prefixes: Mapping[str, str]) -> None:
    """Writes the answer of the SPARQL endpoint at `url` (SPARQL 1.1 Protocol §2.1.2, by POST) to standard output.

    Raises:
        ConfigurationError: the URL is not http(s).
        RequestError: the endpoint refuses the query.
        EngineError: it cannot be reached, or fails.
    """
    from http.client import HTTPException, InvalidURL
    from urllib.error import HTTPError, URLError
    from urllib.parse import urlencode
    from urllib.request import Request, urlopen

    if not url.startswith(("http://", "https://")):
        raise ConfigurationError(f"{url!r} is not an http(s) URL")
    parsed = parse_query(text, base_iri=url, max_bytes=_NO_LIMIT, max_depth=1000)
    name = _format_name(parsed, output)
    is_table = name == "table"
    wanted = next(item for item in formats_of(parsed.form) if item.name == ("json" if is_table else name))
    form = urlencode({"query": text}).encode()
    try:
        request = Request(url, form, {"Accept": wanted.media_type})  # noqa: S310 - http only
        with urlopen(request) as response:  # noqa: S310 - http only
            content: bytes = response.read()
    except HTTPError as error:
        kind = RequestError if error.code < 500 else EngineError
        raise kind(f"{url} answered {error.code}: {error.read(500).decode(errors='replace').strip()}") from None
    except (InvalidURL, ValueError) as error:
        raise ConfigurationError(f"{url!r} is not an http(s) URL: {error}") from None
    except (URLError, OSError, HTTPException) as error:
        raise EngineError(f"{url} cannot be reached: {getattr(error, 'reason', None) or repr(error)}") from None
    if is_table:
        try:
            _print_table(content, prefixes)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise EngineError(f"{url} sent no SPARQL result as JSON", hint="is this a SPARQL endpoint?") from None
    else:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()


def _format_name(parsed: ParsedQuery, wanted: str) -> str:
    if wanted == "table":
        return "ttl" if parsed.form.gives_graph else "table"
    offered = formats_of(parsed.form)
    for item in offered:
        if wanted.lower() in (item.name, *item.names):
            return item.name
    names = ", ".join(["table", *(item.name for item in offered)])
    raise NotAcceptable(
        f"a {parsed.form} has no format {wanted!r}",
        available=tuple(item.media_type for item in offered),
        hint=f"formats: {names}",
    )


def _print_table(content: bytes, prefixes: Mapping[str, str]) -> None:
    """A table as wide as its widest cells, nothing cut; IRIs shortened with the table of prefixes."""
    answer: dict[str, Any] = json.loads(content)
    if "boolean" in answer:
        print("yes" if answer["boolean"] else "no")
        return
    names: list[str] = answer["head"]["vars"]
    rows = [[_cell(row.get(name), prefixes) for name in names] for row in answer["results"]["bindings"]]
    widths = [max(len(name), *(len(row[index]) for row in rows), 0) for index, name in enumerate(names)]
    for line in [names, ["─" * width for width in widths], *rows]:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    print(f"{len(rows)} {'solution' if len(rows) == 1 else 'solutions'}", file=sys.stderr)


def _cell(term: Mapping[str, str] | None, prefixes: Mapping[str, str]) -> str:
    if term is None:
        return ""
    text = shorten(term["value"], prefixes) if term["type"] == "uri" else term["value"]
    return printable(" ".join(text.split()))
