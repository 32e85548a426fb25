"""`kg query`: a question asked of a release on disk, or of any SPARQL endpoint, and its answer written out."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from kg.errors import ConfigurationError, EngineError, NotAcceptable, QuerySyntaxError, RequestError
from kg.namespaces import shorten
from kg.negotiation import formats_of
from kg.project import Project
from kg.query import ParsedQuery, explain, parse_query
from kg.release import Release

__all__ = ["ask", "ask_endpoint", "question_text"]

_NO_LIMIT = sys.maxsize


def question_text(question: str, project: Project, values: Mapping[str, str]) -> str:
    """The SPARQL text of a `.rq` file, of a saved query by its name, or of standard input (`-`), parameters bound.

    Raises:
        RequestError: there is no such file or saved query, or a value does not fit its parameter.
    """
    from kg.build import read_queries
    from kg.saved_query import SavedQuery, read_saved_query

    path = Path(question)
    if question == "-":
        query = SavedQuery("-", "", sys.stdin.read(), {})
    elif path.is_file():
        is_document = path.resolve().is_relative_to((project.root / "queries").resolve())
        text = path.read_text(encoding="utf-8")
        query = read_saved_query(path, path.parent.parent) if is_document else SavedQuery(path.name, "", text, {})
    else:
        saved = {item.name: item for item in read_queries(project)}
        if question not in saved:
            raise RequestError(f"no file and no saved query is called {question!r}", hint=_nearest(question, saved))
        query = saved[question]
    return query.bind(values, project.prefixes)


def _nearest(name: str, saved: Iterable[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, saved, n=3, cutoff=0.5) or sorted(saved)[:10]
    return "saved queries: " + ", ".join(near)


def ask(text: str, release: Release, output: str, prefixes: Mapping[str, str]) -> None:
    """Writes the answer of a release to standard output; Ctrl-C ends it at once.

    Raises:
        RequestError: not SPARQL (with line and column), a refused feature, or no such format for this form.
    """
    from kg.engine.oxigraph import ROWS, Query, encode, evaluate, open_store

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
        raise explain(parsed, error, prefixes) from error
    if name == "table":
        _print_table(b"".join(pieces), prefixes)
    sys.stdout.flush()


def ask_endpoint(text: str, url: str, output: str, prefixes: Mapping[str, str]) -> None:
    """Writes the answer of the SPARQL endpoint at `url` (SPARQL 1.1 Protocol §2.1.2, by POST) to standard output.

    Raises:
        ConfigurationError: the URL is not http(s).
        RequestError: the endpoint refuses the query.
        EngineError: it cannot be reached, or fails.
    """
    from urllib.error import HTTPError, URLError
    from urllib.parse import urlencode
    from urllib.request import Request, urlopen

    if not url.startswith(("http://", "https://")):
        raise ConfigurationError(f"{url!r} is not an http(s) URL")
    parsed = parse_query(text, base_iri=url, max_bytes=_NO_LIMIT, max_depth=1000)
    name = _format_name(parsed, output)
    is_table = name == "table"
    wanted = next(item for item in formats_of(parsed.form) if item.name == ("json" if is_table else name))
    request = Request(url, urlencode({"query": text}).encode(), {"Accept": wanted.media_type})  # noqa: S310 (http only)
    try:
        with urlopen(request) as response:  # noqa: S310 (http only)
            content: bytes = response.read()
    except HTTPError as error:
        kind = RequestError if error.code < 500 else EngineError
        raise kind(f"{url} answered {error.code}: {error.read(500).decode(errors='replace').strip()}") from None
    except (URLError, OSError) as error:
        raise EngineError(f"{url} cannot be reached: {getattr(error, 'reason', error)}") from None
    if is_table:
        _print_table(content, prefixes)
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
    import json

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
    return " ".join(text.split())
