"""Statistics: counted in the release, and adding up."""

from kg.release import Release
from kg.stats import count_release


def test_relations_and_claims_add_up_to_the_totals(norrbotten_release: Release) -> None:
    statistics = count_release(norrbotten_release)
    assert sum(sum(row.values()) for row in statistics.relations.values()) == statistics.totals["relations"]
    assert sum(statistics.claims.values()) == statistics.totals["claims"]
    assert statistics.relations["Membership"]["offered"] == 11
    assert set(statistics.claims) == {"stated", "inferred"}


def test_text_shows_kinds_by_size_and_every_modality(norrbotten_release: Release) -> None:
    statistics = count_release(norrbotten_release)
    text = statistics.to_text()
    assert text.index("PartOf") < text.index("Ownership")
    for word in ("actual", "offered", "possible", "intended", "stated", "inferred", statistics.version):
        assert word in text
