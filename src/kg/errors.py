"""The error tree: drawn before the code, complete, without HTTP in it.

Every error that a caller can meet is a `KgError`. Foreign exceptions are translated where the foreign library is
called. Which exit code or HTTP status an error gets is decided in one table at each edge (`cli`, `web.problems`).
"""

from __future__ import annotations

from pathlib import Path

__all__ = [
    "Cancelled",
    "ClientBusy",
    "ConfigurationError",
    "DeadlineExceeded",
    "EngineError",
    "EngineUnavailable",
    "GraphNotFound",
    "IntegrityError",
    "KgError",
    "LimitError",
    "MemoryExceeded",
    "MethodNotAllowed",
    "NotAcceptable",
    "NotFound",
    "Overloaded",
    "QuerySyntaxError",
    "QueryTooLarge",
    "RefusedFeature",
    "RequestError",
    "ResultTooLarge",
    "SourceError",
    "Unauthorized",
    "UnknownGraph",
    "UnsupportedMediaType",
    "UpdateRefused",
]


class KgError(Exception):
    """Root of all errors of this package: a message for people and, where there is one, a hint what to do."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message


class RequestError(KgError):
    """The caller asked for something that cannot be given as asked; the caller can mend it."""


class QuerySyntaxError(RequestError):
    """The query text is not SPARQL 1.1; `line` and `column` count from 1."""

    def __init__(
        self, message: str, *, line: int | None = None, column: int | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.line = line
        self.column = column

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.message}" if self.line else self.message


class RefusedFeature(RequestError):
    """Well-formed, but a feature that this endpoint does not offer (SERVICE)."""


class UpdateRefused(RequestError):
    """A SPARQL Update was sent: the graph changes by release only."""


class NotAcceptable(RequestError):
    """No representation matches the caller's `Accept`; `available` lists what there is."""

    def __init__(self, message: str, *, available: tuple[str, ...], hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.available = available


class UnsupportedMediaType(RequestError):
    """The request body is of a type that is not read here."""


class UnknownGraph(RequestError):
    """The dataset of a query (FROM, `default-graph-uri` …) names a graph that this release does not have."""


class MethodNotAllowed(RequestError):
    """The resource is there but not for this method; `allowed` lists those it has."""

    def __init__(self, message: str, *, allowed: tuple[str, ...], hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.allowed = allowed


class Unauthorized(RequestError):
    """Only for an administrator, and the caller has not shown to be one."""


class NotFound(RequestError):
    """There is nothing of that name."""


class GraphNotFound(NotFound):
    """The release has no graph of that name (SPARQL 1.1 Graph Store HTTP Protocol §5.2)."""


class LimitError(KgError):
    """The request is fine but exceeds a limit; the caller can ask for less."""


class DeadlineExceeded(LimitError):
    """The query was stopped at its deadline."""


class Cancelled(LimitError):
    """An administrator stopped the query."""


class MemoryExceeded(LimitError):
    """The query needed more memory than a query may have."""


class QueryTooLarge(LimitError):
    """The query text is longer or nested deeper than accepted."""


class ResultTooLarge(LimitError):
    """The answer is larger than an answer may be."""


class ClientBusy(LimitError):
    """One client has too many queries waiting; `retry_after` is in seconds."""

    def __init__(self, message: str, *, retry_after: int = 1, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class Overloaded(LimitError):
    """All workers are busy and the queue is full; `retry_after` is in seconds."""

    def __init__(self, message: str, *, retry_after: int = 1, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class SourceError(KgError):
    """One of our files, or a feed, is wrong: `path`, and `line` and `column` counted from 1 where known."""

    def __init__(
        self,
        message: str,
        *,
        path: Path | None = None,
        line: int | None = None,
        column: int | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.path = path
        self.line = line
        self.column = column

    def __str__(self) -> str:
        place = [str(part) for part in (self.path, self.line, self.column) if part is not None]
        return f"{':'.join(place)}: {self.message}" if place else self.message


class EngineError(KgError):
    """The query engine failed in a way that the caller cannot mend."""


class EngineUnavailable(EngineError):
    """The engine elsewhere does not answer, or does not hold the release; `retry_after` is in seconds."""

    def __init__(self, message: str, *, retry_after: int = 1, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class IntegrityError(EngineError):
    """A release on disk is not what its manifest says."""


class ConfigurationError(KgError):
    """A setting, an option or a project file is wrong or missing."""
