"""Generated projects: the same bytes again, flat in memory, conforming, and with answers that are known beforehand."""

import os
import subprocess
import sys
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from types import ModuleType, SimpleNamespace

import pytest
from pyoxigraph import RdfFormat, parse

from kg.build import Build, build_project
from kg.namespaces import FOREIGN, GOV
from kg.project import load_project

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
COUNT, SEED = 10_000, 17


@pytest.fixture(scope="module")
def bench() -> Iterator[SimpleNamespace]:
    """The modules of `benchmarks/`, which are no package."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(BENCHMARKS)
        import generate
        import interlocking
        import planted
        import register
        import violations

        yield SimpleNamespace(
            generate=generate, interlocking=interlocking, planted=planted, register=register, violations=violations
        )


@pytest.fixture(scope="module")
def folder(bench: SimpleNamespace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("generated") / "project"
    bench.generate.write_project(folder, COUNT, SEED)
    return folder


@pytest.fixture(scope="module")
def built(folder: Path) -> Build:
    return build_project(load_project(folder), folder / "build")


def command(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, *map(str, arguments)]
    return subprocess.run(words, env={**os.environ, **environment}, capture_output=True, text=True, check=False)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("form", ["project", "lines"])
def test_same_seed_and_size_give_the_same_bytes(tmp_path: Path, form: str) -> None:
    made = []
    for number, (seed, hash_seed) in enumerate([(1, "1"), (1, "2"), (2, "1")]):
        out = tmp_path / str(number)
        out.mkdir()
        where = ["--project", out / "p", "--violations", 3] if form == "project" else [out / "graph.nt"]
        arguments = [BENCHMARKS / "generate.py", "--triples", 3000, "--seed", seed, *where]
        done = command(*arguments, PYTHONHASHSEED=hash_seed)
        assert done.returncode == 0, done.stderr
        made.append(contents(out))
    assert made[0] == made[1]
    assert made[0].keys() == made[2].keys()
    assert made[0] != made[2]


def test_data_that_is_there_is_not_mixed_with_other(folder: Path) -> None:
    done = command(BENCHMARKS / "generate.py", "--project", folder, "--triples", 100)
    assert done.returncode == 2
    assert "is there already" in done.stderr


def test_memory_is_that_of_the_largest_group(bench: SimpleNamespace) -> None:
    register = bench.register.Register(150_000, SEED)
    register.planted.every = sys.maxsize  # its answers have a bound of their own
    tracemalloc.start()
    largest = max(len(block) for block in register.blocks())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert register.count >= 150_000
    assert largest < 5000
    assert peak < 3 << 20  # all of it would need ten times as much


def test_size_and_files_are_as_asked_for(
    bench: SimpleNamespace, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench.generate, "_FILE", 3000)
    bench.generate.write_project(tmp_path / "parts", COUNT, SEED)
    bench.generate.write_project(tmp_path / "whole", COUNT, SEED, one_file=True)
    parts = [triples(path) for path in sorted((tmp_path / "parts" / "data").glob("part-*.ttl"))]
    assert len(parts) >= 3
    assert all(len(part) >= 3000 for part in parts[:-1])
    [whole] = (tmp_path / "whole" / "data").glob("part-*.ttl")
    assert triples(whole) == [triple for part in parts for triple in part]
    data = [triple for path in (folder / "data").glob("*.ttl") for triple in triples(path)]
    assert len(data) == len(set(data))
    assert COUNT <= len(data) <= 1.1 * COUNT


def triples(path: Path) -> list[tuple[str, str, str]]:
    form = RdfFormat.TURTLE if path.suffix == ".ttl" else RdfFormat.N_TRIPLES
    return [(str(t.subject), str(t.predicate), str(t.object)) for t in parse(path=str(path), format=form)]


def test_generated_project_conforms(built: Build) -> None:
    found = Counter((result.severity, result.code) for result in built.report.results)
    assert built.release is not None, found
    # Some circles, some ends of which nothing is said, some shares that nobody knows; nothing else.
    assert found.keys() <= {("warning", "REL-23"), ("warning", "TIM-39"), ("info", "OWN-31")}
    assert sum(found.values()) < 50


def test_names_are_in_swedish_and_english_and_some_in_the_minority_languages(folder: Path) -> None:
    label = f"<{FOREIGN['skos']}prefLabel>"
    data = [triple for path in (folder / "data").glob("*.ttl") for triple in triples(path)]
    languages = Counter(term.rpartition("@")[2] for _, predicate, term in data if predicate == label)
    assert languages["sv"] == languages["en"] > 200
    assert {"se", "smj", "sma", "fi", "fit"} <= languages.keys()


def test_planted_answers_are_those_of_the_release(bench: SimpleNamespace, folder: Path, built: Build) -> None:
    tallies = {tally.name: tally for tally in bench.planted.compare(folder)}
    assert {name: tally.wrong for name, tally in tallies.items() if tally.wrong} == {}
    assert all(tally.planted == tally.found for tally in tallies.values())
    assert tallies["effective shares"].planted > 300
    assert tallies["circles"].planted >= 1
    assert tallies["seats"].planted > 30
    assert tallies["interlocks"].planted > 60


@pytest.fixture(scope="module")
def crowded(bench: SimpleNamespace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small project with somebody who sits everywhere."""
    folder = tmp_path_factory.mktemp("crowded") / "project"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bench.register, "_CROWDED", 0)
        bench.generate.write_project(folder, COUNT, SEED)
    return folder


def test_planted_interlocks_are_those_of_the_release_whoever_sits_everywhere(
    bench: SimpleNamespace, crowded: Path
) -> None:
    groups = bench.planted.Planted.read(crowded / "planted.json").interlocked
    everywhere = [person for group in groups for person in group.unpaired]
    bodies = [body for group in groups for body in group.bodies]
    paired = {body for group in groups for pair in group.pairs for body in pair[:2]}
    assert len(everywhere) == 1
    assert any(set(members) & set(everywhere) for group in groups for _, _, members, _ in group.pairs)
    assert all(group.bodies[-1] not in paired for group in groups)  # it shares nobody
    build_project(load_project(crowded), crowded / "build")
    [tally] = [tally for tally in bench.planted.compare(crowded) if tally.name == "interlocks"]
    assert tally.wrong == []
    pairs, people = sum(len(group.pairs) for group in groups), sum(len(group.people) for group in groups)
    assert tally.planted == tally.found == 2 * len(bodies) + 3 * pairs + people > 700


def test_people_sit_in_bodies_in_every_way(bench: SimpleNamespace) -> None:
    ways = bench.interlocking.WAYS
    made = [bench.interlocking.Interlocking(Random(number), number) for number in range(100)]
    found = {place.way for one in made for place in one.places}
    assert found == {way for several in ways.values() for way in several}
    assert len(ways) == 11


def changed(bench: SimpleNamespace, folder: Path, tmp_path: Path) -> Path:
    """A project with the same release, of which five answers are planted wrong."""
    answers = bench.planted.Planted.read(folder / "planted.json")
    owner, owned, least, most = answers.ownership[0]
    answers.ownership[0] = (owner, owned, least - 0.00001, most)
    asked = Counter(owned for _, owned, *_ in answers.ownership[1:])
    del answers.ownership[next(place for place, row in enumerate(answers.ownership) if place and asked[row[1]] > 1)]
    answers.circles[0].append("organisation:o0")
    body = answers.seats[0]
    answers.seats[0] = type(body)(body.body, body.total + 1, body.alternates, body.holders)
    one, other, members, relations = answers.interlocked[0].pairs[0]
    answers.interlocked[0].pairs[0] = (one, other, members, relations[1:])
    (tmp_path / "kg.toml").write_bytes((folder / "kg.toml").read_bytes())
    (tmp_path / "build").symlink_to(folder / "build")
    answers.write(tmp_path / "planted.json")
    return tmp_path


def test_wrong_answers_are_found(bench: SimpleNamespace, folder: Path, built: Build, tmp_path: Path) -> None:
    found = changed(bench, folder, tmp_path)
    wrong = {tally.name: len(tally.wrong) for tally in bench.planted.compare(found)}
    assert wrong == {"violations": 0, "effective shares": 2, "circles": 2, "seats": 1, "interlocks": 1}
    done = command(BENCHMARKS / "planted.py", found)
    assert done.returncode == 1
    assert "| circles | 2 | 2 | 2 |" in done.stdout
    assert "organisation:o0" in done.stderr


@pytest.fixture(scope="module")
def faulty(bench: SimpleNamespace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("faulty") / "project"
    bench.generate.write_project(folder, 500, SEED, wrong=len(bench.violations.RECIPES))
    return folder


def test_planted_violations_are_found_and_no_others(bench: SimpleNamespace, faulty: Path) -> None:
    answers = bench.planted.Planted.read(faulty / "planted.json")
    assert len({code for code, _ in answers.violations}) == len(bench.violations.RECIPES) >= 12
    [tally] = bench.planted.compare(faulty)
    assert tally.wrong == []
    assert tally.planted == tally.found == len(answers.violations)
    assert not (faulty / "build" / "current").exists()
    # What is there and not planted, or planted and not there, is wrong.
    code, focus = answers.violations[0]
    answers.violations[0] = (code, f"{focus}-not")
    answers.write(faulty / "planted.json")
    [tally] = bench.planted.compare(faulty)
    assert len(tally.wrong) == 2


def test_lines_are_the_data_and_what_the_build_derives(
    bench: SimpleNamespace, folder: Path, built: Build, tmp_path: Path
) -> None:
    """But for the codelists, of which the lines have the labels only, and for what follows from networks."""
    form, register = bench.generate.NTriples(), bench.register.Register(COUNT, SEED)
    (tmp_path / "graph.nt").write_text(
        "".join([bench.generate.as_of(), *(line for block in register.blocks() for line in form.lines(block))]),
        encoding="utf-8",
    )
    lines = triples(tmp_path / "graph.nt")
    assert len(lines) == len(set(lines))
    assert built.release is not None
    quads = parse(path=str(built.release.path / "dump.nq"), format=RdfFormat.N_QUADS)
    published = {
        (str(quad.subject), str(quad.predicate), str(quad.object))
        for quad in quads
        if "/bench/id/" in quad.subject.value or (quad.subject.value, quad.predicate.value) == (GOV, GOV.asOf)
    }
    names = ("hops", "effectiveShareMin", "effectiveShareMax", "interlockedWith", "unpairedBodies")
    properties, nodes = {f"<{GOV[name]}>" for name in names}, ("component", "effective-ownership", "interlock")
    wanted = {t for t in published if not any(f"/id/{n}/" in t[0] for n in nodes) and t[1] not in properties}
    assert set(lines) - wanted == set()
    assert wanted - set(lines) == set()


def test_codes_of_the_lines_are_labelled_as_in_the_codelists(bench: SimpleNamespace, built: Build) -> None:
    assert built.release is not None
    lines = "".join(bench.generate.NTriples().lines(bench.generate._codes())).splitlines()
    quads = parse(path=str(built.release.path / "dump.nq"), format=RdfFormat.N_QUADS)
    published = {f"{quad.subject} {quad.predicate} {quad.object} ." for quad in quads}
    assert set(lines) <= published
    assert len(lines) == 33


def test_lines_are_as_many_as_asked_for(bench: SimpleNamespace) -> None:
    lines = list(bench.generate.generate(5000, 1))
    assert len(lines) == len(set(lines)) == 5000


def test_modules_of_the_benchmarks_shadow_nothing(bench: SimpleNamespace) -> None:
    modules = [module for module in vars(bench).values() if isinstance(module, ModuleType)]
    assert {Path(str(module.__file__)).parent for module in modules} == {BENCHMARKS}
