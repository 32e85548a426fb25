"""Digests of files: of their content alone, and an error that names the file."""

import hashlib
from pathlib import Path

import pytest

from kg.digests import file_digest, source_digest
from kg.errors import SourceError


def test_a_digest_is_of_the_content_alone(tmp_path: Path) -> None:
    for name in ("a.ttl", "b.nt"):
        (tmp_path / name).write_bytes(b"\xff one\n")
        for digest in (file_digest, source_digest):
            assert digest(tmp_path / name) == hashlib.sha256(b"\xff one\n").hexdigest()


def test_a_file_that_cannot_be_read_is_an_error_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"none\.ttl: The file cannot be read: No such file"):
        source_digest(tmp_path / "none.ttl")
    with pytest.raises(FileNotFoundError):
        file_digest(tmp_path / "none.ttl")
