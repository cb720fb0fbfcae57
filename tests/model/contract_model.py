"""A scorer in memory, written from the contract (section 3) alone: what it says is due.

It knows nothing of the service's code. Stamps, links and scores are plain values; time is given.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

Key = tuple[int, str]  # a community and an address, or a community and a nullifier


@dataclass(frozen=True)
class Credential:
    """What matters of a signed credential. `sound`: trusted issuer, right holder and a proof that holds."""

    provider: str
    nullifiers: tuple[str, ...]
    expires_at: datetime
    expires_text: str
    sound: bool
    number: int


@dataclass
class Stored:
    """A row of stored stamps; rows are kept in the order of their ids."""

    address: str
    provider: str
    credential: Credential
    updated_at: datetime
    type: int = 1
    deleted: bool = False
    revoked: bool = False

    @property
    def counts(self) -> bool:
        return not self.deleted and not self.revoked


@dataclass
class Community:
    weights: Mapping[str, Any]
    threshold: Decimal
    rule: str = "LIFO"


@dataclass(frozen=True)
class Score:
    """`error` is there without anything else."""

    total: Decimal = Decimal(0)
    passes: bool = False
    threshold: Decimal = Decimal(20)
    expires_at: datetime | None = None
    stamps: Mapping[str, tuple[str, bool, str]] = field(default_factory=dict)  # score, deduplicated, expiry
    error: str | None = None


@dataclass
class Scorer:
    """The state. `score` is what every scoring endpoint does; the rest is what changes what it finds."""

    communities: dict[int, Community]
    stored: list[Stored] = field(default_factory=list)
    links: dict[Key, tuple[str, datetime]] = field(default_factory=dict)
    kept: dict[Key, list[tuple[str, int]]] = field(default_factory=dict)  # row provider and the credential's number
    scores: dict[Key, Score] = field(default_factory=dict)
    score_events: dict[Key, int] = field(default_factory=dict)
    dedup_events: dict[Key, list[tuple[str, tuple[str, ...]]]] = field(default_factory=dict)

    # 4.5.1 ------------------------------------------------------------------------------------------------------------
    def save(self, address: str, items: Iterable[tuple[str, Credential]], *, now: datetime) -> None:
        given = dict(items)
        for row in self.live(address):
            if row.type == 1 and row.provider in given:
                row.deleted, row.updated_at = True, now
        self.stored += [Stored(address, provider, credential, now) for provider, credential in given.items()]

    def delete(self, address: str, provider: str, *, now: datetime) -> None:
        for row in self.live(address):
            if row.provider == provider:
                row.deleted, row.updated_at = True, now

    # 6.1 --------------------------------------------------------------------------------------------------------------
    def revoke(self, *, address: str = "", provider: str = "", nullifier: str = "") -> None:
        """What a ban of an address, of one of its providers, or of a nullifier revokes."""
        for row in self.stored:
            fits = (not address or row.address == address) and (not provider or row.provider == provider)
            if row.counts and fits and (not nullifier or nullifier in row.credential.nullifiers):
                row.revoked = True

    def live(self, address: str) -> Iterator[Stored]:
        return (row for row in self.stored if row.address == address and not row.deleted)

    # 3 ----------------------------------------------------------------------------------------------------------------
    def score(self, community_id: int, address: str, *, now: datetime) -> Score:
        community, key = self.communities[community_id], (community_id, address)
        fault = self._fault(community)
        valid = self._valid(address, now)
        kept, lost, links = self._deduplicated(valid, community_id, address, now)
        for row in () if fault else kept:
            fault = fault or self._weight_fault(community, row.provider)
        if fault:
            self.scores[key] = Score(error=fault)
            return self.scores[key]
        self.links |= links
        self.kept[key] = [(row.provider, row.credential.number) for row in kept]
        latest = {row.credential.provider: row for row in lost}
        self.dedup_events.setdefault(key, []).extend((p, row.credential.nullifiers) for p, row in latest.items())
        self.score_events[key] = self.score_events.get(key, 0) + 1
        self.scores[key] = self._score(community, kept, latest)
        return self.scores[key]

    def stored_or_new(self, community_id: int, address: str, *, now: datetime) -> Score:
        """4.6: as stored while it has not ended, errors included."""
        found = self.scores.get((community_id, address))
        if found is not None and (found.expires_at is None or found.expires_at >= now):
            return found
        return self.score(community_id, address, now=now)

    def _valid(self, address: str, now: datetime) -> list[Stored]:
        """3.2 and 3.3: of each provider the newest row, and of these those that count."""
        chosen: dict[str, Stored] = {}
        for row in self.stored:
            if row.address == address and row.counts:
                rival = chosen.setdefault(row.provider, row)
                chosen[row.provider] = row if row.updated_at > rival.updated_at else rival
        return [row for row in chosen.values() if row.credential.sound and row.credential.expires_at >= now]

    def _deduplicated(
        self, valid: list[Stored], community_id: int, address: str, now: datetime
    ) -> tuple[list[Stored], list[Stored], dict[Key, tuple[str, datetime]]]:
        """3.5: kept, deduplicated, and what becomes of links."""

        def others(nullifier: str) -> tuple[str, datetime] | None:
            owner, until = self.links.get((community_id, nullifier), (address, now))
            return (owner, until) if owner != address and until > now else None

        kept = [row for row in valid if not any(map(others, row.credential.nullifiers))]
        lost = [row for row in valid if any(map(others, row.credential.nullifiers))]
        changed: dict[Key, tuple[str, datetime]] = {}
        for row in kept:
            changed |= {(community_id, n): (address, row.credential.expires_at) for n in row.credential.nullifiers}
        for row in lost:
            first = next(filter(None, map(others, row.credential.nullifiers)))
            for key in ((community_id, n) for n in row.credential.nullifiers):
                if key not in self.links and key not in changed:
                    changed[key] = first
        return kept, lost, changed

    def _score(self, community: Community, kept: list[Stored], lost: Mapping[str, Stored]) -> Score:
        """3.7 and 3.8."""
        total, stamps = Decimal(0), dict[str, tuple[str, bool, str]]()
        for row in kept:
            weight = Decimal(community.weights.get(row.provider, 0))
            total += weight
            stamps[row.provider] = (five_places(Decimal(float(weight))), False, iso(row.credential.expires_at))
        for provider, row in lost.items():
            points = stamps[provider][0] if provider in stamps else "0.00000"
            stamps[provider] = (points, True, row.credential.expires_text)
        return Score(
            total=total,
            passes=total >= community.threshold,
            threshold=community.threshold,
            expires_at=min((row.credential.expires_at for row in kept), default=None),
            stamps=stamps,
        )

    def _fault(self, community: Community) -> str | None:
        return "Invalid rule" if community.rule != "LIFO" else None

    def _weight_fault(self, community: Community, provider: str) -> str | None:
        wrong = provider in community.weights and community.weights[provider] is None
        return f"The weight of {provider} is not a number." if wrong else None


def five_places(number: Decimal) -> str:
    return str(number.quantize(Decimal("0.00001"), ROUND_HALF_EVEN))


def iso(moment: datetime) -> str:
    return moment.isoformat()
