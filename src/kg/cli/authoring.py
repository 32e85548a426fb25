"""Commands for those who write the files: `new`, `fmt`, `check`, `validate`, `cite`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.cli.current import build_folder
from kg.cli.options import JOBS, JSON, LANGUAGE, PROJECT, LocalPath
from kg.cli.terminal import echo, echo_json, progressing, showing_a_bar
from kg.printable import printable
from kg.settings import Settings

if TYPE_CHECKING:
    from kg.shapes.evaluate import Validation

__all__ = ["check", "cite", "fmt", "new", "validate"]


@click.command()
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
    echo(f"made {folder}; next: kg build {name} && kg serve {name}")
    return 0


@click.command()
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
        echo(f"{'would change' if only_check else 'formatted'} {path}")
    return 1 if only_check and changed else 0


@click.command()
@PROJECT
@JOBS
@LANGUAGE
@JSON
def check(project: Path | None, jobs: int | None, lang: str, as_json: bool) -> int:
    """Everything that can be wrong with the files: syntax, format, hygiene, shapes, examples, saved queries.

    Files are parsed once for this and for `kg build`; what they hold is kept in the folder of the releases.

    \b
    kg check
    kg check --json demo
    """
    from kg.check import check_project
    from kg.columns.parsed import NOWHERE, Parsed
    from kg.project import find_project

    found = find_project(project)
    parsed = NOWHERE if found.is_packaged else Parsed(build_folder(found, Settings.read()) / ".parsed")
    with progressing() as progress:
        report = check_project(found, progress, parsed=parsed, jobs=jobs, language=lang)
    if as_json:
        findings = [
            {"check": f.check, "level": f.level, "message": f.message, "place": str(f.place or f.path or "")}
            for f in report.findings
        ]
        echo_json({"passed": report.passed, "counts": report.counts, "findings": findings})
    else:
        for finding in report.findings:
            echo(str(finding))
        counted = ", ".join(f"{number} {name}" for name, number in report.counts.items())
        echo(f"{'passed' if report.passed else 'FAILED'}: {counted}; {len(report.findings)} findings")
    return 0 if report.passed else 1


@click.command()
@click.argument("files", nargs=-1, required=True, type=LocalPath())
@click.option(
    "--shapes",
    "shape_files",
    multiple=True,
    type=LocalPath(),
    help="Shapes file or folder; without it, the rulebook of the tool and the shapes of the project that FILES are in.",
)
@click.option("--format", "output", type=click.Choice(["text", "json", "jsonl", "ttl", "html"]), default="text")
@click.option(
    "--engine",
    type=click.Choice(["compiled", "pyshacl"]),
    default="compiled",
    show_default=True,
    help="What evaluates the shapes; pyshacl is slow, for a second opinion.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(0, 1e8, min_open=True),
    metavar="SECONDS",
    help="Stop after so long, with the shape and the value that it was at, and exit 1.",
)
@LANGUAGE
def validate(
    files: tuple[Path, ...],
    shape_files: tuple[Path, ...],
    output: str,
    engine: str,
    timeout: float | None,
    lang: str,
) -> int:
    """Validate RDF files against SHACL shapes; exit 1 if they do not conform.

    FILES are Turtle, N-Triples, N-Quads, TriG, RDF/XML or JSON-LD, perhaps with .gz, or folders of Turtle.
    Results are written when found; what is not read, and what in the shapes asks for nothing, is told on standard
    error. No text takes a pattern of sh:pattern without end; --timeout limits all the rest of strangers' files, too.

    \b
    kg validate data/*.ttl            files that belong together are given together
    kg validate data.nt.gz --shapes my-shapes.ttl --format jsonl
    kg validate strange.ttl --shapes strange-shapes.ttl --timeout 60
    """
    from kg.project import project_around
    from kg.shapes.files import validation_of_files
    from kg.shapes.stream import Writing, write_validation
    from kg.shapes.time_limit import OutOfTime, time_limit

    project = project_around(files[0] / "kg.toml" if files[0].is_dir() else files[0])
    validation: Validation | None = None

    def late() -> str:
        over = OutOfTime(timeout or 0)
        return printable(f"kg: {validation.overdue(over) if validation is not None else over}")

    with showing_a_bar(late) as advance, time_limit(timeout):
        validation = validation_of_files(list(files), list(shape_files), project, engine=engine)
        writing = Writing(project.prefixes, lang, advance)
        conforms = write_validation(validation, output, lambda text: echo(text, nl=False), writing)
        hints = validation.hints
    for hint in hints:
        echo(f"hint: {hint}", err=True)
    return 0 if conforms else 1


@click.command()
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
    from kg.dataset import read_graphs
    from kg.project import find_project
    from kg.turtle.reader import read_text

    found = find_project(project)
    source = known_source(read_graphs(found).union.to_graph(), text)
    spans = find_spans(read_text(text), words)
    if source is None:
        echo(f"# {text.name} is not a source of {found.name} yet; in data/sources.ttl:\n{source_block(text)}")
    for span in spans:
        echo(f"# characters {span.start}-{span.end} of {text.name}\n{span.to_turtle(source or text.stem)}")
    return 0
