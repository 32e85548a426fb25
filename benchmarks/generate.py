"""Generated governance graphs: a whole project to build, or N-Triples to load; same seed and size, same bytes.

`python benchmarks/generate.py --project DIR --triples 100000 --seed 1` writes a project that conforms, in Turtle, and
`DIR/planted.json`, the answers that are known beforehand; with `--violations 50` so many violations, each by itself.
`python benchmarks/generate.py --triples 100000 --seed 1 OUT.nt` writes the same data as N-Triples, with the shortcuts,
date bounds and general types that the build derives; derived triples count.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path

from forms import HEADER, NTriples, as_of, turtle
from parties import CODES
from planting import Planted
from register import Register
from statements import AS_OF, BASE, Thing, text
from violations import violations

__all__ = ["generate", "write", "write_project"]

_FILE = 250_000
"""Triples of a file of a project."""
_SETTINGS = f"""[project]
name = "bench"
base_iri = "{BASE}"
as_of = {AS_OF.isoformat()}
languages = ["sv", "en"]
licence = "http://creativecommons.org/publicdomain/zero/1.0/"

[project.title]
sv = "Ett påhittat register"
en = "An invented register"
"""


def generate(count: int, seed: int) -> Iterator[str]:
    """`count` different triples, each a line of N-Triples; the last group is cut off."""
    form = NTriples()
    blocks = chain([list(_codes())], Register(count, seed).blocks())
    lines = chain([as_of()], (line for block in blocks for line in form.lines(block)))
    return islice(lines, count)


def write(path: Path, count: int, seed: int) -> None:
    """Writes the graph into a file."""
    with path.open("w", encoding="utf-8", buffering=1 << 20) as stream:
        stream.writelines(generate(count, seed))


def write_project(folder: Path, count: int, seed: int, *, wrong: int = 0, one_file: bool = False) -> Planted:
    """A project of at least `count` triples of data, to the end of a group, and with `wrong` violations; its answers.

    The folder may be there, but have no data in it.
    """
    data = folder / "data"
    data.mkdir(parents=True)
    (folder / "kg.toml").write_text(_SETTINGS, encoding="utf-8")
    register = Register(count, seed)
    blocks = register.blocks()
    # The first block has the sources and the public sector.
    _write_turtle(data / "sources.ttl", next(blocks))
    at_fault = violations(wrong)
    parts = chain(blocks, (list(things) for things, _ in at_fault))
    for number, things in enumerate(_parts(parts, sys.maxsize if one_file else _FILE), start=1):
        _write_turtle(data / f"part-{number:04}.ttl", things)
    register.planted.violations = sorted(found for _, expected in at_fault for found in expected)
    register.planted.write(folder / "planted.json")
    return register.planted


def _parts(blocks: Iterable[list[Thing]], most: int) -> Iterator[Iterator[Thing]]:
    """The blocks of one file after the other; a block is never split."""
    blocks = iter(blocks)
    for first in blocks:
        yield _part(first, blocks, most)


def _part(first: list[Thing], blocks: Iterator[list[Thing]], most: int) -> Iterator[Thing]:
    count = sum(len(pairs) for _, pairs in first)
    yield from first
    while count < most:
        block = next(blocks, None)
        if block is None:
            return
        count += sum(len(pairs) for _, pairs in block)
        yield from block


def _write_turtle(path: Path, things: Iterable[Thing]) -> None:
    with path.open("w", encoding="utf-8", buffering=1 << 20) as stream:
        stream.write(HEADER)
        stream.writelines(map(turtle, things))


def _codes() -> Iterator[Thing]:
    """The codes with their labels, which a project has from the codelists."""
    for code, (swedish, english) in CODES.items():
        yield (
            code,
            [
                ("a", "skos:Concept"),
                ("skos:prefLabel", text(swedish, "sv")),
                ("skos:prefLabel", text(english, "en")),
            ],
        )


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--triples", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--project", type=Path, help="a new folder for a project in Turtle")
    parser.add_argument("--violations", type=int, default=0, help="how many violations the project has")
    parser.add_argument("--one-file", action="store_true", help="all data of the project in one file")
    parser.add_argument("out", type=Path, nargs="?", help="the file of N-Triples")
    options = parser.parse_args()
    if (options.project is None) == (options.out is None):
        parser.error("give --project DIR or a file of N-Triples")
    if options.out is not None:
        write(options.out, options.triples, options.seed)
        return
    if (options.project / "data").exists():
        parser.error(f"{options.project / 'data'} is there already; remove it, or choose another folder")
    write_project(options.project, options.triples, options.seed, wrong=options.violations, one_file=options.one_file)


if __name__ == "__main__":
    main()
