"""What follows the pattern of a query: what GROUP BY, the aggregates and HAVING use, and what an order leaves."""

from __future__ import annotations

from kg.sparql_lexer import Kind, Token

__all__ = ["group_keys", "looked_into", "without_order"]


def group_keys(words: list[Token]) -> tuple[str, ...]:
    """The variables of a GROUP BY that has nothing but variables."""
    having = next((place for place, word in enumerate(words) if word.is_word("HAVING")), len(words))
    keys = words[2:having]
    plain = bool(keys) and words[0].is_word("GROUP") and all(word.kind is Kind.VARIABLE for word in keys)
    return tuple(word.text[1:] for word in keys) if plain else ()


def looked_into(words: list[Token]) -> set[str]:
    """The variables that stand in parentheses other than those of COUNT."""
    found, depth = set[str](), 0
    for place, token in enumerate(words):
        if token.kind is Kind.SIGN:
            depth += (token.text == "(") - (token.text == ")")
        before = [word for word in words[max(0, place - 3) : place] if not word.is_word("DISTINCT")][-2:]
        is_counted = len(before) == 2 and before[0].is_word("COUNT") and before[1].text == "("
        if token.kind is Kind.VARIABLE and depth and not is_counted:
            found.add(token.text[1:])
    return found


def without_order(words: list[Token]) -> list[Token]:
    """What stands before ORDER BY: without LIMIT and OFFSET, the order is no matter of which solutions there are."""
    return words[: next((place for place, word in enumerate(words) if word.is_word("ORDER")), len(words))]
