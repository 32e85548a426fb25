"""The generated documents: `make docs` writes them, `test_documents` proves that they are up to date."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path

import click

from kg.build import read_queries
from kg.cli import commands
from kg.project import load_project
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


def documents() -> Iterator[tuple[Path, str]]:
    yield ROOT / "docs" / "cli.md", cli_document()
    yield ROOT / "docs" / "settings.md", settings_document()
    yield ROOT / "docs" / "queries.md", queries_document()


if __name__ == "__main__":
    written: Mapping[Path, str] = dict(documents())
    for path, text in written.items():
        path.write_text(text, encoding="utf-8")
        print(f"wrote {path.relative_to(ROOT)}")
