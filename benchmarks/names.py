"""Words of which the generated things are named, Swedish as in the registers, with letters beyond ASCII."""

from __future__ import annotations

import re

__all__ = ["ENDINGS", "FAMILY", "GIVEN", "PLACES", "TRADES", "organisation_number"]

_words = re.compile(r"\w+").findall
PLACES = _words(
    "Abisko Boden Dala Enaker Falkö Gäddvik Hedsund Iggnäs Järvsta Kalvik Lomsjö Mora Norrby Orsa Piteå Rånes Sunne "
    "Tärna Umvik Vindel Ystad Åsele Älvsby Överlida"
)
GIVEN = _words(
    "Anna Bo Cecilia David Elsa Filip Greta Hugo Inga Johan Karin Lars Märta Nils Olga Per Rut Sven Tyra Ulf"
)
FAMILY = _words(
    "Alm Berg Dahl Ek Fors Gran Holm Isaksson Jonsson Kvist Lind Moberg Nyström Ollila Persson Rask Sarri Ståhl "
    "Åkerlund Öberg"
)
TRADES = (
    ("Energi", "Energy"),
    ("Fastigheter", "Properties"),
    ("Vatten", "Water"),
    ("Bostäder", "Housing"),
    ("Trafik", "Transport"),
    ("Skog", "Forest"),
    ("Bredband", "Broadband"),
    ("Kultur", "Culture"),
    ("Invest", "Invest"),
    ("Gruva", "Mining"),
    ("Lokaler", "Premises"),
    ("Teater", "Theatre"),
)
"""What companies do, in Swedish and in English."""
ENDINGS = {
    "municipality": {"se": "gielda", "smj": "suohkan", "sma": "tjïelte", "fi": "kunta", "fit": "kunta"},
    "region": {"se": "guovlu", "smj": "guovllo", "sma": "dajve", "fi": "alue", "fit": "alue"},
    "state-agency": {"fi": "virasto", "fit": "virasto"},
    "limited-company": {"fi": "yritys", "se": "fitnodat"},
    "association": {"se": "searvi", "smj": "siebrre", "sma": "siebrie", "fi": "yhdistys", "fit": "yhistys"},
}
"""What an organisation of a kind is called in the minority languages: the word that follows the place."""


def organisation_number(number: int) -> str:
    """The Swedish organisation number of the organisation of that number, with its check digit (ISO/IEC 7812-1)."""
    block, rest = divmod(number, 8_000_000)
    digits = f"{55 + block}{2_000_000 + rest}"
    odd, even = sum(map(int, digits[1::2])), sum(int("0246813579"[int(digit)]) for digit in digits[::2])
    return f"{digits[:6]}-{digits[6:]}{-(odd + even) % 10}"
