"""Commands that answer questions from a release: `query` here, `serve` over HTTP."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import click

from kg.cli.current import chosen_release
from kg.cli.options import PROJECT, language_of_environment
from kg.cli.terminal import echo
from kg.settings import Settings

__all__ = ["query", "serve"]


@click.command()
@click.argument("query", required=False)
@click.option(
    "--format", "output", default="table", help="table, csv, tsv, json, xml; ttl, nt, rdf, jsonld for graphs."
)
@click.option(
    "--param",
    "parameters",
    multiple=True,
    metavar="NAME=VALUE",
    help="Value of a parameter; may be given more than once.",
)
@click.option("--endpoint", metavar="URL", help="Ask this SPARQL endpoint instead of the release on disk.")
@click.option("--release", "version", metavar="VERSION", help="Ask this release instead of the current one.")
@click.option("--project", type=click.Path(path_type=Path), help="Project folder.")
def query(
    query: str | None,
    output: str,
    parameters: tuple[str, ...],
    endpoint: str | None,
    version: str | None,
    project: Path | None,
) -> int:
    """Ask a question: a .rq file, the name of a saved query, or `-` for standard input.

    Without QUERY, the saved queries are listed. A parameter `language` that is not given follows the environment.

    \b
    kg query
    kg query who-owns --param organisation=organisation:filmpool-nord
    kg query my.rq --format csv > answer.csv
    echo 'SELECT (COUNT(*) AS ?n) { ?s ?p ?o }' | kg query -
    """
    from kg.ask import ask, ask_endpoint, list_questions, question_text
    from kg.project import find_project

    found = find_project(project)
    if query is None:
        echo(list_questions(found, language_of_environment()))
        return 0
    values = dict(_split_parameter(parameter) for parameter in parameters)
    text = question_text(query, found, values, language=language_of_environment())
    if endpoint is not None:
        ask_endpoint(text, endpoint, output, found.prefixes)
        return 0
    release = chosen_release(found, version, Settings.read())
    if release is None:
        return 1
    ask(text, release, output, found.prefixes)
    return 0


@click.command()
@PROJECT
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option("--workers", type=click.IntRange(1, 256), help="Query worker processes.")
@click.option("--release", "version", metavar="VERSION", help="Serve this release instead of the current one.")
@click.option(
    "--engine",
    metavar="NAME",
    help="oxigraph (the default); rdflib: slow, for a second opinion; sparql+http://…: an engine elsewhere.",
)
def serve(
    project: Path | None, host: str, port: int, workers: int | None, version: str | None, engine: str | None
) -> int:
    """Serve the current release, building it first if there is none or the files have changed.

    A `kg build` meanwhile makes a new release: the server goes over to it within a second.

    \b
    kg serve                         http://127.0.0.1:8000
    kg serve demo --port 8010
    kg serve --engine rdflib --port 8011
    kg serve --engine sparql+http://127.0.0.1:7878/query
    kg serve --release 2026-11-01-0123456789ab
    """
    from kg.project import find_project
    from kg.release import verify_release
    from kg.web.server import serve as serve_release

    settings = Settings.read()
    if workers is not None:
        settings = dataclasses.replace(settings, workers=workers)
    if engine is not None:
        settings = dataclasses.replace(settings, engine=engine)
    found = find_project(project)
    release = chosen_release(found, version, settings)
    if release is None:
        return 1
    verify_release(release)  # a byte that changed on disk would be a wrong answer
    current = release.path.parent.parent / "current"
    serve_release(release, settings, host, port, follow=current if version is None else None)
    return 0


def _split_parameter(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator or not name:
        raise click.BadParameter(f"{text!r} is not NAME=VALUE", param_hint="--param")
    return name, value
