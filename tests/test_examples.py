"""What is expected of examples, read and compared; `test_rulebook` asks it of those of the rulebook."""

import shutil
from pathlib import Path

import pytest

from kg.errors import SourceError
from kg.examples import Expectation, example_report, expectations, read_expectations
from kg.project import Project

EXAMPLES = Path(__file__).parents[1] / "examples"
NAMELESS = Expectation(
    file="invalid/nam-01.ttl",
    code="NAM-01",
    severity="violation",
    focus="https://example.org/kg/nam-01-invalid/id/organisation/filmbolaget",
    path="http://www.w3.org/2004/02/skos/core#prefLabel",
    results=1,
)
HEAD = "file,code,severity,focus,path,results\n"


def test_lines_of_the_file_are_expectations(tmp_path: Path) -> None:
    path = tmp_path / "expected.csv"
    path.write_text(f"{HEAD}nam-01.ttl,NAM-01,violation,{NAMELESS.focus},{NAMELESS.path},1\n")
    assert list(read_expectations(path)) == [NAMELESS]


@pytest.mark.parametrize(
    "text", [f"{HEAD}a.ttl,X-1,violation,urn:a,,one\n", f"{HEAD}a.ttl\n", "file,code,severity\na.ttl,X-1,violation\n"]
)
def test_a_line_that_is_none_is_an_error_with_its_place(tmp_path: Path, text: str) -> None:
    path = tmp_path / "expected.csv"
    path.write_text(text)
    with pytest.raises(SourceError, match="not an expectation") as error:
        list(read_expectations(path))
    assert (error.value.path, error.value.line) == (path, 2)


def test_what_the_rulebook_says_of_examples_is_told_by_their_files(demo: Project) -> None:
    for kind in ("valid", "invalid"):
        (demo.root / "examples" / kind).mkdir(parents=True)
        shutil.copy(EXAMPLES / kind / "nam-01.ttl", demo.root / "examples" / kind)
    assert expectations(example_report(demo), demo.root / "examples") == [NAMELESS]
