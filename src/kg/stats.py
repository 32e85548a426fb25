"""`kg stats`: what a release holds, counted in the release itself."""

from __future__ import annotations

from dataclasses import dataclass

from kg.engine.oxigraph import open_store
from kg.namespaces import CODE, GOV
from kg.release import Release

__all__ = ["Statistics", "count_release"]

_RELATIONS = f"""
PREFIX gov: <{GOV}>
SELECT ?kind ?modality (COUNT(DISTINCT ?relation) AS ?number)
WHERE {{ ?kind a gov:RelationKind . ?relation a ?kind ; gov:modality ?modality }}
GROUP BY ?kind ?modality
"""
_CLAIMS = f"""
PREFIX gov: <{GOV}>
SELECT ?basis (COUNT(DISTINCT ?claim) AS ?number)
WHERE {{ ?claim a gov:Claim ; gov:basis ?basis }}
GROUP BY ?basis
"""


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts of a release; `relations` by kind and modality, `claims` by basis, each by its local name."""

    version: str
    as_of: str
    totals: dict[str, int]
    relations: dict[str, dict[str, int]]
    claims: dict[str, int]

    def to_text(self) -> str:
        """For people: three tables, widest first."""
        modalities = sorted({modality for row in self.relations.values() for modality in row})
        lines = [f"release {self.version}, as of {self.as_of}", ""]
        lines += [f"{name:<20}{number:>9,}" for name, number in self.totals.items()]
        lines += ["", "relations".ljust(20) + "".join(f"{modality:>11}" for modality in modalities)]
        for kind, row in sorted(self.relations.items(), key=lambda item: (-sum(item[1].values()), item[0])):
            lines.append(kind.ljust(20) + "".join(f"{row.get(modality) or '':>11}" for modality in modalities))
        lines += ["", "claims", *(f"{basis:<20}{number:>9,}" for basis, number in self.claims.items())]
        return "\n".join(lines)


def count_release(release: Release) -> Statistics:
    """Counts the relations and claims of a release.

    Raises:
        IntegrityError: the store is not what the manifest says.
    """
    store = open_store(release.store_path, release.manifest.counts["quads"])
    # Both queries are SELECT, so their results are solutions: what the two ignores below say.
    relations: dict[str, dict[str, int]] = {}
    for kind, modality, number in store.query(_RELATIONS):  # type: ignore[union-attr]
        relations.setdefault(_local(kind.value, GOV), {})[_local(modality.value, CODE)] = int(number.value)
    claims = {_local(basis.value, CODE): int(number.value) for basis, number in store.query(_CLAIMS)}  # type: ignore[union-attr]
    manifest = release.manifest
    return Statistics(manifest.version, manifest.as_of, dict(manifest.counts), relations, dict(sorted(claims.items())))


def _local(iri: str, namespace: str) -> str:
    """The name of a term or a code of ours; the whole IRI of anybody else's."""
    return iri.rsplit("/", 1)[-1] if iri.startswith(namespace) else iri
