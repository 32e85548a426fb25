"""The command line: thin commands over the modules below; errors become one line and an exit code.

Exit codes: 0 fine, 1 the data or the answer is at fault, 2 usage or configuration.
"""

from __future__ import annotations

import io
import json
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.errors import ConfigurationError, KgError, RequestError
from kg.interruption import interruptible
from kg.settings import Settings

if TYPE_CHECKING:
    from kg.dataset import Progress
    from kg.project import Project
    from kg.release import Release

__all__ = ["main"]


def _language() -> str:
    """The language of the environment, as far as we speak it."""
    locale = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "sv" if locale.startswith("sv") else "en"


PROJECT = click.argument("project", required=False, type=click.Path(path_type=Path))
JSON = click.option("--json", "as_json", is_flag=True, help="Facts as JSON on standard output.")
LANGUAGE = click.option(
    "--lang",
    type=click.Choice(["en", "sv"]),
    default=_language,
    show_default="that of the environment, LC_ALL or LANG",
    help="Language of messages.",
)


def main() -> None:
    """Entry point of the `kg` command."""
    logging.getLogger("rdflib").setLevel(logging.ERROR)  # it logs tracebacks of literals that our rules report
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a letter that the terminal does not have is no reason to stop
            stream.reconfigure(errors="backslashreplace")
    try:
        code = commands.main(standalone_mode=False)
    except KgError as error:
        click.echo(f"kg: {error}", err=True)
        if error.hint:
            click.echo(f"    {error.hint}", err=True)
        sys.exit(2 if isinstance(error, ConfigurationError | RequestError) else 1)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped", err=True)
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except OSError as error:
        click.echo(f"kg: {error.filename or 'standard output'}: {error.strerror or error}", err=True)
        _drop_output()
        sys.exit(2)
    except (MemoryError, RecursionError) as error:
        click.echo(f"kg: the input is too large or nested too deep for this machine ({type(error).__name__})", err=True)
        sys.exit(1)
    sys.exit(code if isinstance(code, int) else 0)


def _drop_output() -> None:
    """What could not be written is not tried again at the end, which would show a traceback."""
    with suppress(OSError, AttributeError):
        sys.stdout.close()


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, no_args_is_help=True)
@click.version_option(package_name="governance-kg", prog_name="kg")
def commands() -> None:
    """Governance knowledge graphs: from Turtle files to an answered SPARQL query.

    PROJECT is a folder with a kg.toml; without one, the working directory, or else the Norrbotten graph of the tool.

    \b
    kg serve                       build and serve the Norrbotten graph on http://127.0.0.1:8000
    kg new demo && kg serve demo   a project of your own
    kg query who-owns --param organisation=organisation:filmpool-nord
    """


@commands.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, exists=True))
@click.option("--check", "only_check", is_flag=True, help="Change nothing; exit 1 if a file is not in canonical form.")
def fmt(paths: tuple[Path, ...], only_check: bool) -> int:
    """Write Turtle files in canonical form, comments kept.

    PATHS are files or folders; without one, all Turtle files of the project.

    \b
    kg fmt                   the project of the working directory
    kg fmt --check data/     which files would change
    """
    from kg.project import load_project, project_around
    from kg.turtle_format import format_file

    files: list[Path] = []
    for path in paths or (Path(),):
        if (path / "kg.toml").is_file() or not paths:
            files.extend(load_project(path).own_turtle_files())
        else:
            files.extend(sorted(path.rglob("*.ttl")) if path.is_dir() else [path])
    changed = [
        path for path in files if format_file(path, prefixes=project_around(path).prefixes, write=not only_check)
    ]
    for path in changed:
        click.echo(f"{'would change' if only_check else 'formatted'} {path}")
    return 1 if only_check and changed else 0


@commands.command()
@PROJECT
@LANGUAGE
@JSON
def check(project: Path | None, lang: str, as_json: bool) -> int:
    """Everything that can be wrong with the files: syntax, format, hygiene, shapes, examples, saved queries.

    \b
    kg check
    kg check --json demo
    """
    from kg.check import check_project
    from kg.project import find_project

    with _progress() as progress:
        report = check_project(find_project(project), progress, language=lang)
    if as_json:
        findings = [
            {"check": f.check, "level": f.level, "message": f.message, "place": str(f.place or f.path or "")}
            for f in report.findings
        ]
        _echo_json({"passed": report.passed, "counts": report.counts, "findings": findings})
    else:
        for finding in report.findings:
            click.echo(str(finding))
        counted = ", ".join(f"{number} {name}" for name, number in report.counts.items())
        click.echo(f"{'passed' if report.passed else 'FAILED'}: {counted}; {len(report.findings)} findings")
    return 0 if report.passed else 1


@commands.command()
@PROJECT
@LANGUAGE
@JSON
def build(project: Path | None, lang: str, as_json: bool) -> int:
    """Build a release: read, derive, validate, write, switch. A violation publishes nothing.

    \b
    kg build                 the project of the working directory, or Norrbotten
    kg build demo            the project in the folder demo
    """
    from kg.project import find_project

    release = _build(find_project(project), lang)
    if release is None:
        return 1
    if as_json:
        _echo_json({"version": release.version, "path": str(release.path), "counts": dict(release.manifest.counts)})
    else:
        click.echo(f"release {release.version}: {_counts(release)}")
    return 0


@commands.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--shapes",
    "shape_files",
    multiple=True,
    type=click.Path(path_type=Path, exists=True),
    help="Shapes file or folder; without it, the rulebook of the tool.",
)
@click.option("--format", "output", type=click.Choice(["text", "json", "jsonl", "ttl", "html"]), default="text")
@click.option(
    "--engine",
    type=click.Choice(["compiled", "pyshacl"]),
    default="compiled",
    show_default=True,
    help="What evaluates the shapes; pyshacl is slow, for a second opinion.",
)
@LANGUAGE
def validate(files: tuple[Path, ...], shape_files: tuple[Path, ...], output: str, engine: str, lang: str) -> int:
    """Validate RDF files against SHACL shapes; exit 1 if they do not conform.

    FILES are Turtle, N-Triples, N-Quads, TriG, RDF/XML or JSON-LD, perhaps with .gz. Results are written when found.

    \b
    kg validate data/*.ttl            files that belong together are given together
    kg validate data.nt.gz --shapes my-shapes.ttl --format jsonl
    """
    from kg.project import find_project
    from kg.shapes.files import validation_of_files
    from kg.shapes.stream import Writing, write_validation

    project = find_project(None)
    with _bar() as advance:
        validation = validation_of_files(list(files), list(shape_files), project, engine=engine)
        writing = Writing(project.prefixes, lang, advance)
        conforms = write_validation(validation, output, lambda text: click.echo(text, nl=False), writing)
    return 0 if conforms else 1


@commands.command()
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
        click.echo(list_questions(found, _language()))
        return 0
    values = dict(_split_parameter(parameter) for parameter in parameters)
    text = question_text(query, found, values, language=_language())
    if endpoint is not None:
        ask_endpoint(text, endpoint, output, found.prefixes)
        return 0
    release = _release(found, version, Settings.read())
    if release is None:
        return 1
    ask(text, release, output, found.prefixes)
    return 0


@commands.command()
@PROJECT
@click.option(
    "--sources",
    type=click.Path(path_type=Path),
    help="Folder with the source texts: re-hash every cited span, measure coverage.",
)
@JSON
def verify(project: Path | None, sources: Path | None, as_json: bool) -> int:
    """Prove a release against its checksums; with --sources, every citation against the texts.

    \b
    kg verify                        the current release on disk
    kg verify --sources ../texts     digests and coverage of the source texts
    """
    from kg.project import find_project

    found = find_project(project)
    return _verify_sources(found, sources, as_json) if sources else _verify_release(found, as_json)


@commands.command()
@click.argument("text", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("words")
@click.option("--project", type=click.Path(path_type=Path), help="Project folder.")
def cite(text: Path, words: str, project: Path | None) -> int:
    """The Turtle that cites WORDS of the source TEXT: position in code points and digest.

    White space is matched loosely, so that words can be copied from a page.

    \b
    kg cite sources/page.txt "is owned by Example Town"
    """
    from kg.cite import cite as find_spans
    from kg.cite import known_source, source_block
    from kg.dataset import authoring_union, read_dataset
    from kg.project import find_project
    from kg.turtle.reader import read_text

    found = find_project(project)
    source = known_source(authoring_union(read_dataset(found), found), text)
    spans = find_spans(read_text(text), words)
    if source is None:
        click.echo(f"# {text.name} is not a source of {found.name} yet; in data/sources.ttl:\n{source_block(text)}")
    for span in spans:
        click.echo(f"# characters {span.start}-{span.end} of {text.name}\n{span.to_turtle(source or text.stem)}")
    return 0


@commands.command()
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
    import dataclasses

    from kg.project import find_project
    from kg.release import verify_release
    from kg.web.server import serve as serve_release

    settings = Settings.read()
    if workers is not None:
        settings = dataclasses.replace(settings, workers=workers)
    if engine is not None:
        settings = dataclasses.replace(settings, engine=engine)
    found = find_project(project)
    release = _release(found, version, settings)
    if release is None:
        return 1
    verify_release(release)  # a byte that changed on disk would be a wrong answer
    current = release.path.parent.parent / "current"
    serve_release(release, settings, host, port, follow=current if version is None else None)
    return 0


@commands.command()
@PROJECT
@click.option("--to", "url", required=True, metavar="URL", help="Where the engine takes queries, as in KG_ENGINE.")
@click.option("--graph-store", metavar="URL", help="Load by the SPARQL 1.1 Graph Store Protocol here.")
@click.option("--update", metavar="URL", help="Load by SPARQL 1.1 Update here.")
@click.option("--release", "version", metavar="VERSION", help="Load this release instead of the current one.")
def publish(project: Path | None, url: str, graph_store: str | None, update: str | None, version: str | None) -> int:
    """Load a release into a SPARQL 1.1 engine elsewhere, for `KG_ENGINE=sparql+URL kg serve`.

    Its graphs are replaced, counted and compared; other graphs of the engine are left alone. While it is loaded, a
    `kg serve` in front of that engine answers 503. Releases with blank nodes are refused. KG_ENGINE_USER and
    KG_ENGINE_PASSWORD are used where the engine asks for them.

    \b
    Oxigraph:
    kg publish --to http://127.0.0.1:7878/query --graph-store http://127.0.0.1:7878/store
    Virtuoso:
    kg publish --to http://127.0.0.1:8890/sparql --graph-store http://127.0.0.1:8890/sparql-graph-crud-auth
    kg publish --to http://127.0.0.1:8890/sparql --update http://127.0.0.1:8890/sparql-auth
    """
    from kg.engine.endpoint import Endpoint
    from kg.project import find_project
    from kg.publish import publish as publish_release
    from kg.release import verify_release

    if (graph_store is None) == (update is None):
        raise click.UsageError("give --graph-store URL or --update URL: where the engine can be written to")
    settings = Settings.read()
    endpoint = Endpoint.of(settings, url)
    for address in filter(None, (graph_store, update)):
        Endpoint.of(settings, address)
    release = _release(find_project(project), version, settings)
    if release is None:
        return 1
    verify_release(release)
    with _progress() as progress:
        quads = publish_release(release, endpoint, graph_store=graph_store, update=update, progress=progress)
    click.echo(f"release {release.version}: {quads:,} quads are there as they are here")
    return 0


@commands.command()
@PROJECT
@JSON
def stats(project: Path | None, as_json: bool) -> int:
    """What the current release holds: totals, relations by kind and modality, claims by basis.

    \b
    kg stats
    kg stats --json demo
    """
    import dataclasses

    from kg.project import find_project
    from kg.stats import count_release

    release = _release(find_project(project), None, Settings.read())
    if release is None:
        return 1
    statistics = count_release(release)
    if as_json:
        _echo_json(dataclasses.asdict(statistics))
    else:
        click.echo(statistics.to_text())
    return 0


@commands.command()
@click.argument("name")
@click.option("--base-iri", help="Base IRI of the project's things; default https://example.org/NAME/.")
def new(name: str, base_iri: str | None) -> int:
    """Make a project folder that builds, serves and passes `kg check`.

    \b
    kg new demo && kg build demo && kg serve demo
    kg new lapland --base-iri https://data.example.fi/lapland/
    """
    from kg.new import create_project

    folder = create_project(Path.cwd(), name, base_iri or f"https://example.org/{name}/", date.today())
    click.echo(f"made {folder}; next: kg build {name} && kg serve {name}")
    return 0


def _verify_sources(project: Project, folder: Path, as_json: bool) -> int:
    from kg.dataset import authoring_union, read_dataset
    from kg.sources import check_sources

    checks = check_sources(authoring_union(read_dataset(project), project), [folder, project.root / "data"])
    if as_json:
        _echo_json([check.to_json() for check in checks])
    else:
        for check in checks:
            click.echo(check.to_text())
    return 0 if all(check.passed for check in checks) else 1


def _verify_release(project: Project, as_json: bool) -> int:
    from kg.release import open_release, verify_release

    release = open_release(_build_folder(project, Settings.read()) / "current")
    number = verify_release(release)
    if as_json:
        _echo_json({"version": release.version, "files": number})
    else:
        click.echo(f"release {release.version}: {number} files are as they were built")
    return 0


def _build(project: Project, language: str) -> Release | None:
    """The release of a build, or None after the report of its violations was printed."""
    from kg.build import build_project

    with _progress() as progress:
        outcome = build_project(project, _build_folder(project, Settings.read()), progress)
    for defect in outcome.defects:
        click.echo(f"{defect}", err=True)
    if not outcome.report.conforms:
        click.echo(outcome.report.to_text(project.prefixes, language), err=True)
    if outcome.release is None:
        click.echo("ingenting publicerades" if language == "sv" else "nothing was published", err=True)
    return outcome.release


def _say_which(project: Project) -> None:
    """Says that the tool's own graph is meant where somebody may have expected theirs."""
    if project.is_bundled and Path.cwd().resolve() != project.root.resolve():
        click.echo("no kg.toml here: this is the Norrbotten graph that comes with kg", err=True)


def _release(project: Project, version: str | None, settings: Settings) -> Release | None:
    """The release of that version; without one the current, built anew if the files have changed since."""
    from kg.freshness import is_fresh
    from kg.release import find_release

    _say_which(project)
    folder = _build_folder(project, settings)
    return find_release(folder, version) if version or is_fresh(project, folder) else _build(project, _language())


def _build_folder(project: Project, settings: Settings) -> Path:
    """`KG_BUILD`, else `build` in the project, or in the working directory for the graph inside a wheel."""
    if settings.build is not None:
        return settings.build
    return (Path.cwd() if project.is_packaged else project.root) / "build"


def _counts(release: Release) -> str:
    return ", ".join(f"{number:,} {name}" for name, number in release.manifest.counts.items())


def _split_parameter(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator or not name:
        raise click.BadParameter(f"{text!r} is not NAME=VALUE", param_hint="--param")
    return name, value


def _echo_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


@contextmanager
def _progress() -> Iterator[Progress]:
    """What is being done, on standard error and only on a terminal; meanwhile Ctrl-C is always heard."""
    with interruptible():
        if sys.stderr is None or not sys.stderr.isatty():
            yield lambda _: None
            return
        from rich.console import Console

        with Console(stderr=True).status("starting") as status:
            yield status.update


@contextmanager
def _bar() -> Iterator[Callable[[int, int], None]]:
    """How much of a validation is done, on a terminal that shows nothing else; meanwhile Ctrl-C is always heard."""
    with interruptible():
        if sys.stderr is None or not sys.stderr.isatty() or sys.stdout.isatty():
            yield lambda _done, _all: None
            return
        from rich.console import Console
        from rich.progress import Progress

        with Progress(console=Console(stderr=True), transient=True, redirect_stdout=False) as bar:
            task = bar.add_task("reading", total=None)
            yield lambda done, whole: bar.update(task, description="validating", completed=done, total=whole)
