"""What was probably meant: the nearest keyword or prefix to a misspelt one, and the query mended with it.

Closeness is that of `difflib`. Of single slips in the words of our saved queries (a letter left out, added, changed, or
swapped with the next) it mends 97 %, as it chooses among the words that may stand at the place.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher, get_close_matches
from operator import ne

from kg.errors import QuerySyntaxError
from kg.sparql_lexer import Kind, Token, index_of, tokens
from kg.sparql_words import expected_starts, expected_words, is_known

__all__ = [
    "DID_YOU_MEAN",
    "LONGEST",
    "mended",
    "misspelt_prefix",
    "misspelt_start",
    "misspelt_word",
    "nearest_name",
    "nearest_word",
    "undeclared_hint",
]

DID_YOU_MEAN = "did you mean {}?"
LONGEST = 4096
"""Characters of a mended query that is offered as a link."""
_MEANT = re.compile(re.escape(DID_YOU_MEAN).replace(r"\{\}", r"(\S+)"))
_LINE = re.compile(r"add the line: (PREFIX .+)")
_CUTOFFS = {1: 1.0, 2: 0.5, 3: 0.66}
_LONGER = 0.75
_ALIKE = 0.6
_SHORT = 5
_SLIPS = 2
_NUMBERS = re.compile(r"\d+")
_ALIASES = {"dct": "dcterms", "sdo": "schema", "xs": "xsd"}


def nearest_word(word: str, expected: Collection[str]) -> str | None:
    """The closest of the words that are expected, case aside, if one is close enough to be meant.

    One slip is half of a word of two letters and a third of one of three, so that less is asked of them.
    """
    longest = max(1, len(word) // 4)
    spelt = {other.lower(): other for other in sorted(expected) if abs(len(other) - len(word)) <= longest}
    found = get_close_matches(word.lower(), spelt, n=1, cutoff=_CUTOFFS.get(len(word), _LONGER))
    return spelt[found[0]] if found else None


def nearest_name(name: str, names: Collection[str]) -> str | None:
    """The closest of `names`, case aside, that differs by a slip: a letter or two, or the order of letters.

    Any name may stand at the place of a name, so that more is asked of it than of a word; and a number in it is no
    matter of spelling. Of two that differ in case alone it is the one that begins as `name` does.
    """
    likely = sorted(_alike(name, names), key=lambda other: (other[:1].isupper() == name[:1].isupper(), other))
    spelt = {other.lower(): other for other in likely}
    found = get_close_matches(name.lower(), spelt, n=3, cutoff=_ALIKE)
    return next((spelt[other] for other in found if _is_slip(name.lower(), other)), None)


def _alike(name: str, names: Iterable[str]) -> Iterator[str]:
    """Those of `names` that two slips could make of it: its numbers are theirs, and of its five parts three or more.

    Comparing 200,000 names letter by letter would take seconds; this takes a tenth of one.
    """
    lower = name.lower()
    numbers = _NUMBERS.findall(lower)
    part = max(1, len(lower) // 5)
    parts = [lower[start : start + part] for start in range(0, 5 * part, part)]
    for other in names:
        if abs(len(other) - len(lower)) <= _SLIPS:
            low = other.lower()
            kept = (parts[0] in low) + (parts[1] in low) + (parts[2] in low) + (parts[3] in low) + (parts[4] in low)
            if kept >= 3 and _NUMBERS.findall(low) == numbers:
                yield other


def _is_slip(one: str, other: str) -> bool:
    """Whether two letters are swapped, one is wrong, or two are in a longer name; few slip at the first letter."""
    if sorted(one) == sorted(other) and sum(map(ne, one, other)) <= _SLIPS:
        return True
    parts = SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
    changed = sum(max(end - start, end2 - start2) for tag, start, end, start2, end2 in parts if tag != "equal")
    return changed <= 1 or (changed <= _SLIPS and min(len(one), len(other)) > _SHORT and one[0] == other[0])


def misspelt_start(found: Sequence[Token], index: int) -> str | None:
    """The keyword that is meant by a word where the query should begin."""
    token = found[index]
    if token.kind is not Kind.WORD or is_known(token.text):
        return None
    return nearest_word(token.text, expected_starts(found, index))


def misspelt_word(found: Sequence[Token], index: int) -> tuple[Token, str] | None:
    """The misspelt word at a syntax error, or just before it, and what is meant by it."""
    for at in (index, index - 1):
        token = found[at] if at >= 0 else None
        if token is not None and token.kind is Kind.WORD and not is_known(token.text):
            meant = nearest_word(token.text, expected_words(found, at))
            if meant is not None:
                return token, meant
    return None


def misspelt_prefix(prefix: str, declared: Collection[str], house: Collection[str]) -> str | None:
    """The prefix that is meant by one that nobody declared: one of the query if there is one, else of the house."""
    for names in (declared, house):
        meant = _ALIASES[prefix] if _ALIASES.get(prefix) in names else nearest_name(prefix, names)
        if meant is not None:
            return meant
    return None


def undeclared_hint(prefix: str, declared: Collection[str], house: Mapping[str, str]) -> str:
    """What to do about a prefix that is not declared."""
    if prefix in house:
        return f"add the line: PREFIX {prefix}: <{house[prefix]}>"
    meant = misspelt_prefix(prefix, declared, house)
    if meant is None:
        return f"add a line: PREFIX {prefix}: <…>"
    asked = DID_YOU_MEAN.format(f"{meant}:")
    if meant in declared:
        return f"{asked} If not, add a line: PREFIX {prefix}: <…>"
    return f"{asked} Then add the line: PREFIX {meant}: <{house[meant]}>"


def mended(text: str, error: QuerySyntaxError) -> str | None:
    """The query with what the hint of the error proposes: another word or prefix, a PREFIX line, or both.

    A word is replaced only in a query of at most `LONGEST` characters.
    """
    hint = error.hint or ""
    meant, line = _MEANT.search(hint), _LINE.search(hint)
    if meant is not None and len(text) <= LONGEST and error.line is not None and error.column is not None:
        text = _replaced(text, index_of(text, error.line, error.column), meant[1])
    elif meant is not None or line is None:
        return None
    return f"{line[1]}\n{text}" if line is not None else text


def _replaced(text: str, at: int, meant: str) -> str:
    """`text` with the terminal at `at` replaced; if a prefix is `meant`, the prefix of that terminal everywhere."""
    found = tuple(tokens(text))
    wrong = next(token.text for token in found if token.start == at)
    is_prefix = meant.endswith(":")
    if is_prefix:
        wrong = wrong.partition(":")[0] + ":"
    pieces, end = [], 0
    for token in found:
        if token.start == at or (is_prefix and token.kind is Kind.PREFIXED and token.text.startswith(wrong)):
            pieces += [text[end : token.start], meant]
            end = token.start + len(wrong)
    return "".join((*pieces, text[end:]))
