"""Literals: which lexical forms are well-formed (XSD 1.1 Part 2), and the order of SPARQL's `<`."""

import pytest

from kg.namespaces import FOREIGN
from kg.shapes.literals import comes_before, is_well_formed, read_value

XSD = FOREIGN["xsd"]
WELL_FORMED = {
    "integer": "+01", "byte": "-128", "unsignedByte": "255", "positiveInteger": "1", "decimal": ".5", "double": "1e-3",
    "float": "INF", "boolean": "1", "date": "2024-02-29", "dateTime": "2024-12-31T24:00:00Z", "time": "10:00:00.5+14:00",
    "gYear": "-0044", "gYearMonth": "2024-12Z", "gMonth": "--12", "gMonthDay": "--02-29", "gDay": "---31",
    "duration": "-P1Y2M3DT4H5M6.7S", "dayTimeDuration": "PT0S", "yearMonthDuration": "P1Y", "hexBinary": "0aF1",
    "base64Binary": "aGVq", "language": "sv-SE", "string": "\x00", "anyURI": "not one",
}  # fmt: skip
ILL_FORMED = {
    "integer": "1.0", "byte": "128", "unsignedByte": "-1", "positiveInteger": "0", "decimal": "1e3", "double": "one",
    "float": "inf", "boolean": "TRUE", "date": "2023-02-29", "dateTime": "2024-13-01T00:00:00", "time": "24:00:01",
    "gYear": "44", "gYearMonth": "2024-13", "gMonth": "12", "gMonthDay": "--02-30", "gDay": "---32",
    "duration": "P", "dayTimeDuration": "P1Y", "yearMonthDuration": "P1D", "hexBinary": "0aF", "base64Binary": "a",
    "language": "svenska språket", "dateTimeStamp": "2024-12-31T00:00:00",
}  # fmt: skip


@pytest.mark.parametrize(("name", "lexical"), WELL_FORMED.items())
def test_well_formed(name: str, lexical: str) -> None:
    assert is_well_formed(lexical, XSD + name)


@pytest.mark.parametrize(("name", "lexical"), ILL_FORMED.items())
def test_ill_formed(name: str, lexical: str) -> None:
    assert not is_well_formed(lexical, XSD + name)


def test_numbers_of_any_length() -> None:
    """Python reads no whole number of more than 4,300 digits."""
    long = "9" * 5000
    assert is_well_formed(long, XSD + "nonNegativeInteger")
    assert not is_well_formed(long, XSD + "negativeInteger")
    assert not is_well_formed(f"-{long}", XSD + "byte")
    assert is_well_formed("0" * 5000 + "1", XSD + "byte")
    assert is_well_formed(f"{long}-01-31", XSD + "date")
    assert not is_well_formed(f"{long}-02-29", XSD + "date")
    assert is_well_formed(f"1{'0' * 5000}-02-29", XSD + "date")
    number, day = f'"{long}"^^<{XSD}integer>', f'"{long}-01-31"^^<{XSD}date>'
    assert comes_before(read_value(f'"1"^^<{XSD}integer>'), read_value(number))
    assert comes_before(read_value(f'"2024-01-01"^^<{XSD}date>'), read_value(day))


def literal(text: str) -> str:
    lexical, _, name = text.partition("^")
    return f'"{lexical}"' + (f"^^<{XSD}{name}>" if name else "")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("9^integer", "10^integer"),
        ("1^integer", "1.5^decimal"),
        ("0.1^decimal", "1e0^double"),
        ("-INF^double", "-1^integer"),
        ("B", "a"),
        ("false^boolean", "1^boolean"),
        ("2024-02-29^date", "2024-03-01^date"),
        ("-0001-12-31^date", "0001-01-01^date"),
        ("2024-01-01T12:00:00+02:00^dateTime", "2024-01-01T11:00:00Z^dateTime"),
        ("2024-01-01T00:00:00^dateTime", "2024-01-01T14:00:01Z^dateTime"),
        ("2023^gYear", "2024^gYear"),
        ("2024-01^gYearMonth", "2024-12^gYearMonth"),
        ("10:00:00^time", "10:00:00.5^time"),
    ],
)
def test_order(first: str, second: str) -> None:
    one, other = read_value(literal(first)), read_value(literal(second))
    assert (comes_before(one, other), comes_before(other, one)) == (True, False)
    assert comes_before(one, one, or_equal=True) is True


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("1^integer", "1"),
        ("2024-01-01T00:00:00^dateTime", "2024-01-01T10:00:00Z^dateTime"),
        ("2024-01-01^date", "2024^gYear"),
        ("one^integer", "2^integer"),
        ("x^anyURI", "y^anyURI"),
    ],
)
def test_what_cannot_be_compared(first: str, second: str) -> None:
    assert comes_before(read_value(literal(first)), read_value(literal(second))) is None


def test_iris_blank_nodes_and_texts_with_a_language_have_no_order() -> None:
    assert [read_value(text) for text in ("<urn:a>", "_:a", '"a"@en')] == [None] * 3


def test_equal_numbers_of_two_types_are_equal() -> None:
    tenth, double = read_value(literal("0.1^decimal")), read_value(literal("0.1^double"))
    assert comes_before(tenth, double, or_equal=True) is comes_before(double, tenth, or_equal=True) is True
