"""One block a subject: blocks of one subject merge, blank nodes move to the place that refers to them.

A blank node with one reference becomes `[ … ]` there (Turtle 1.1 §2.7), and a well-formed chain of rdf:first and
rdf:rest becomes `( … )` (§2.8). A label stays where it is needed: two references, a cycle, or too deep a nesting.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from kg.errors import SourceError
from kg.namespaces import FOREIGN
from kg.turtle.document import Block, Collection, Comments, Document, Entry, Iri, Label, PropertyList, Term, Text, Value
from kg.turtle.parser import MAX_DEPTH

__all__ = ["gather"]

_FIRST, _REST, _NIL = (FOREIGN["rdf"] + name for name in ("first", "rest", "nil"))
_LABEL_DEPTH = MAX_DEPTH // 2
_ANONYMOUS = "["  # begins the names of nodes that the file does not label; no label can begin so


def gather(document: Document, *, path: Path | None = None) -> Document:
    """The document with merged blocks, nested blank nodes, and no triple twice; comments stay with what they are on.

    Raises `SourceError` if blank nodes would nest deeper than `MAX_DEPTH`.
    """
    return replace(document, blocks=tuple(_Gatherer(document.blocks, path=path).blocks()))


@dataclass(slots=True)
class _Node:
    """All that the document says of one subject."""

    subject: Term
    entries: dict[str, Entry] = field(default_factory=dict)
    before: Comments = ()
    closing: Comments = ()


class _Gatherer:
    def __init__(self, blocks: Iterable[Block], *, path: Path | None) -> None:
        self.path = path
        self.nodes: dict[Term, _Node] = {}
        for block in blocks:
            node = self._node(block.subject)
            node.before += block.before
            node.closing += block.closing
            self._add(node, block.entries)
        references = [(label, key) for key, node in self.nodes.items() for label in _referred(node)]
        self.references: Counter[Term] = Counter(label for label, _ in references)
        self.referrers: dict[Term, Term] = dict(references)
        self.roots: list[Label] = []
        self.placed: set[Label] = set()

    # From blocks to nodes

    def _node(self, subject: Term) -> _Node:
        match subject:
            case PropertyList():
                node = self._anonymous(subject)
                node.subject = PropertyList()
            case Collection():
                node = self._anonymous(PropertyList())
                node.subject = self._flat(subject)
            case _:
                node = self.nodes.setdefault(subject, _Node(subject))
        return node

    def _anonymous(self, term: PropertyList) -> _Node:
        label = Label(f"{_ANONYMOUS}{len(self.nodes)}")
        node = self.nodes[label] = _Node(label, closing=term.closing)
        self._add(node, term.entries)
        return node

    def _flat(self, term: Term) -> Term:
        """The term with a label in the place of each `[ … ]`."""
        match term:
            case PropertyList():
                return self._anonymous(term).subject
            case Collection():
                values = tuple(replace(value, term=self._flat(value.term)) for value in term.values)
                return replace(term, values=values)
        return term

    def _add(self, node: _Node, entries: Iterable[Entry]) -> None:
        for entry in entries:
            values = [replace(value, term=self._flat(value.term)) for value in entry.values]
            known = node.entries.get(entry.predicate, replace(entry, values=(), before=(), after=()))
            node.entries[entry.predicate] = replace(
                known,
                values=_distinct([*known.values, *values]),
                before=known.before + entry.before,
                after=known.after + entry.after,
            )

    # From nodes to blocks

    def blocks(self) -> Iterator[Block]:
        """The blocks that remain: subjects with an IRI, and blank nodes that have no other place."""
        for key, node in self.nodes.items():
            if not isinstance(key, Label) or self.references[key] != 1:
                yield self._block(key, node)
        yield from self._rooted()
        labels = (key for key in self.nodes if isinstance(key, Label) and not key.name.startswith(_ANONYMOUS))
        for key in sorted(labels, key=lambda label: label.name):
            if key not in self.placed and self._on_cycle(key):
                self.placed.add(key)
                self.roots.append(key)
                yield from self._rooted()

    def _on_cycle(self, label: Label) -> bool:
        seen: set[Term] = set()
        referrer: Term | None = label
        while referrer is not None and referrer not in seen and self.references[referrer] == 1:
            seen.add(referrer)
            referrer = self.referrers.get(referrer)
        return bool(seen) and referrer == label

    def _rooted(self) -> Iterator[Block]:
        while self.roots:
            label = self.roots.pop()
            yield self._block(label, self.nodes[label])

    def _block(self, key: Term, node: _Node) -> Block:
        unnamed = isinstance(key, Label) and self.references[key] == 0 and node.subject == key
        subject = PropertyList() if unnamed else node.subject
        if isinstance(subject, Collection):
            subject = self._term(subject, 0)
        return Block(subject, self._entries(node, 0), 0, node.before, node.closing)

    def _entries(self, node: _Node, depth: int) -> tuple[Entry, ...]:
        return tuple(
            _tidy(replace(entry, values=tuple(self._value(value, depth) for value in entry.values)))
            for entry in node.entries.values()
        )

    def _value(self, value: Value, depth: int) -> Value:
        before = value.before
        if isinstance(value.term, Label) and self._nests(value.term, depth):
            cell = self.nodes.get(value.term)
            before += cell.before if cell else ()
        term = self._term(value.term, depth)
        return Value(term, before + value.after[1:], value.after[:1])

    def _term(self, term: Term, depth: int) -> Term:
        if depth > MAX_DEPTH:
            hint = "Give some of them an IRI"
            raise SourceError(f"Blank nodes are nested deeper than {MAX_DEPTH}", path=self.path, hint=hint)
        if isinstance(term, Collection):
            return replace(term, values=tuple(self._value(value, depth + 1) for value in term.values))
        if not isinstance(term, Label) or term in self.placed:
            return term
        if self._nests(term, depth):
            return self._nested(term, depth)
        if self.references[term] == 1:
            self.placed.add(term)
            self.roots += [term] if term in self.nodes else []
        return term

    def _nests(self, label: Label, depth: int) -> bool:
        anonymous = label.name.startswith(_ANONYMOUS)
        return self.references[label] == 1 and label not in self.placed and (anonymous or depth < _LABEL_DEPTH)

    def _nested(self, label: Label, depth: int) -> Term:
        members = self._members(label)
        if members:
            return self._term(Collection(tuple(members)), depth)
        self.placed.add(label)
        node = self.nodes.get(label, _Node(label))
        return PropertyList(self._entries(node, depth + 1), node.closing)

    def _members(self, label: Label) -> list[Value]:
        """The members of the collection that begins at a label; none if it is not a plain collection (§2.8)."""
        members: list[Value] = []
        cells: list[Label] = []
        term: Term = label
        while isinstance(term, Label):
            node = self.nodes.get(term)
            if node is None or self.references[term] != 1 or term in self.placed or not _is_cell(node):
                return []
            cells.append(term)
            members += node.entries[_FIRST].values
            term = node.entries[_REST].values[0].term
        if isinstance(term, Collection) and not term.closing:
            members += term.values
        elif term != Iri(_NIL):
            return []
        self.placed.update(cells)
        return members


def _referred(node: _Node) -> Iterator[Label]:
    """The blank nodes that a node refers to, as often as it does."""
    if isinstance(node.subject, Collection):
        yield from _labels(node.subject)
    for entry in node.entries.values():
        for value in entry.values:
            yield from _labels(value.term)


def _labels(term: Term) -> Iterator[Label]:
    if isinstance(term, Label):
        yield term
    elif isinstance(term, Collection):
        for value in term.values:
            yield from _labels(value.term)


def _distinct(values: Iterable[Value]) -> tuple[Value, ...]:
    """The values without repetition; the comments of equal values are joined."""
    found: dict[object, Value] = {}
    for number, value in enumerate(values):
        match value.term:
            case Collection():
                key: object = number
            case Text(language=str(language)):
                key = replace(value.term, language=language.lower())
            case term:
                key = term
        known = found.get(key)
        joined = known and replace(known, before=known.before + value.before, after=known.after + value.after)
        found[key] = joined or value
    return tuple(found.values())


def _is_cell(node: _Node) -> bool:
    """Whether a node is one cell of a collection, with no comment that a collection has no place for."""
    if node.entries.keys() != {_FIRST, _REST} or node.before or node.closing:
        return False
    first, rest = node.entries[_FIRST], node.entries[_REST]
    comments = (*first.before, *first.after, *rest.before, *rest.after, *rest.values[0].before, *rest.values[0].after)
    return len(first.values) == len(rest.values) == 1 and not comments


def _tidy(entry: Entry) -> Entry:
    """At most one comment ends the line; those of an only value are the predicate's."""
    before, after, values = entry.before, entry.after, entry.values
    if len(values) == 1:
        before, after = before + values[0].before, after + values[0].after
        values = (Value(values[0].term),)
    return replace(entry, before=before + after[1:], after=after[:1], values=values)
