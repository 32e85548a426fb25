"""What is wrong in a Turtle file, where, and how to mend it: the strict parser's errors in plain words.

`pyoxigraph` says where it stopped. That is often the token after the mistake (a missing dot is noticed at the next
statement), so each kind of error has a rule here that finds the place to mend. A kind without a rule keeps the
parser's own words and place.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from kg.errors import SourceError
from kg.turtle.lexer import Lines, Token, TokenError, read_tokens
from kg.turtle.source_errors import source_error
from kg.turtle.statements import read_statements, tokens_before

__all__ = ["diagnose", "too_long"]

_LONGEST = 16 << 20
"""Bytes of a text or a comment that the strict parser has room for."""
_QUOTATION = 'A quotation mark inside a text is written \\"'
_MISPLACED = (
    (re.compile(r"[.;,\])]"), "It is one too many, or something is missing before it"),
    (re.compile(r"@"), "The directives are @prefix and @base"),
    (re.compile(r"{"), "Turtle has no named graphs: one file is one graph"),
    (re.compile(r"(?:true|false)$", re.I), "The booleans are true and false, in lower case, and only as values"),
    (re.compile(r"[^\W\d_][\w.-]*$"), "A name needs a prefix, as in gov:owner; a text needs quotation marks"),
    (re.compile(r"[\"'+\-\d]"), "A text or a number can only be a value"),
)


@dataclass(frozen=True, slots=True)
class _Problem:
    """The part of the text that the parser stopped at, and what stands before it."""

    text: str
    start: int
    end: int
    lines: Lines
    before: tuple[Token, ...]
    unlexed: int | None
    prefixes: Mapping[str, str]

    @property
    def found(self) -> str:
        """What stands at the place, cut short."""
        found = self.text[self.start : self.end].split("\n", 1)[0].strip()
        return found if len(found) <= 40 else f"{found[:39]}…"

    @property
    def last_end(self) -> int:
        """Where the last token before the place ends."""
        return self.before[-1].end if self.before else 0

    def follows_text(self) -> bool:
        """Whether a text ends right before the place."""
        return bool(self.before) and self.before[-1].kind == "string" and self.last_end == self.start

    def open_bracket(self) -> Token | None:
        """The innermost bracket that is not closed before the place."""
        stack: list[Token] = []
        for token in self.before:
            if token.text in {"[", "("}:
                stack.append(token)
            elif token.text in {"]", ")"} and stack:
                stack.pop()
        return stack[-1] if stack else None


_Finding: TypeAlias = tuple[int, str, str | None]  # offset, message, hint


def diagnose(
    error: SyntaxError, text: str, *, path: Path | None = None, prefixes: Mapping[str, str] | None = None
) -> SourceError:
    """The error of the strict parser over `text` as a `SourceError`; `prefixes` are those to offer when undeclared."""
    lines = Lines(text)
    start = lines.offset(error.lineno or 1, error.offset or 1)
    end = lines.offset(error.end_lineno or 1, error.end_offset or 1)
    before, unlexed = tokens_before(text, start)
    problem = _Problem(text, start, max(end, start), lines, before, unlexed, prefixes or {})
    said = re.sub(r"^Parser error .*?\d: ", "", error.msg, count=1)
    for pattern, rule in _RULES:
        match = pattern.match(said)
        if match:
            offset, message, hint = rule(problem, match)
            break
    else:
        offset, message, hint = start, said, None
    return source_error(message, text, offset, path=path, hint=hint)


def too_long(text: str, *, path: Path | None) -> SourceError:
    """The error of a text or a comment that the strict parser has no room for: most often one that is never closed."""
    place, message, hint = 0, "A text or a comment is longer than 16 MiB", "Shorten it, or keep it in a file of its own"
    try:
        for statement in read_statements(text, 0):
            if statement.end - statement.start > _LONGEST // 4:  # a character has four bytes at most
                tokens = read_tokens(text, statement.start)
                place = next((token.start for token in tokens if len(token.text.encode()) >= _LONGEST), place)
    except TokenError as error:
        place, message, close = _unclosed_at(text, error.offset)
        hint = close or hint
    return source_error(message, text, place, path=path, hint=hint)


def _undeclared_prefix(problem: _Problem, match: re.Match[str]) -> _Finding:
    name = match[1]
    pairs = zip(problem.before, problem.before[1:], strict=False)
    declared = {token.text[:-1] for keyword, token in pairs if keyword.text.lower() in {"@prefix", "prefix"}}
    similar = difflib.get_close_matches(name, [*declared, *problem.prefixes], n=1)
    if name in problem.prefixes:
        hint = f"Add this line at the top: @prefix {name}: <{problem.prefixes[name]}> ."
    elif similar:
        hint = f"Did you mean {similar[0]}: ?"
    else:
        hint = f"Declare it at the top: @prefix {name}: <…> ."
    return problem.start, f"The prefix {name}: is not declared", hint


def _missing_dot(problem: _Problem, _match: re.Match[str]) -> _Finding:
    if problem.follows_text():
        hint = _QUOTATION
    elif problem.lines.position(problem.start)[1] == 1:
        hint = 'End the statement with " ."'
    else:
        hint = 'Write ";" to go on with the same subject, " ." to end the statement'
    return problem.last_end, f'Expected ".", ";" or "," before {problem.found}', hint


def _end_of_document(problem: _Problem, _match: re.Match[str]) -> _Finding:
    bracket = problem.open_bracket()
    if bracket:
        closing = "]" if bracket.text == "[" else ")"
        return bracket.start, f'The "{bracket.text}" is never closed', f'Close it with "{closing}"'
    return problem.last_end, "The file ends in the middle of a statement", 'End the last statement with " ."'


def _unclosed(problem: _Problem, _match: re.Match[str]) -> _Finding:
    return _unclosed_at(problem.text, problem.start if problem.unlexed is None else problem.unlexed)


def _unclosed_at(text: str, start: int) -> _Finding:
    quote = next((quote for quote in ('"""', "'''", '"', "'") if text.startswith(quote, start)), "")
    if len(quote) == 3:
        return start, "The text that begins here is never closed", f"Close it with {quote}"
    if quote:
        hint = f"Close it with {quote} ; a text of several lines stands between {quote * 3} and {quote * 3}"
        return start, "The text that begins here does not end on its line", hint
    if text.startswith("<", start):
        return start, "The IRI that begins here is never closed", "Close it with >"
    return start, "The file ends in the middle of a statement", None


def _iri_character(problem: _Problem, match: re.Match[str]) -> _Finding:
    character = match[1]
    if character in "\r\n":
        return problem.start, "The IRI that begins here does not end on its line", "Close it with >"
    place = max(problem.text.find(character, problem.start, problem.end), problem.start)
    if character == " ":
        return place, "An IRI cannot hold a space", "Close the IRI with > before it, or write the space as %20"
    encoded = "".join(f"%{byte:02X}" for byte in character.encode())
    return place, f"An IRI cannot hold {character}", f"Write it as {encoded}"


def _relative_iri(problem: _Problem, _match: re.Match[str]) -> _Finding:
    message = f"The IRI {problem.found} is relative, and there is no base"
    return problem.start, message, "Write the whole IRI, or a prefix and a name"


def _misplaced(expected: str) -> Callable[[_Problem, re.Match[str]], _Finding]:
    def rule(problem: _Problem, _match: re.Match[str]) -> _Finding:
        return problem.start, f"Expected {expected}, found {problem.found}", _misplaced_hint(problem)

    return rule


def _misplaced_hint(problem: _Problem) -> str | None:
    found, bracket = problem.found, problem.open_bracket()
    if problem.follows_text():
        return _QUOTATION
    if found == "." and any(token.text.lower() in {"prefix", "base"} for token in problem.before[-3:]):
        return "PREFIX and BASE end without a dot; only @prefix and @base have one"
    if found == "." and bracket and bracket.text == "(":
        return f'Close the "(" of line {problem.lines.line(bracket.start)} with ")"'
    return next((hint for pattern, hint in _MISPLACED if pattern.match(found)), None)


def _unclosed_list(problem: _Problem, _match: re.Match[str]) -> _Finding:
    bracket = problem.open_bracket()
    opened = f" (the [ of line {problem.lines.line(bracket.start)} is open)" if bracket else ""
    hint = 'Close the list with "]", or write ";" before the next predicate'
    return problem.start, f'Expected "]" or ";", found {problem.found}{opened}', hint


def _name_character(problem: _Problem, match: re.Match[str]) -> _Finding:
    character = match[1]
    if character == "\ufeff":
        return (
            problem.start,
            "A byte order mark (U+FEFF) stands here",
            "Save the file as UTF-8 without BOM; kg fmt removes one at the beginning",
        )
    hint = f"In a name after a prefix it is written \\{character} , or write the whole IRI between < and >"
    shown = character if character.isprintable() else f"The character U+{ord(character):04X}"
    return problem.start, f"{shown} cannot stand here", hint if character in "_~.-!$&'()*+,;=/?#@%" else None


def _words(message: str, hint: str) -> Callable[[_Problem, re.Match[str]], _Finding]:
    return lambda problem, _match: (problem.start, message.format(found=problem.found), hint)


_ESCAPES = "A backslash is written \\\\ ; the others are \\t \\n \\r \\b \\f \\\" \\' and \\u with four digits 0-9 A-F"
_RULES: tuple[tuple[re.Pattern[str], Callable[[_Problem, re.Match[str]], _Finding]], ...] = tuple(
    (re.compile(pattern), rule)
    for pattern, rule in (
        (r"The prefix (.*): has not been declared", _undeclared_prefix),
        (r"A dot is expected at the end of statements", _missing_dot),
        (r"Unexpected end$", _end_of_document),
        (r"Unexpected end of file|Line jumps are not allowed", _unclosed),
        (r"Invalid IRI code point '([\s\S])'", _iri_character),
        (r"No scheme found", _relative_iri),
        (r"(\ufeff) is not a valid subject", _name_character),
        (r"[\s\S]* is not a valid subject", _misplaced('a subject (an IRI, a name, "[" or "(")')),
        (r"[\s\S]* is not a valid predicate", _misplaced('a predicate (an IRI, a name or "a")')),
        (r"[\s\S]* is not a valid RDF object", _misplaced("a value (an IRI, a name, a text or a number)")),
        (r"blank node property lists should end", _unclosed_list),
        (r"'([\s\S])' is not allowed at the beginning of a prefix name", _name_character),
        (r"(?:The given language|A subtag|A language)", _words("The language tag is not valid", "Write it as in @sv")),
        (r"Unexpected escape character|The escape sequence", _words("The escape {found} is not valid", _ESCAPES)),
        (r"escapes in IRIs", _words("A % stands before two digits 0-9 A-F", "A percent sign itself is written %25")),
        (r"The PREFIX", _words("The prefix line is not complete", "Write it as @prefix name: <IRI> .")),
        (r"The BASE", _words("The base line is not complete", "Write it as @base <IRI> .")),
    )
)
