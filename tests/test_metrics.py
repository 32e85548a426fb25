"""`/metrics` of a served release: the numbers are true, and the documentation has each of them."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from kg.release import Release
from serving import CARTESIAN, make_release, served, wait_until, workers_of

ENDLESS = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
OPERATIONS = Path(__file__).parents[1] / "docs" / "operations.md"
Sample = tuple[str, Mapping[str, str]]


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return make_release(tmp_path_factory.mktemp("metrics"), extra=2000)


@pytest.fixture
def server(release: Release) -> Iterator[tuple[str, int]]:
    settings = {"workers": 2, "image": 0, "deadline": 20.0, "result_bytes": 1 << 20}
    with served(release, **settings) as (url, process):
        wait_for(url, "kg_workers", 2)
        yield url, process.pid


def read(url: str, name: str, **labels: str) -> float:
    """The sum of the samples of that name which have the labels."""
    text = httpx.get(url + "/metrics").text
    return sum(
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    )


def wait_for(url: str, name: str, value: float, **labels: str) -> None:
    comes = wait_until(lambda: read(url, name, **labels) == value)
    assert comes, f"{name} is {read(url, name, **labels)}, not {value}"


def test_counts_add_up(server: tuple[str, int], release: Release) -> None:
    url, _ = server
    sent = 0
    with httpx.Client(base_url=url) as client:
        for text in ("ASK {}", "SELECT * { ?s ?p ?o } LIMIT 3", "nonsense", "ASK {}") * 4:
            response = client.get("/sparql", params={"query": text}, headers={"Accept-Encoding": "identity"})
            sent += len(response.content)
        tag = client.get("/sparql", params={"query": "ASK {}"}).headers["etag"]
        for _ in range(3):
            again = client.get("/sparql", params={"query": "ASK {}"}, headers={"If-None-Match": tag})
            assert again.status_code == 304
        sent += len(client.get("/sparql", params={"query": "ASK {}"}).content) * 1
    kinds = {("200", "miss"): 3, ("200", "hit"): 11, ("304", "client"): 3, ("400", ""): 4}
    for (status, cache), count in kinds.items():
        found = read(url, "kg_requests_total", path="/sparql", method="GET", status=status, cache=cache)
        assert found == count, (status, cache)
    assert read(url, "kg_requests_total", path="/sparql") == 21
    assert read(url, "kg_request_duration_seconds_count", path="/sparql") == 21
    assert read(url, "kg_request_duration_seconds_bucket", path="/sparql", le="+Inf") == 21
    assert 0 < read(url, "kg_request_duration_seconds_sum", path="/sparql") < 60
    assert read(url, "kg_response_bytes_total", path="/sparql") == sent + len(b'{"head":{},"boolean":true}')
    assert read(url, "kg_cache_answers") == 3
    assert 0 < read(url, "kg_cache_bytes") <= read(url, "kg_cache_size_bytes")
    assert read(url, "kg_release_triples") == release.manifest.counts["triples"]


def test_the_workers_of_the_moment_and_those_that_were_replaced(server: tuple[str, int]) -> None:
    url, pid = server
    assert (read(url, "kg_workers_wanted"), read(url, "kg_workers_replaced_total")) == (2, 0)
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(url + "/sparql", params={"query": CARTESIAN}, timeout=0.2)
    wait_for(url, "kg_workers_replaced_total", 1)
    wait_for(url, "kg_workers", 2)
    assert read(url, "kg_queries_running") == 0
    assert wait_until(lambda: len(workers_of(pid)) == 2), "the one that is killed has gone"
    os.kill(workers_of(pid)[0], signal.SIGKILL)
    wait_for(url, "kg_workers_replaced_total", 2)
    wait_for(url, "kg_workers", 2)
    assert read(url, "kg_workers_in_trouble") == 0


def test_broken_answers_are_counted_apart(server: tuple[str, int]) -> None:
    url, _ = server
    with pytest.raises(httpx.RemoteProtocolError):  # it grows larger than an answer may be
        httpx.get(url + "/sparql", params={"query": ENDLESS}, timeout=20)
    assert read(url, "kg_broken_answers_total") == 1
    wait_for(url, "kg_workers", 2)
    httpx.get(url + "/sparql", params={"query": CARTESIAN, "timeout": "1"}, timeout=20)
    assert read(url, "kg_broken_answers_total") == 1
    assert read(url, "kg_requests_total", path="/sparql", status="504") == 1


def test_a_switch_of_release_is_seen_and_counts_go_on(tmp_path: Path) -> None:
    first, second = make_release(tmp_path / "first"), make_release(tmp_path / "second", extra=10)
    current = tmp_path / "current"
    current.symlink_to(first.path)
    with served(first, workers=1, follow=current) as (url, _):
        httpx.get(url + "/sparql", params={"query": "ASK {}"})
        assert read(url, "kg_release_switches_total") == 0
        other = tmp_path / "other"
        other.symlink_to(second.path)
        other.replace(current)
        wait_for(url, "kg_release_switches_total", 1)
        assert read(url, "kg_release_triples") == second.manifest.counts["triples"]
        assert read(url, "kg_requests_total", path="/sparql") == 1
        assert read(url, "kg_cache_answers") == 0


def test_the_process_and_the_release_are_described(server: tuple[str, int], release: Release) -> None:
    url, _ = server
    assert read(url, "kg_release_info", version=release.version, as_of="2026-11-01") == 1
    assert read(url, "process_resident_memory_bytes") > 1 << 20
    assert read(url, "process_open_fds") > 3
    assert read(url, "process_cpu_seconds_total") > 0


def test_media_types(server: tuple[str, int]) -> None:
    url, _ = server
    plain = httpx.get(url + "/metrics")
    assert plain.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert plain.headers["cache-control"] == "no-store"
    head = httpx.head(url + "/metrics")
    assert (head.status_code, head.content) == (200, b"")
    strict = httpx.get(url + "/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    assert strict.headers["content-type"].startswith("application/openmetrics-text")
    assert strict.text.endswith("# EOF\n")


def test_every_metric_is_documented_with_its_kind_and_meaning(server: tuple[str, int]) -> None:
    text = httpx.get(server[0] + "/metrics").text
    helps = dict(re.findall(r"^# HELP (kg_\w+) (.+)$", text, re.MULTILINE))
    types = dict(re.findall(r"^# TYPE (kg_\w+) (\w+)$", text, re.MULTILINE))
    rows = re.findall(r"^\| `(kg_\w+)`(?: by [^|]+)? \| (\w+) \| (.+) \|$", OPERATIONS.read_text("utf-8"), re.MULTILINE)
    assert len(rows) >= 18
    assert sorted(rows) == sorted((name, types[name], meaning) for name, meaning in helps.items())


def test_the_library_is_imported_when_it_is_first_needed() -> None:
    code = "import sys, kg.web.server; sys.exit('prometheus_client' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
