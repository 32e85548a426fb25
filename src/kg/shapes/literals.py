"""What literals mean: whether a lexical form is one of its datatype's (XSD 1.1 Part 2), and which of two comes first.

The order is that of SPARQL's `<` (SPARQL 1.1 §17.3): numbers by value, strings by code point, booleans, and dates and
times where their time zones leave no doubt. Terms that it cannot compare are an error there, and `None` here.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from kg.columns.terms import datatype_of, lexical_of
from kg.namespaces import FOREIGN

__all__ = ["Value", "comes_before", "is_well_formed", "read_value"]

_XSD = FOREIGN["xsd"]
_DIGITS = r"[+-]?[0-9]+"
_FLOAT = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]?INF|NaN"
_YEAR, _MONTH, _DAY = r"(-?(?:[1-9][0-9]{3,}|0[0-9]{3}))", r"(0[1-9]|1[0-2])", r"(0[1-9]|[12][0-9]|3[01])"
_TIME = r"((?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?|24:00:00(?:\.0+)?)"
_ZONE = r"(Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))?"
_DURATION_DAYS = r"(?:[0-9]+D)?(?:T(?=[0-9])(?:[0-9]+H)?(?:[0-9]+M)?(?:[0-9]+(?:\.[0-9]+)?S)?)?"
_FORMS = {
    "boolean": r"true|false|1|0",
    "decimal": r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)",
    "float": _FLOAT,
    "double": _FLOAT,
    "date": f"{_YEAR}-{_MONTH}-{_DAY}{_ZONE}",
    "dateTime": f"{_YEAR}-{_MONTH}-{_DAY}T{_TIME}{_ZONE}",
    "dateTimeStamp": f"{_YEAR}-{_MONTH}-{_DAY}T{_TIME}{_ZONE[:-1]}",
    "time": f"{_TIME}{_ZONE}",
    "gYear": f"{_YEAR}{_ZONE}",
    "gYearMonth": f"{_YEAR}-{_MONTH}{_ZONE}",
    "gMonth": f"--{_MONTH}{_ZONE}",
    "gMonthDay": f"--{_MONTH}-{_DAY}{_ZONE}",
    "gDay": f"---{_DAY}{_ZONE}",
    "duration": rf"-?P(?=[0-9T])(?:[0-9]+Y)?(?:[0-9]+M)?{_DURATION_DAYS}",
    "dayTimeDuration": rf"-?P(?=[0-9T]){_DURATION_DAYS}",
    "yearMonthDuration": r"-?P(?=[0-9])(?:[0-9]+Y)?(?:[0-9]+M)?",
    "hexBinary": r"(?:[0-9a-fA-F]{2})*",
    "base64Binary": r"(?:(?:[A-Za-z0-9+/] ?){4})*(?:(?:[A-Za-z0-9+/] ?){2}(?:= ?=|[A-Za-z0-9+/] ?=))?",
    "language": r"[a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8})*",
}
_LIMITS: dict[str, tuple[int | None, int | None]] = {
    "integer": (None, None),
    "long": (-(1 << 63), (1 << 63) - 1),
    "int": (-(1 << 31), (1 << 31) - 1),
    "short": (-(1 << 15), (1 << 15) - 1),
    "byte": (-128, 127),
    "nonNegativeInteger": (0, None),
    "positiveInteger": (1, None),
    "nonPositiveInteger": (None, 0),
    "negativeInteger": (None, -1),
    "unsignedLong": (0, (1 << 64) - 1),
    "unsignedInt": (0, (1 << 32) - 1),
    "unsignedShort": (0, (1 << 16) - 1),
    "unsignedByte": (0, 255),
}
_PATTERNS = {_XSD + name: re.compile(form, re.ASCII) for name, form in _FORMS.items()}
_INTEGERS = {_XSD + name: limits for name, limits in _LIMITS.items()}
_INTEGER = re.compile(_DIGITS, re.ASCII)
_NUMBERS = {*_INTEGERS, _XSD + "decimal"}
_FLOATS = {_XSD + "float", _XSD + "double"}
_DATES = {_XSD + name for name in ("date", "dateTime", "dateTimeStamp", "gYear", "gYearMonth", "time")}
_UNZONED = Decimal(14 * 3600)
_XML_SPACE = " \t\n\r"


@dataclass(frozen=True, slots=True)
class Value:
    """What a literal means, for comparing: only values of one family compare; `slack` is the doubt of its time zone."""

    family: str
    number: Decimal | float | str | bool
    slack: Decimal = Decimal(0)


def is_well_formed(lexical: str, datatype: str) -> bool:
    """Whether a lexical form is in the lexical space of a datatype; one that is not known here has any form."""
    if datatype in _INTEGERS:
        text = lexical.strip(_XML_SPACE)
        if not _INTEGER.fullmatch(text):
            return False
        least, most = _INTEGERS[datatype]
        return (least is None or least <= Decimal(text)) and (most is None or Decimal(text) <= most)
    pattern = _PATTERNS.get(datatype)
    if pattern is None:
        return True
    match = pattern.fullmatch(lexical.strip(_XML_SPACE))
    return match is not None and _is_calendar_day(datatype, match)


def _is_calendar_day(datatype: str, match: re.Match[str]) -> bool:
    name = datatype.removeprefix(_XSD)
    if name == "gMonthDay":
        return int(match[2]) <= calendar.monthrange(2000, int(match[1]))[1]
    if name in ("date", "dateTime", "dateTimeStamp"):
        year = _whole(match[1])
        leap_like = 2000 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 2001
        return int(match[3]) <= calendar.monthrange(leap_like, int(match[2]))[1]
    return True


def read_value(text: str) -> Value | None:
    """The value of a term in the text of N-Triples; None if it is no literal that has an order, or ill-formed."""
    if text[0] != '"':
        return None
    datatype, lexical = datatype_of(text), lexical_of(text)
    if datatype == _XSD + "string":
        return Value("string", lexical)
    if datatype not in _READ or not is_well_formed(lexical, datatype):
        return None
    lexical = lexical.strip(_XML_SPACE)
    return _READ[datatype](datatype, lexical)


def comes_before(first: Value | None, second: Value | None, *, or_equal: bool = False) -> bool | None:
    """Whether `first` < `second`, or with `or_equal` ≤; None where the two cannot be compared."""
    if first is None or second is None or first.family != second.family:
        return None
    one: Any = first.number
    other: Any = second.number  # of one family: two texts, or two numbers
    if isinstance(one, float) or isinstance(other, float):
        one, other = float(one), float(other)  # the wider type decides (XPath 2.0 §B.1)
    elif first.slack != second.slack:
        apart: Decimal = one - other
        if abs(apart) <= _UNZONED:
            return None
    return bool(one <= other if or_equal else one < other)


def _moment(datatype: str, lexical: str) -> Value:
    """Seconds since the beginning of year 0 in UTC; without a time zone, they may be 14 hours off."""
    name = datatype.removeprefix(_XSD)
    match = _PATTERNS[datatype].fullmatch(lexical)
    groups = [group or "" for group in match.groups()] if match else []
    zone, clock = groups[-1], ""
    year, month, day = "2000", "1", "1"
    match name:
        case "date":
            year, month, day = groups[:3]
        case "dateTime" | "dateTimeStamp":
            year, month, day, clock = groups[:4]
        case "gYear":
            year = groups[0]
        case "gYearMonth":
            year, month = groups[:2]
        case _:
            clock = groups[0]
    seconds = Decimal(_days(_whole(year), int(month), int(day)) * 86400)
    if clock:
        hours, minutes, rest = clock.split(":")
        seconds += int(hours) * 3600 + int(minutes) * 60 + Decimal(rest)
    if zone not in ("", "Z"):
        offset = int(zone[1:3]) * 60 + int(zone[4:6])
        seconds += Decimal(60 * (-offset if zone[0] == "+" else offset))
    return Value("dateTime" if name == "dateTimeStamp" else name, seconds, Decimal(0) if zone else _UNZONED)


def _whole(digits: str) -> int:
    """A whole number of any length: Python reads none of more than 4,300 digits."""
    return int(Decimal(digits))


def _days(year: int, month: int, day: int) -> int:
    """Days of the proleptic Gregorian calendar (Julian day arithmetic, valid for any year)."""
    years, months = (year - 1, month + 9) if month <= 2 else (year, month - 3)
    return 365 * years + years // 4 - years // 100 + years // 400 + (153 * months + 2) // 5 + day


_READ: dict[str, Callable[[str, str], Value]] = {
    **dict.fromkeys(_NUMBERS, lambda _, lexical: Value("number", Decimal(lexical))),
    **dict.fromkeys(_FLOATS, lambda _, lexical: Value("number", float(lexical.replace("INF", "inf")))),
    _XSD + "boolean": lambda _, lexical: Value("boolean", lexical in {"true", "1"}),
    **dict.fromkeys(_DATES, _moment),
}
