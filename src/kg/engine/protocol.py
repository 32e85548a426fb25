"""What the web half needs of an engine, embedded or remote: a service that answers queries, and its streamed answers.

`kg.engine.workers.WorkerPool` is one, `kg.engine.remote.RemoteEngine` another; `kg.engine.choice` takes one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from kg.query import Dataset, ParsedQuery
from kg.settings import Settings

if TYPE_CHECKING:
    from kg.engine.workers import PoolStatus, Running

__all__ = ["Evaluator", "QueryService", "StreamedAnswer"]


class StreamedAnswer(Protocol):
    """An answer on its way: `head` is its first piece, and all of it if `is_whole`.

    Whoever asked must `close` it. `waited` and `ran` are the seconds before its evaluation began, and from there to
    the head; `deadline` is in the time of the loop.
    """

    number: int
    head: bytes
    is_whole: bool
    deadline: float
    waited: float
    ran: float

    @property
    def is_zipped(self) -> bool:
        """Whether the pieces are gzip; known when the head is here."""

    @property
    def rows(self) -> int | None:
        """How many solutions or triples it has; known when it is whole, and the format shows it."""

    def pieces(self) -> AsyncIterator[bytes]:
        """All pieces, the `head` first.

        Raises:
            KgError: there is no whole answer; what was read so far is none.
        """

    def close(self) -> None:
        """It is wanted no longer."""

    def cancel(self) -> None:
        """An administrator wants it stopped."""


class QueryService(Protocol):
    """Answers queries over one release, each under a deadline, with a bounded queue that is fair among clients."""

    settings: Settings

    @property
    def status(self) -> PoolStatus:
        """How it is."""

    @property
    def running(self) -> Mapping[int, Running]:
        """The queries that run now, by number."""

    async def start(self) -> None:
        """Return when queries can be answered.

        Raises:
            EngineError: they cannot.
        """

    async def close(self) -> None:
        """Stop all queries, and return when nothing of this is left."""

    async def answer(  # noqa: PLR0913 - what may be asked, by name
        self,
        query: ParsedQuery,
        *,
        format: str,
        client: str,
        dataset: Dataset | None = None,
        rows: int = 0,
        seconds: float | None = None,
        zipped: bool = False,
    ) -> StreamedAnswer:
        """The answer, when its first piece (64 kB, or less after 250 ms) or its end is here.

        `format` is the name of a `kg.negotiation.Format`, or `kg.engine.oxigraph.ROWS` with at most `rows` rows.
        `seconds` may only shorten the deadline; `zipped` allows gzip.

        Raises:
            KgError: there is none.
        """

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Have something done in the background; `close` waits for it."""


class Evaluator(Protocol):
    """What `kg.engine.answer.Answer` needs of whoever evaluates its query."""

    is_zipped: bool
    rows: int | None

    def ask(self, question: Mapping[str, Any]) -> None:
        """Begin; the answer is read with `read`."""

    async def read(self) -> tuple[bytes, bool]:
        """The next piece of the answer, and whether it is the last.

        Raises:
            KgError: there is no whole answer.
        """

    async def kill(self) -> None:
        """Stop, and return when nothing is left of it; whoever reads gets an error."""
