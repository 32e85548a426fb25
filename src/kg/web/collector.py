"""What `/metrics` shows, read from where it is kept anyway; only here is prometheus_client imported.

Nothing is counted twice and nothing is added to a request: the counts are those of the journal, the pool and the cache
at the moment in which they are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from kg.engine.pool import Pool
from kg.release import Release
from kg.web.cache import AnswerCache
from kg.web.journal import BOUNDS, Journal

__all__ = ["ServiceCollector", "write_metrics"]


class ServiceCollector(Collector):
    """The metrics of one release while it is served; `switches` counts the changes of release that led to it."""

    def __init__(self, release: Release, pool: Pool, cache: AnswerCache, journal: Journal, *, switches: int) -> None:
        self._release = release
        self._pool = pool
        self._cache = cache
        self._journal = journal
        self._switches = switches

    def collect(self) -> Iterator[Metric]:
        """All metric families, each with its help."""
        yield from self._requests()
        yield from self._workers()
        yield from self._answers()
        yield from self._served()

    def _requests(self) -> Iterator[Metric]:
        journal = self._journal
        requests = CounterMetricFamily(
            "kg_requests",
            "Requests that have ended; status 0: the client went before the response began",
            labels=["path", "method", "status", "cache"],
        )
        for (path, method, status, cache), count in journal.requests.items():
            requests.add_metric([path, method, str(status), cache], count)
        yield requests
        seconds = HistogramMetricFamily(
            "kg_request_duration_seconds", "From the head of a request to the end of its response", labels=["path"]
        )
        names = [*(str(bound) for bound in BOUNDS), "+Inf"]
        for path, classes in journal.classes.items():
            buckets = list(zip(names, accumulate(classes), strict=True))
            seconds.add_metric([path], buckets, journal.seconds[path])
        yield seconds
        sent = CounterMetricFamily("kg_response_bytes", "Bytes of response bodies", labels=["path"])
        for path, count in journal.bytes.items():
            sent.add_metric([path], count)
        yield sent
        yield CounterMetricFamily(
            "kg_broken_answers", "Answers that failed after their first byte, so that the connection was broken",
            value=journal.broken,
        )  # fmt: skip

    def _workers(self) -> Iterator[Metric]:
        status = self._pool.status
        yield _gauge("kg_workers_wanted", "Query workers that there should be", status.wanted)
        yield _gauge("kg_workers", "Query workers that live", status.workers)
        yield _gauge("kg_queries_running", "Queries that run", status.running)
        yield _gauge("kg_queries_waiting", "Queries that wait for a worker", status.waiting)
        yield _gauge("kg_queue_size", "Queries that may wait", self._pool.settings.queue)
        yield CounterMetricFamily(
            "kg_workers_replaced", "Query workers of this release that had to be replaced", value=status.replaced
        )
        yield _gauge("kg_workers_in_trouble", "1 if the latest worker could not be started", status.trouble is not None)

    def _answers(self) -> Iterator[Metric]:
        yield _gauge("kg_cache_bytes", "Bytes of encoded answers that are kept", self._cache.used)
        yield _gauge(
            "kg_cache_size_bytes", "Bytes of encoded answers that may be kept", self._pool.settings.cache << 20
        )
        yield _gauge("kg_cache_answers", "Encoded answers that are kept", len(self._cache))

    def _served(self) -> Iterator[Metric]:
        manifest = self._release.manifest
        facts = {"version": manifest.version, "as_of": manifest.as_of, "tool": manifest.tool}
        yield InfoMetricFamily("kg_release", "The release that is served", value=facts)
        yield _gauge("kg_release_triples", "Triples of the release", manifest.counts.get("triples", 0))
        yield _gauge("kg_release_in_memory", "1 if the release is held in memory", self._pool.status.in_memory)
        yield CounterMetricFamily(
            "kg_release_switches", "Changes of release since the web process began", value=self._switches
        )


def write_metrics(collector: ServiceCollector, accept: str) -> tuple[bytes, str]:
    """The metrics of the service and of its web process (memory, processor time, open files), and their media type.

    OpenMetrics where `Accept` asks for it, else the text format of Prometheus.
    """
    registry = CollectorRegistry()
    registry.register(collector)
    ProcessCollector(registry=registry)
    encode, content_type = choose_encoder(accept)
    return encode(registry), content_type


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=float(value))
