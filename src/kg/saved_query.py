"""Saved queries: each `.rq` file is a document, with its question in every language, keywords and parameters.

The head of the file is comment lines; the rest is a query that runs as it stands in any SPARQL editor::

    # title@sv: Vem äger en organisation?
    # title@en: Who owns an organisation?
    # keywords: ownership, owners
    # parameter: organisation iri Organisation@sv Organisation@en
    SELECT … WHERE { VALUES ?organisation { organisation:filmpool-nord } … }

A parameter is a variable bound by a one-variable `VALUES` block; its default is what stands there, and giving a
value replaces what stands there by one RDF term that was built, never by text that was pasted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kg.errors import RequestError, SourceError

__all__ = ["PARAMETER_KINDS", "Parameter", "SavedQuery", "read_query_text", "read_saved_query"]

_HEAD = re.compile(r"#\s*(?P<key>[a-z]+)(?:@(?P<language>[a-z]{2,3}))?:\s*(?P<value>.*\S)\s*$")
_PARAMETER = re.compile(r"(?P<name>[A-Za-z_]\w*)\s+(?P<kind>[a-z]+)\s+(?P<labels>.+)$")
_LABEL = re.compile(r"(?P<label>[^@]+)@(?P<language>[a-z]{2,3})\s*")
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]*")
_PREFIXED = re.compile(r"(?P<prefix>[a-z][a-z0-9-]*):(?P<local>[A-Za-z0-9][A-Za-z0-9_-]*)")

PARAMETER_KINDS: Mapping[str, re.Pattern[str]] = {
    "iri": _IRI,
    "integer": re.compile(r"[+-]?\d+"),
    "decimal": re.compile(r"[+-]?\d+(\.\d+)?"),
    "date": re.compile(r"\d{4}-\d{2}-\d{2}"),
    "string": re.compile(r".*", re.DOTALL),
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: the variable it binds, its kind (a key of `PARAMETER_KINDS`) and its label in each language."""

    name: str
    kind: str
    labels: Mapping[str, str]
    default: str


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """One saved query: `topic/name`, its question by language, and the text that runs as it stands."""

    name: str
    topic: str
    text: str
    titles: Mapping[str, str]
    keywords: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    front: int | None = None
    descriptions: Mapping[str, str] = field(default_factory=dict)

    def bind(self, values: Mapping[str, str], prefixes: Mapping[str, str]) -> str:
        """The query text with `values` in place of the defaults.

        Raises:
            RequestError: an unknown parameter, or a value that is not of its parameter's kind.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        text = self.text
        for name, value in values.items():
            if name not in known:
                offered = ", ".join(known) or "none"
                raise RequestError(f"{self.name} has no parameter {name!r}", hint=f"parameters: {offered}")
            term = _term(known[name], value, prefixes)
            block = _values_block(name)
            text = block.sub(lambda match: f"{match['open']} {term} {match['close']}", text, count=1)  # noqa: B023 - called at once
        return text


def _values_block(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?P<open>VALUES\s+[?$]{name}\s*\{{)(?P<body>[^}}]*)(?P<close>\}})", re.IGNORECASE)


def _term(parameter: Parameter, value: str, prefixes: Mapping[str, str]) -> str:
    """`value` as one SPARQL term of the parameter's kind."""
    if parameter.kind == "iri":
        short = _PREFIXED.fullmatch(value)
        if short and short["prefix"] in prefixes:
            value = prefixes[short["prefix"]] + short["local"]
    if not PARAMETER_KINDS[parameter.kind].fullmatch(value):
        hint = "write organisation:filmpool-nord, or a whole IRI" if parameter.kind == "iri" else None
        raise RequestError(f"{parameter.name}={value!r} is not a value of kind {parameter.kind}", hint=hint)
    match parameter.kind:
        case "iri":
            return f"<{value}>"
        case "integer" | "decimal":
            return value
        case "date":
            return f'"{value}"^^<http://www.w3.org/2001/XMLSchema#date>'
        case _:
            escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
            return f'"{escaped}"'


def read_query_text(path: Path) -> str:
    """The text of a query file, without a byte order mark.

    Raises:
        SourceError: it cannot be read, or is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise SourceError("the file is not UTF-8", path=path, line=line, hint="save the file as UTF-8") from None
    except OSError as error:
        raise SourceError(f"the file cannot be read: {error.strerror}", path=path) from None


def read_saved_query(path: Path, root: Path) -> SavedQuery:
    """The document at `path`, whose folder below `root` is its topic.

    Raises:
        SourceError: the head is malformed, a title is missing, or a parameter has no `VALUES` block; with the line.
    """
    text = read_query_text(path)
    titles: dict[str, str] = {}
    descriptions: dict[str, str] = {}
    keywords: tuple[str, ...] = ()
    parameters: list[Parameter] = []
    front: int | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.startswith("#"):
            break
        head = _HEAD.match(line)
        if head is None:
            raise SourceError(f"not a head line: {line!r}", path=path, line=number, hint="write `# key: value`")
        value = head["value"]
        match head["key"], head["language"]:
            case "title", str(language):
                titles[language] = value
            case "description", str(language):
                descriptions[language] = value
            case "keywords", None:
                keywords = tuple(word.strip() for word in value.split(","))
            case "parameter", None:
                parameters.append(_parameter(value, text, path, number))
            case "front", None if re.fullmatch("[0-9]{1,4}", value):
                front = int(value)
            case _:
                raise SourceError(f"unknown head line {line!r}", path=path, line=number)
    for language in ("sv", "en"):
        if language not in titles:
            raise SourceError(f"no title@{language}", path=path, line=1, hint=f"add `# title@{language}: …`")
    topic = path.parent.relative_to(root).as_posix()
    return SavedQuery(path.stem, topic, text, titles, keywords, tuple(parameters), front, descriptions)


def _parameter(value: str, text: str, path: Path, line: int) -> Parameter:
    match = _PARAMETER.match(value)
    if match is None or match["kind"] not in PARAMETER_KINDS:
        kinds = ", ".join(PARAMETER_KINDS)
        raise SourceError(
            f"not a parameter: {value!r}",
            path=path,
            line=line,
            hint=f"write `name kind Label@sv Label@en`, kind of {kinds}",
        )
    block = _values_block(match["name"]).search(text)
    if block is None:
        raise SourceError(
            f"parameter {match['name']} is bound by no VALUES block",
            path=path,
            line=line,
            hint=f"write `VALUES ?{match['name']} {{ default }}` in the query",
        )
    labels = {found["language"]: found["label"].strip() for found in _LABEL.finditer(match["labels"])}
    return Parameter(match["name"], match["kind"], labels, block["body"].strip())
