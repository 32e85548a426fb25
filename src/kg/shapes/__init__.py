"""Validation: shapes in, a report out."""
