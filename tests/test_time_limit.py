"""Nothing that a stranger writes keeps a validation busy for ever: what took too long is named."""

from __future__ import annotations

import signal
import threading
import time
from pathlib import Path

import pytest
from rdflib import Graph

import kg
from commands import kg as command
from kg.errors import ConfigurationError, DeadlineExceeded, EngineError, SourceError
from kg.shapes import value_tests
from kg.shapes.time_limit import OutOfTime, time_limit

HEAD = "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix : <https://e.org/> .\n"
HOSTILE = f':x :p "{"a" * 60}b", "c" .\n'


def files(folder: Path, constraint: str, data: str = HOSTILE) -> tuple[Path, Path]:
    (folder / "data.ttl").write_text(HEAD + data)
    (folder / "shapes.ttl").write_text(
        f"{HEAD}:S sh:targetSubjectsOf :p ;\n  sh:property [ sh:path :p ;\n {constraint} ] ."
    )
    return folder / "data.ttl", folder / "shapes.ttl"


@pytest.mark.parametrize("pattern", ["^(?=a)(a|aa)+$", "^(?!x)(a|a)+$", r"^(a|aa)+\\1x$"])
def test_no_text_takes_a_pattern_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pattern: str) -> None:
    monkeypatch.setattr(value_tests, "_PATIENCE", 0.5)
    data, shapes = files(tmp_path, f'sh:pattern "{pattern}"')
    begun = time.monotonic()
    with pytest.raises(SourceError) as error:
        kg.validate(data, shapes)
    assert time.monotonic() - begun < 120
    assert (error.value.path, error.value.line) == (shapes, 3)
    assert "sh:property of <https://e.org/S> was stopped after 0.5 seconds" in str(error.value)
    assert "sh:PatternConstraintComponent, over the value '\"aaaa" in str(error.value)
    with pytest.raises(EngineError, match="over the value"):
        kg.validate(data, Graph().parse(shapes))


@pytest.mark.parametrize(
    "constraint",
    [
        'sh:node [ sh:pattern "^(?=a)(a+)+$" ]',
        """sh:sparql [ sh:message "x" ; sh:select "SELECT $this { $this ?p ?v . FILTER(REGEX(?v, '^(a+)+$')) }" ]""",
        'sh:pattern "^[a-z]*a*a*a*a*a*a*a*x$"',
    ],
)
def test_hostile_texts_and_many_ways_are_soon_over(tmp_path: Path, constraint: str) -> None:
    data, shapes = files(tmp_path, constraint, f':x :p "{"a" * 20}b", "{"a" * 100_000}", "c" .')
    begun = time.monotonic()
    kg.validate(data, shapes, timeout=60)
    assert time.monotonic() - begun < 120


def test_a_validation_has_a_time_limit_in_python(tmp_path: Path) -> None:
    data, shapes = files(tmp_path, 'sh:pattern "^(?=a)(a+)+$"')
    for seconds in (0.5, 2, 8, 32):
        try:
            kg.validate(data, shapes, engine="pyshacl", timeout=seconds)
        except DeadlineExceeded:  # a busy machine has not read the files yet
            continue
        except EngineError as error:
            assert f"stopped after {seconds} seconds, in the shapes that pySHACL evaluates" in str(error)
            break
    else:
        raise AssertionError("it was not stopped at the shape")
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
    assert signal.getsignal(signal.SIGALRM) == signal.SIG_DFL


def stopped_at_the_shape(data: Path, shapes: Path) -> str:
    """What the command says when its time is over; it gets more of it on a machine too busy to come to the shape."""
    for seconds in (3, 12, 48):
        begun = time.monotonic()
        limit = ("--timeout", str(seconds), "--lang", "en")
        stopped = command("validate", str(data), "--shapes", str(shapes), *limit, cwd=data.parent)
        assert stopped.returncode == 1
        assert time.monotonic() - begun < seconds + 30
        if f"{shapes.name}:3: sh:property of <https://e.org/S> was stopped after {seconds} seconds" in stopped.stderr:
            return stopped.stderr
    raise AssertionError(stopped.stderr)


def test_the_command_stops_and_says_what_it_was_at(tmp_path: Path) -> None:
    data, shapes = files(tmp_path, 'sh:pattern "^(?=a)(a|aa)+$"')
    errors = stopped_at_the_shape(data, shapes)
    assert "or mend the shape or the value" in errors


def test_a_query_of_the_store_that_does_not_end_is_stopped_too(tmp_path: Path) -> None:
    query = "SELECT $this { $this ?p ?v . ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?v + ?c + ?f + ?i < 0) } LIMIT 1"
    data, shapes = files(
        tmp_path, f'sh:sparql [ sh:select "{query}" ]', "".join(f":x{n} :p {n} .\n" for n in range(2000))
    )
    stopped_at_the_shape(data, shapes)


def test_reading_counts(tmp_path: Path) -> None:
    with pytest.raises(DeadlineExceeded, match="while files were read"), time_limit(0.05):
        time.sleep(5)
    data, shapes = files(tmp_path, "sh:minCount 1")
    assert kg.validate(data, shapes, timeout=60).conforms


def test_limits_that_are_none(tmp_path: Path) -> None:
    for seconds in (0, -1, float("nan"), float("inf")):
        with pytest.raises(ConfigurationError, match="is none"), time_limit(seconds):
            pass
    found: list[BaseException] = []

    def elsewhere() -> None:
        try:
            with time_limit(1):
                pass
        except ConfigurationError as error:
            found.append(error)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert "only the main thread" in str(found[0])
    assert not issubclass(OutOfTime, Exception)
