"""Small parties and relations, right but for what a violation makes wrong."""

from __future__ import annotations

from collections.abc import Iterable

from statements import Pair, Statements

__all__ = ["TYPES", "Faulty"]

TYPES = ("org:FormalOrganization", "org:Organization")


class Faulty(Statements):
    """Each thing has the name of its violation; all is from one register."""

    def register(self) -> str:
        """Always the first one, so that what is drawn does not matter."""
        return "source:s0"

    def claim(self, slug: str, about: Iterable[Pair]) -> None:
        """A sure one."""
        sure = ("gov:basis", "basis:stated"), ("gov:confidence", "1.0"), ("prov:hadPrimarySource", self.register())
        self.thing(f"claim:{slug}", (("a", "gov:Claim"), *about, *sure))

    def organisation(self, slug: str, *facts: Pair, **names: str) -> str:
        """A company."""
        name = f"organisation:{slug}"
        self.party(name, TYPES, names or {"sv": f"Bolaget {slug}", "en": f"Company {slug}"}, facts)
        return name

    def ownership(self, slug: str, *share: Pair, ends: tuple[str, str] | None = None) -> str:
        """A holding, between two companies of its own if no others are given."""
        owner, owned = ends or (self.organisation(f"{slug}-a"), self.organisation(f"{slug}-b"))
        return self.relation("Ownership", f"ownership-{slug}", (("gov:owner", owner), ("gov:owned", owned), *share))

    def grant(self, slug: str, *facts: Pair) -> str:
        """A grant between two companies of its own."""
        ends = ("gov:funder", self.organisation(f"{slug}-a")), ("gov:recipient", self.organisation(f"{slug}-b"))
        return self.relation("Funding", f"funding-{slug}", (*ends, ("gov:amountKind", "amount-kind:awarded"), *facts))

    def cited(self, slug: str, end: int, *digest: Pair) -> str:
        """A claim of a place in a source of a million code points, that ends there; gives the selector."""
        selector = f"selector:{slug}-0-{end}"
        places = ("oa:end", f'"{end}"^^xsd:nonNegativeInteger'), ("oa:start", '"0"^^xsd:nonNegativeInteger')
        self.thing(selector, (("a", "oa:TextPositionSelector"), *places))
        about = ("gov:about", self.organisation(slug)), ("gov:onProperty", "skos:prefLabel")
        self.claim(f"{slug}-cited", (*about, *digest, ("oa:hasSelector", selector)))
        return selector

    def identified(self, slug: str, *notation: Pair) -> str:
        """A company with an identifier."""
        scheme = ("gov:identifierScheme", "identifier-scheme:se-organisation-number")
        self.thing(f"identifier:{slug}", (("a", "adms:Identifier"), scheme, *notation))
        return self.organisation(slug, ("adms:identifier", f"identifier:{slug}"))
