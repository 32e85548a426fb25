"""The engines by name: each is a module with all that a worker needs, and addresses are told from names."""

from inspect import get_annotations

import pytest

from kg.engine.engines import ENGINES, Engine, engine_named, is_remote
from kg.errors import ConfigurationError


@pytest.mark.parametrize("name", ENGINES)
def test_an_engine_has_all_that_a_worker_needs(name: str) -> None:
    engine = engine_named(name)
    needs = get_annotations(Engine)
    assert len(needs) == 5
    assert all(callable(getattr(engine, need)) for need in needs)


def test_an_unknown_engine_is_an_error_that_names_the_others() -> None:
    with pytest.raises(ConfigurationError, match="there is no engine sparql") as error:
        engine_named("sparql")
    assert error.value.hint == "engines: oxigraph, rdflib"


@pytest.mark.parametrize(
    ("name", "elsewhere"),
    [
        ("sparql+https://example.org:8443/a/sparql?x=y", True),
        ("sparql+http://localhost", True),
        ("sparql+http://one.example sparql+http://two.example", True),
        ("oxigraph", False),
        ("sparql+ftp://x", False),
        ("http://x", False),
    ],
)
def test_an_address_is_told_from_a_name(name: str, elsewhere: bool) -> None:
    assert is_remote(name) == elsewhere
