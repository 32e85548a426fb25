"""Settings: environment variables, read strictly."""

from pathlib import Path

import pytest

from kg.errors import ConfigurationError
from kg.settings import Settings


def test_defaults_without_variables() -> None:
    assert Settings.read({}) == Settings()


def test_values_are_typed() -> None:
    settings = Settings.read({"KG_WORKERS": "4", "KG_DEADLINE": "1.5", "KG_BUILD": "out", "PATH": "x"})
    assert (settings.workers, settings.deadline, settings.build) == (4, 1.5, Path("out"))


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("KG_WORKERS", "many", "not a whole number"),
        ("KG_WORKERS", "0", "not between 1 and 256"),
        ("KG_WORKERS", "100000", "not between"),
        ("KG_DEADLINE", "nan", "not between"),
        ("KG_DEADLINE", "inf", "not between"),
        ("KG_MEMORY", "99999999999999999", "not between"),
        ("KG_BUILD", "", "KG_BUILD is empty"),
        ("KG_WORKER", "2", "no setting KG_WORKER"),
    ],
)
def test_wrong_value_or_name_is_an_error(name: str, value: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        Settings.read({name: value})
