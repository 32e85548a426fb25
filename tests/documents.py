"""The generated documents: `make docs` writes them, `test_documents` proves that they are up to date."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path

import click
from rdflib import OWL, RDF, RDFS, SKOS, Graph, URIRef
from rdflib.term import Node

from kg.build import read_queries
from kg.cli import commands
from kg.columns.encode import encode_graph
from kg.dataset import read_graph
from kg.namespaces import GOV, shorten
from kg.project import Project, load_project
from kg.registry import read_registry
from kg.settings import Settings

ROOT = Path(__file__).parents[1]


def cli_document() -> str:
    """Every command with its help."""
    lines = ["# The commands", "", "Generated from the code by `make docs`.", ""]
    lines.append("Exit codes: 0 fine, 1 the data or the answer is at fault, 2 usage or configuration.")
    for name in sorted(commands.commands):
        command = commands.commands[name]
        context = click.Context(command, info_name=f"kg {name}", max_content_width=100, terminal_width=100)
        lines += ["", f"## kg {name}", "", "```text", command.get_help(context), "```"]
    return "\n".join(lines) + "\n"


def settings_document() -> str:
    """Every setting with its default and meaning."""
    lines = [
        "# Settings",
        "",
        "Generated from the code by `make docs`. Environment variables describe the machine; `kg.toml`",
    ]
    lines += ["describes the project. A `KG_` variable that does not exist is an error.", ""]
    lines += ["| Variable | Default | Meaning |", "|---|---|---|"]
    for item in fields(Settings):
        default = "" if item.default is None else item.default
        lines.append(f"| `KG_{item.name.upper()}` | {default} | {item.metadata['help']} |")
    return "\n".join(lines) + "\n"


def queries_document() -> str:
    """Every saved query with its questions and parameters, by topic."""
    queries = read_queries(load_project(ROOT))
    lines = [
        "# Saved queries",
        "",
        "Generated from `queries/` by `make docs`. Each runs as it stands in any SPARQL editor, and by name:",
    ]
    lines += ["`kg query NAME --param PARAMETER=VALUE`."]
    for topic in sorted({query.topic for query in queries}):
        lines += ["", f"## {topic}", "", "| Name | Question | Fråga | Parameters |", "|---|---|---|---|"]
        for query in sorted((query for query in queries if query.topic == topic), key=lambda query: query.name):
            parameters = ", ".join(f"`{parameter.name}` ({parameter.kind})" for parameter in query.parameters)
            lines.append(f"| `{query.name}` | {query.titles['en']} | {query.titles['sv']} | {parameters} |")
    return "\n".join(lines) + "\n"


def ontology_document() -> str:
    """The relation kinds, our terms and the codelists."""
    project = load_project(ROOT)
    graph = read_graph(path for path in project.files("ontology", "*.ttl") if path.parent.name != "alignments")
    lines = ["# The ontology", "", "Generated from `ontology/` by `make docs`.", "", "## Kinds of relation", ""]
    lines += ["| Kind | from → to | shortcut / inverse | |", "|---|---|---|---|"]
    for kind in read_registry(encode_graph(graph)):
        rule = kind.rules[0]
        flags = [name for name, is_set in (("symmetric", kind.symmetric), ("acyclic", kind.acyclic)) if is_set]
        names = [_code(term, project) for term in (kind.iri, rule.subject_role, rule.object_role, rule.shortcut)]
        inverse = f" / {_code(rule.inverse, project)}" if rule.inverse else ""
        lines.append(f"| {names[0]} | {names[1]} → {names[2]} | {names[3]}{inverse} | {', '.join(flags)} |")
    own = sorted(
        term
        for term in set(graph.subjects(RDFS.isDefinedBy, URIRef(GOV)))
        if str(term).startswith(GOV) and term != URIRef(GOV)
    )
    for heading, wanted in (("Classes", True), ("Properties and individuals", False)):
        lines += ["", f"## {heading}", ""]
        terms = [term for term in own if ((term, RDF.type, OWL.Class) in graph) is wanted]
        lines += _definitions(graph, terms, RDFS.label, project)
    for scheme in sorted(graph.subjects(RDF.type, SKOS.ConceptScheme)):
        lines += ["", f"## Codelist: {_text(graph, scheme, SKOS.prefLabel, 'en')}", ""]
        lines += _definitions(graph, sorted(graph.subjects(SKOS.inScheme, scheme)), SKOS.prefLabel, project)
    return "\n".join(lines) + "\n"


def _definitions(graph: Graph, terms: list[Node], label: URIRef, project: Project) -> Iterator[str]:
    yield "| Term | Swedish | Definition |"
    yield "|---|---|---|"
    for term in terms:
        definition = _text(graph, term, SKOS.definition, "en").replace("|", "\\|")
        yield f"| {_code(term, project)} | {_text(graph, term, label, 'sv')} | {definition} |"


def _text(graph: Graph, term: Node, predicate: URIRef, language: str) -> str:
    return next(
        (str(text) for text in graph.objects(term, predicate) if getattr(text, "language", None) == language), ""
    )


def _code(term: Node, project: Project) -> str:
    return f"`{shorten(str(term), project.prefixes)}`"


def documents() -> Iterator[tuple[Path, str]]:
    yield ROOT / "docs" / "cli.md", cli_document()
    yield ROOT / "docs" / "settings.md", settings_document()
    yield ROOT / "docs" / "queries.md", queries_document()
    yield ROOT / "docs" / "ontology.md", ontology_document()


if __name__ == "__main__":
    written: Mapping[Path, str] = dict(documents())
    for path, text in written.items():
        path.write_text(text, encoding="utf-8")
        print(f"wrote {path.relative_to(ROOT)}")
