"""STR and DATATYPE of a variable in an expression, which are answered here and given to Oxigraph as values.

Oxigraph knows the value of a literal: of `"01"^^xsd:integer` it says "1", and of an `xsd:int` that it is an
`xsd:integer`. Asked about are the lexical form and the datatype that are written (SPARQL 1.1 §17.4.2).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from kg.columns.terms import datatype_of
from kg.sparql_lexer import Kind, tokens

__all__ = ["said", "without_accessors"]

_PREFIXES = {"STR": "kgStr_", "DATATYPE": "kgDatatype_"}


@lru_cache(maxsize=1024)
def without_accessors(text: str) -> tuple[str, Mapping[str, tuple[str, str]]]:
    """An expression with a variable in the place of each STR(?x) and DATATYPE(?x): which of the two, and of what."""
    words, pieces, last = list(tokens(text)), list[str](), 0
    found: dict[str, tuple[str, str]] = {}
    for name, opening, variable, closing in zip(words, words[1:], words[2:], words[3:], strict=False):
        is_call = name.is_word(*_PREFIXES) and (opening.text, closing.text) == ("(", ")")
        if is_call and variable.kind is Kind.VARIABLE:
            function, of = name.text.upper(), variable.text[1:]
            found[_PREFIXES[function] + of] = function, of
            pieces += [text[last : name.start], f"?{_PREFIXES[function]}{of}"]
            last = closing.end
    return "".join([*pieces, text[last:]]), found


def said(function: str, text: str) -> str:
    """What STR or DATATYPE says of a term in the text of N-Triples, as VALUES writes it; `UNDEF` for an error."""
    if text[0] == "_" or (text[0] == "<" and function == "DATATYPE"):
        return "UNDEF"
    if function == "DATATYPE":
        return f"<{datatype_of(text)}>"
    return text[: text.rindex('"') + 1] if text[0] == '"' else f'"{text[1:-1]}"'
