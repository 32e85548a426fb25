"""Words of which the generated things are named, Swedish as in the registers, with letters beyond ASCII."""

from __future__ import annotations

import re

__all__ = ["FAMILY", "GIVEN", "PLACES", "TRADES"]

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
