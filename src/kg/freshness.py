"""Whether the current release is what the files would give: by a digest of every input, so that nothing is parsed."""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from pathlib import Path

from kg.digests import source_digest
from kg.project import Project, rulebook_root

__all__ = ["input_digest", "is_fresh", "remember_inputs"]

_INPUTS = ".inputs.json"
_LAYERS = (("ontology", "*.ttl"), ("data", "*.ttl"), ("shapes", "*.ttl"), ("queries", "*.rq"))


def input_digest(project: Project) -> str:
    """SHA-256 over the path and content of every file that a build reads, and of every module of the tool.

    Raises:
        SourceError: a file cannot be read.
    """
    digest = hashlib.sha256(version("governance-kg").encode())
    inputs = [project.root / "kg.toml", *(path for layer in _LAYERS for path in project.files(*layer))]
    tool = Path(__file__).parent
    roots = (tool, project.root, rulebook_root())
    for path in (*inputs, *sorted(tool.rglob("*.py"))):
        root = next(root for root in roots if path.is_relative_to(root))
        digest.update(f"{path.relative_to(root).as_posix()}\n{source_digest(path)}\n".encode())
    return digest.hexdigest()


def remember_inputs(build: Path, inputs: str, release: str) -> None:
    """Notes that `inputs` gave `release`."""
    text = json.dumps({"inputs": inputs, "release": release})
    hidden = build / f"{_INPUTS}.new"
    hidden.write_text(text, encoding="utf-8")
    hidden.replace(build / _INPUTS)


def is_fresh(project: Project, build: Path) -> bool:
    """Whether `build/current` is there and was built from the files as they are now."""
    try:
        noted = json.loads((build / _INPUTS).read_text(encoding="utf-8"))
        current = (build / "current").resolve(strict=True)
    except (OSError, ValueError):
        return False
    return bool(noted == {"inputs": input_digest(project), "release": current.name})
