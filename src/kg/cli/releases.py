"""Commands about a release: `build`, `verify`, `stats`, `publish`."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.cli.current import build_folder, build_release, chosen_release, unchanged_release
from kg.cli.options import JOBS, JSON, LANGUAGE, PROJECT
from kg.cli.terminal import echo, echo_json, progressing
from kg.settings import Settings

if TYPE_CHECKING:
    from kg.project import Project
    from kg.release import Release

__all__ = ["build", "publish", "stats", "verify"]


@click.command()
@PROJECT
@JOBS
@LANGUAGE
@JSON
def build(project: Path | None, jobs: int | None, lang: str, as_json: bool) -> int:
    """Build a release: read, derive, validate, write, switch. A violation publishes nothing.

    Files that have not changed since the last build are not parsed again, and a graph that is the same as before gives
    the same release. With --json, what is wrong is on standard output, too, as `kg validate --format json` writes it.

    \b
    kg build                 the project of the working directory, or Norrbotten
    kg build demo            the project in the folder demo
    kg build --jobs 1 demo   with one processor, while others are busy
    """
    from kg.project import find_project

    found = find_project(project)
    release = unchanged_release(found, lang) or build_release(found, lang, jobs, as_json=as_json)
    if release is None:
        return 1
    if as_json:
        echo_json({"version": release.version, "path": str(release.path), "counts": dict(release.manifest.counts)})
    else:
        echo(f"release {release.version}: {_counts(release)}")
    return 0


@click.command()
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


@click.command()
@PROJECT
@JSON
def stats(project: Path | None, as_json: bool) -> int:
    """What the current release holds: totals, relations by kind and modality, claims by basis.

    \b
    kg stats
    kg stats --json demo
    """
    from kg.project import find_project
    from kg.stats import count_release

    release = chosen_release(find_project(project), None, Settings.read())
    if release is None:
        return 1
    statistics = count_release(release)
    if as_json:
        echo_json(dataclasses.asdict(statistics))
    else:
        echo(statistics.to_text())
    return 0


@click.command()
@PROJECT
@click.option("--to", "url", required=True, metavar="URL", help="Where the engine takes queries, as in KG_ENGINE.")
@click.option("--graph-store", metavar="URL", help="Load by the SPARQL 1.1 Graph Store Protocol here.")
@click.option("--update", metavar="URL", help="Load by SPARQL 1.1 Update here.")
@click.option("--release", "version", metavar="VERSION", help="Load this release instead of the current one.")
def publish(project: Path | None, url: str, graph_store: str | None, update: str | None, version: str | None) -> int:
    """Load a release into a SPARQL 1.1 engine elsewhere, for `KG_ENGINE=sparql+URL kg serve`.

    Its graphs are replaced, counted and compared; other graphs of the engine are left alone. While it is loaded, a
    `kg serve` in front of that engine alone answers 503 (KG_ENGINE may name a second one). Releases with blank nodes
    are refused. KG_ENGINE_USER and KG_ENGINE_PASSWORD are used where the engine asks for them.

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
    release = chosen_release(find_project(project), version, settings)
    if release is None:
        return 1
    verify_release(release)
    with progressing() as progress:
        quads = publish_release(release, endpoint, graph_store=graph_store, update=update, progress=progress)
    echo(f"release {release.version}: {quads:,} quads are there as they are here")
    return 0


def _verify_sources(project: Project, folder: Path, as_json: bool) -> int:
    from kg.dataset import read_graphs
    from kg.sources import check_sources

    checks = check_sources(read_graphs(project).union.to_graph(), [folder, project.root / "data"])
    if as_json:
        echo_json([check.to_json() for check in checks])
    else:
        for check in checks:
            echo(check.to_text())
    return 0 if all(check.passed for check in checks) else 1


def _verify_release(project: Project, as_json: bool) -> int:
    from kg.release import open_release, verify_release

    release = open_release(build_folder(project, Settings.read()) / "current")
    number = verify_release(release)
    if as_json:
        echo_json({"version": release.version, "files": number})
    else:
        echo(f"release {release.version}: {number} files are as they were built")
    return 0


def _counts(release: Release) -> str:
    return ", ".join(f"{number:,} {name}" for name, number in release.manifest.counts.items())
