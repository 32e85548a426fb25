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
        ("KG_LOG", "request", "KG_LOG='request' is not one of its values"),
        ("KG_LOG", "Warnings", "not one of its values"),
        ("KG_WORKER", "2", "no setting KG_WORKER"),
    ],
)
def test_wrong_value_or_name_is_an_error(name: str, value: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        Settings.read({name: value})


def test_values_of_a_choice_are_in_the_hint() -> None:
    with pytest.raises(ConfigurationError) as caught:
        Settings.read({"KG_LOG": "all"})
    assert caught.value.hint == "KG_LOG: requests, warnings"
    assert Settings.read({"KG_LOG": "warnings"}).log == "warnings"


def test_secrets_are_not_shown() -> None:
    shown = repr(Settings(admin_token="hunter2", engine="sparql+http://me:hunter2@e:8890/sparql", workers=3))
    assert "hunter2" not in shown
    assert "workers=3" in shown
    assert "admin_token=…, " in shown
    assert "sparql+http://…@e:8890/sparql" in shown
    assert "admin_token=''" in repr(Settings())
