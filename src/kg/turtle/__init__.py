"""Turtle files: read strictly, with errors that say where and how to mend, and located line by line."""

from kg.turtle.locations import SubjectLocations, locate
from kg.turtle.reader import parse_triples, read_text, read_triples
from kg.turtle.terms import from_rdflib, to_rdflib

__all__ = ["SubjectLocations", "from_rdflib", "locate", "parse_triples", "read_text", "read_triples", "to_rdflib"]
