"""Which RDF syntax the name of a file says."""

from pathlib import Path

import pytest
from pyoxigraph import RdfFormat

from kg.columns.syntaxes import syntax_of
from kg.errors import SourceError


@pytest.mark.parametrize(
    ("name", "syntax"),
    [
        ("a.ttl", RdfFormat.TURTLE),
        ("a.b.nt", RdfFormat.N_TRIPLES),
        ("a.nq.gz", RdfFormat.N_QUADS),
        ("a.trig", RdfFormat.TRIG),
        ("a.rdf", RdfFormat.RDF_XML),
        ("a.jsonld", RdfFormat.JSON_LD),
    ],
)
def test_names_of_known_syntaxes(name: str, syntax: RdfFormat) -> None:
    assert syntax_of(Path("folder.csv") / name) == syntax


@pytest.mark.parametrize("name", ["a.csv", "a", "a.gz", "a.ttl.bz2"])
def test_another_name_is_an_error_that_says_which_are_known(name: str) -> None:
    with pytest.raises(SourceError, match="not a known RDF syntax") as error:
        syntax_of(Path(name))
    assert ".jsonld" in (error.value.hint or "")
