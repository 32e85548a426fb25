"""Errors as RFC 9457 problem documents: one table from error class to status, in two languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kg import errors
from kg.errors import KgError

__all__ = ["PROBLEMS", "TYPE_BASE", "Problem", "document", "headers_of", "problem_of"]

TYPE_BASE = "https://w3id.org/governance-kg/problem/"


@dataclass(frozen=True, slots=True)
class Problem:
    """What a class of errors is over HTTP; `is_public` says whether its message may be shown to the caller."""

    status: int
    slug: str
    titles: Mapping[str, str]
    is_public: bool = True


def _row(status: int, slug: str, sv: str, en: str, *, is_public: bool = True) -> Problem:
    return Problem(status, slug, {"sv": sv, "en": en}, is_public)


_INTERNAL = _row(500, "internal", "Ett fel på vår sida", "An error on our side", is_public=False)

PROBLEMS: Mapping[type[KgError], Problem] = {
    errors.RequestError: _row(400, "bad-request", "Begäran går inte att förstå", "The request cannot be understood"),
    errors.QuerySyntaxError: _row(400, "query-syntax", "Frågan är inte giltig SPARQL", "The query is not valid SPARQL"),
    errors.UnknownGraph: _row(400, "unknown-graph", "Grafen finns inte", "There is no such graph"),
    errors.Unauthorized: _row(401, "unauthorized", "Bara för den som förvaltar servern", "For administrators only"),
    errors.UpdateRefused: _row(403, "update-refused", "Här går det bara att läsa", "This is for reading only"),
    errors.NotFound: _row(404, "not-found", "Sidan finns inte", "There is no such page"),
    errors.GraphNotFound: _row(404, "no-such-graph", "Grafen finns inte", "There is no such graph"),
    errors.MethodNotAllowed: _row(405, "method-not-allowed", "Metoden stöds inte här", "Not with this method"),
    errors.NotAcceptable: _row(406, "not-acceptable", "Formatet finns inte", "Not in this format"),
    errors.QueryTooLarge: _row(413, "query-too-large", "Frågan är för stor", "The query is too large"),
    errors.UnsupportedMediaType: _row(415, "unsupported-media-type", "Innehållet läses inte", "Content of unread type"),
    errors.RefusedFeature: _row(422, "refused-feature", "Den funktionen finns inte här", "A feature not offered here"),
    errors.ClientBusy: _row(429, "client-busy", "För många frågor på en gång", "Too many queries at a time"),
    errors.LimitError: _row(503, "limit", "En gräns är nådd", "A limit is reached"),
    errors.Overloaded: _row(503, "overloaded", "Fullt just nu", "Full right now"),
    errors.Cancelled: _row(503, "cancelled", "Frågan stoppades", "The query was stopped"),
    errors.DeadlineExceeded: _row(504, "deadline-exceeded", "Frågan tog för lång tid", "The query took too long"),
    errors.MemoryExceeded: _row(507, "memory-exceeded", "Frågan krävde för mycket minne", "Too much memory needed"),
    errors.ResultTooLarge: _row(507, "result-too-large", "Svaret är för stort", "The answer is too large"),
    errors.SourceError: _INTERNAL,
    errors.EngineError: _row(500, "engine", "Frågemotorn klarade inte frågan", "The engine failed on the query"),
    errors.EngineUnavailable: _row(503, "engine-unavailable", "Frågemotorn svarar inte", "The engine does not answer"),
    errors.IntegrityError: _INTERNAL,
    errors.ConfigurationError: _INTERNAL,
    KgError: _INTERNAL,
}

_ADVICE: Mapping[str, Mapping[str, str]] = {
    "query-syntax": {
        "sv": "Felet finns på rad {line}, kolumn {column}.",
        "en": "The error is in line {line}, column {column}.",
    },
    "update-refused": {
        "sv": "Grafen ändras bara när en ny utgåva publiceras.",
        "en": "The graph changes only when a new release is published.",
    },
    "deadline-exceeded": {
        "sv": "Fråga efter mindre: lägg till LIMIT, eller ett villkor som knyter ihop mönstren.",
        "en": "Ask for less: add LIMIT, or a condition that ties the patterns together.",
    },
    "memory-exceeded": {
        "sv": "Fråga efter mindre: lägg till LIMIT, eller sortera och gruppera färre rader.",
        "en": "Ask for less: add LIMIT, or sort and group fewer rows.",
    },
    "engine-unavailable": {"sv": "Försök igen om en stund.", "en": "Try again in a moment."},
    "overloaded": {"sv": "Försök igen om {retry_after} s.", "en": "Try again in {retry_after} s."},
    "client-busy": {"sv": "Försök igen om {retry_after} s.", "en": "Try again in {retry_after} s."},
    "not-acceptable": {"sv": "Det som finns: {available}.", "en": "What there is: {available}."},
    "not-found": {"sv": "Börja från startsidan.", "en": "Start from the home page."},
    "internal": {"sv": "Försök igen senare.", "en": "Try again later."},
}
_FACTS = ("line", "column", "available", "allowed", "retry_after")


def problem_of(error: KgError) -> Problem:
    """The row of the error's class, or of the nearest class above it."""
    return next(PROBLEMS[kind] for kind in type(error).__mro__ if kind in PROBLEMS)


def document(error: KgError, language: str) -> dict[str, Any]:
    """The members of the problem document (RFC 9457 §3): the standard ones, `hint`, and the facts of the error."""
    problem = problem_of(error)
    facts = {name: value for name in _FACTS if (value := getattr(error, name, None)) is not None}
    shown = {name: ", ".join(value) if isinstance(value, tuple) else value for name, value in facts.items()}
    template = _ADVICE.get(problem.slug, {}).get(language)
    advice = None
    if template is not None and ("{line}" not in template or "line" in facts):
        advice = template.format(**shown)
    members: dict[str, Any] = {
        "type": TYPE_BASE + problem.slug,
        "title": problem.titles[language],
        "status": problem.status,
        "detail": error.message if problem.is_public else None,
        "hint": error.hint if problem.is_public else None,
        "advice": advice,
    }
    return {name: value for name, value in {**members, **facts}.items() if value is not None}


def headers_of(error: KgError) -> dict[str, str]:
    """Headers that the status asks for: Retry-After, Allow, WWW-Authenticate (RFC 9110 §10.2.3, §15.5.6, §15.5.2)."""
    if isinstance(error, errors.Overloaded | errors.ClientBusy | errors.EngineUnavailable):
        return {"Retry-After": str(error.retry_after)}
    if isinstance(error, errors.MethodNotAllowed):
        return {"Allow": ", ".join(error.allowed)}
    if isinstance(error, errors.Unauthorized):
        return {"WWW-Authenticate": "Bearer"}
    return {}
