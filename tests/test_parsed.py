"""What was parsed once: kept by digest, shared by processes, worth nothing when it is damaged."""

from pathlib import Path

import pytest

import kg.columns.parsed
from kg.columns.columns import Columns
from kg.columns.encode import Part
from kg.columns.parsed import NOWHERE, Parsed, part_digest, read_parts
from kg.columns.terms import TermTable
from kg.errors import SourceError

TURTLE = '@prefix : <https://e.org/> .\n:a :p "one\\ntwo" , "ä"@sv , 01 ; :q [ :r :b ] .\n'


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "files"
    folder.mkdir()
    for name in ("a.ttl", "b.ttl", "c.ttl"):
        (folder / name).write_text(TURTLE.replace(":b", f":{name[0]}"))
    (folder / "none.ttl").write_text("# nothing\n")
    return sorted(folder.iterdir())


def told(parts: list[Part]) -> list[list[tuple[str, ...]]]:
    return [[tuple(part.texts[number] for number in triple) for triple in part.triples.tolist()] for part in parts]


def without_labels(parts: list[Part]) -> list[list[tuple[str, ...]]]:
    """Blank nodes have another label each time that a file is parsed."""
    return [[tuple("_" if text[0] == "_" else text for text in triple) for triple in part] for part in told(parts)]


def test_what_is_kept_is_what_was_parsed(files: list[Path], tmp_path: Path) -> None:
    parsed = Parsed(tmp_path / "kept")
    first, second = list(read_parts(files, parsed)), list(read_parts(files, parsed))
    assert told(first) == told(second)
    assert without_labels(first) == without_labels(list(read_parts(files, NOWHERE)))
    assert [len(part.triples) for part in first] == [5, 5, 5, 0]
    assert len(list((tmp_path / "kept").iterdir())) == 4


def test_an_unchanged_file_is_not_parsed_again(
    files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed, opened = Parsed(tmp_path / "kept"), list[str]()
    list(read_parts(files, parsed))
    parse = kg.columns.parsed.read_part
    monkeypatch.setattr(
        kg.columns.parsed, "read_part", lambda path, *rest: opened.append(path.name) or parse(path, *rest)
    )
    files[1].write_text(TURTLE + ":new :p 1 .\n")
    assert [len(part.triples) for part in read_parts(files, parsed)] == [5, 6, 5, 0]
    assert opened == ["b.ttl"]
    assert len(list((tmp_path / "kept").iterdir())) == 4, "what was kept of the file before is gone"


def test_what_is_damaged_is_parsed_again(files: list[Path], tmp_path: Path) -> None:
    parsed = Parsed(tmp_path / "kept")
    whole = without_labels(list(read_parts(files, parsed)))
    for number, path in enumerate(sorted((tmp_path / "kept").iterdir())):
        content = bytearray(path.read_bytes())
        if number == 0:
            content.clear()
        elif number == 1:
            del content[len(content) // 2 :]
        else:
            content[len(content) // 2] ^= 0xFF
        path.write_bytes(content)
    assert without_labels(list(read_parts(files, parsed))) == whole


def test_where_nothing_can_be_kept_files_are_read_all_the_same(files: list[Path], tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("no folder")
    assert [len(part.triples) for part in read_parts(files, Parsed(tmp_path / "kept"), jobs=2)] == [5, 5, 5, 0]


def test_several_processes_parse_what_is_new(
    files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kg.columns.parsed, "_WORTH_A_PROCESS", 1)
    parsed, here, behind = Parsed(tmp_path / "kept"), list[str](), list[tuple[int, int]]()
    parse = kg.columns.parsed.read_part
    monkeypatch.setattr(
        kg.columns.parsed, "read_part", lambda path, *rest: here.append(path.name) or parse(path, *rest)
    )
    parts = list(read_parts(files, parsed, jobs=2, read=lambda done, whole: behind.append((done, whole))))
    assert without_labels(parts) == without_labels(list(read_parts(files, NOWHERE)))
    assert 1 <= len(here) - 4 < 4, "the others were parsed elsewhere (and four just now)"
    assert behind[-1] == (sum(path.stat().st_size for path in files),) * 2


def test_a_broken_file_is_an_error_however_many_parse(
    files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kg.columns.parsed, "_WORTH_A_PROCESS", 1)
    files[0].write_text("@prefix : <https://e.org/> .\n:a :p 1 1 .\n")
    for jobs in (1, 2, 4):
        with pytest.raises(SourceError, match="a.ttl:2:9"):
            list(read_parts(files, Parsed(tmp_path / f"kept{jobs}"), jobs=jobs))


def test_the_digest_is_of_content_and_syntax(tmp_path: Path) -> None:
    for name in ("a.ttl", "b.ttl", "a.nt"):
        (tmp_path / name).write_text("<urn:a> <urn:p> <urn:b> .\n")
    assert part_digest(tmp_path / "a.ttl") == part_digest(tmp_path / "b.ttl") != part_digest(tmp_path / "a.nt")
    with pytest.raises(SourceError, match="cannot be read"):
        part_digest(tmp_path / "none.ttl")


def test_blank_nodes_of_two_files_stay_apart_when_their_content_is_the_same(tmp_path: Path) -> None:
    for name in ("a.ttl", "b.ttl"):
        (tmp_path / name).write_text("[] <urn:p> <urn:o> .\n")
    terms = TermTable()
    parts = read_parts([tmp_path / "a.ttl", tmp_path / "b.ttl"], Parsed(tmp_path / "kept"))
    first, second = (part.numbered(terms, f"f{number}") for number, part in enumerate(parts))
    assert len(Columns(terms, first).plus(second)) == 2


def test_a_file_that_changes_while_it_is_parsed_is_not_kept(
    files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, parsed, parse = files[0].read_text(), Parsed(tmp_path / "kept"), kg.columns.parsed.read_part

    def overtaken(path: Path, *rest: object) -> Part:
        path.write_text(before + ":later :p 1 .\n")
        return parse(path, *rest)

    with monkeypatch.context() as patched:
        patched.setattr(kg.columns.parsed, "read_part", overtaken)
        assert [len(part.triples) for part in read_parts(files[:1], parsed)] == [6]
    files[0].write_text(before)
    assert [len(part.triples) for part in read_parts(files[:1], parsed)] == [5]
