"""Load by wrk (Debian package `wrk`): connections that send one query after the other as fast as they are answered.

One thread of wrk is enough for more than any server here can do on two cores, and it walks one list, so that no text is
sent twice before the list is at its end.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.parse import quote, urlsplit

from record import Absent, Row

__all__ = ["Load", "accept", "load_rows", "request_url", "run_load"]

_GRAPH = re.compile(r"\b(?:CONSTRUCT|DESCRIBE)\b")
_SCRIPT = """
-- args: file (a path and an Accept header in turn), host
local thread

function setup(only)
   thread = only
end

function init(args)
   file, rounds = args[1], 0
   host = " HTTP/1.1\\r\\nHost: " .. args[2] .. "\\r\\nAccept: "
   lines = io.lines(file)
end

function request()
   local path = lines()
   if path == nil then
      rounds = rounds + 1
      lines = io.lines(file)
      path = lines()
   end
   return "GET " .. path .. host .. lines() .. "\\r\\n\\r\\n"
end

function done(summary, latency, requests)
   local e = summary.errors
   io.write(string.format('\\nFIGURES {"requests": %d, "microseconds": %d, "p50": %f, "p99": %f, "rounds": %d, ' ..
      '"status": %d, "socket": %d, "timeout": %d}\\n', summary.requests, summary.duration, latency:percentile(50),
      latency:percentile(99), thread:get("rounds"), e.status, e.connect + e.read + e.write, e.timeout))
end
"""


@dataclass(frozen=True, slots=True)
class Load:
    """What a load gave: good answers a second, milliseconds at the 50th and the 99th percentile, requests that failed.

    `errors` counts status 400 and up, broken connections, and what took longer than 10 s. `repeated` says that the list
    of queries came to its end and began again.
    """

    rate: float
    p50: float
    p99: float
    requests: int
    errors: int
    repeated: bool


def accept(query: str) -> str:
    """The media type to ask for: that of a graph for CONSTRUCT and DESCRIBE, else that of solutions."""
    return "application/n-triples" if _GRAPH.search(query) else "application/sparql-results+json"


def request_url(endpoint: str, query: str) -> str:
    """A query as SPARQL 1.1 Protocol §2.1.1 sends it with GET."""
    return f"{endpoint}{'&' if '?' in endpoint else '?'}query={quote(query, safe='')}"


def run_load(endpoint: str, queries: Iterable[str], *, connections: int, seconds: float) -> Load:
    """Sends the queries in turn over `connections` connections, and from the first again when they are at an end.

    Raises:
        Absent: wrk is not installed.
        RuntimeError: it cannot connect.
    """
    wrk = shutil.which("wrk")
    if wrk is None:
        raise Absent("wrk is not installed")
    url = urlsplit(endpoint)
    place = endpoint.removeprefix(f"{url.scheme}://{url.netloc}")
    with tempfile.TemporaryDirectory() as folder:
        script, requests = Path(folder) / "load.lua", Path(folder) / "requests.txt"
        script.write_text(_SCRIPT, encoding="utf-8")
        with requests.open("w", encoding="ascii") as stream:
            stream.writelines(f"{request_url(place, query)}\n{accept(query)}\n" for query in queries)
        options = ["-t", "1", "-c", str(connections), "-d", f"{max(1, round(seconds))}s", "--timeout", "10s"]
        command = [wrk, *options, "-s", str(script), endpoint, "--", str(requests), url.netloc]
        ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=seconds + 60)
    if ended.returncode:
        raise RuntimeError(f"wrk: {ended.stdout}{ended.stderr}")
    return _load(json.loads(ended.stdout.rpartition("FIGURES ")[2]))


def load_rows(who: str, loads: Sequence[Load], part: str = "", case: str = "") -> list[Row]:
    """The figures of one server: errors of all rounds, and medians."""

    def middle(name: str) -> float:
        return round(median(getattr(load, name) for load in loads), 3)

    return [
        Row(who, "errors", sum(load.errors for load in loads), "", part, case),
        Row(who, "answers/s", round(middle("rate"), 1), "1/s", part, case),
        Row(who, "p50", middle("p50"), "ms", part, case),
        Row(who, "p99", middle("p99"), "ms", part, case),
    ]


def _load(found: dict[str, float]) -> Load:
    errors = int(found["status"] + found["socket"] + found["timeout"])
    rate = (found["requests"] - found["status"]) / (found["microseconds"] / 1e6)
    return Load(rate, found["p50"] / 1000, found["p99"] / 1000, int(found["requests"]), errors, found["rounds"] > 0)
