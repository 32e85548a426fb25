"""What follows the pattern of a query: what GROUP BY, the aggregates and HAVING use, and what an order leaves."""

from __future__ import annotations

from itertools import pairwise

from kg.sparql_lexer import Kind, Token

__all__ = ["group_keys", "is_plain", "looked_into", "without_order"]


def group_keys(words: list[Token]) -> tuple[str, ...]:
    """The variables of a GROUP BY that has nothing but variables."""
    having = next((place for place, word in enumerate(words) if word.is_word("HAVING")), len(words))
    keys = words[2:having]
    plain = bool(keys) and words[0].is_word("GROUP") and all(word.kind is Kind.VARIABLE for word in keys)
    return tuple(word.text[1:] for word in keys) if plain else ()


def is_plain(words: list[Token]) -> bool:
    """Whether the words ask about no patterns, and about no variables but those that they name."""
    is_distinct_all = any(one.is_word("DISTINCT") and other.text == "*" for one, other in pairwise(words))
    return not is_distinct_all and not any(word.is_word("EXISTS") for word in words)


def looked_into(words: list[Token]) -> set[str]:
    """The variables that stand in parentheses other than those of COUNT."""
    found, depth = set[str](), 0
    for place, token in enumerate(words):
        if token.kind is Kind.SIGN:
            depth += (token.text == "(") - (token.text == ")")
        before = [word for word in words[max(0, place - 3) : place] if not word.is_word("DISTINCT")][-2:]
        is_counted = len(before) == 2 and before[0].is_word("COUNT") and before[1].text == "("
        is_counted = is_counted and words[place + 1].text == ")"  # what is counted may be made of it: COUNT(?x + 1)
        if token.kind is Kind.VARIABLE and depth and not is_counted:
            found.add(token.text[1:])
    return found


def without_order(words: list[Token]) -> list[Token]:
    """What stands before ORDER BY: without LIMIT and OFFSET, the order is no matter of which solutions there are."""
    return words[: next((place for place, word in enumerate(words) if word.is_word("ORDER")), len(words))]
