"""What a scoring takes in and gives out. Frozen; built by the managers, read by everybody.

Names follow the contract: a *stamp* is a stored credential, a *link* says which address owns a nullifier in a
community, a stamp is *kept* or *deduplicated*. Times carry a zone. Weights and sums are exact decimals. What a score
has many of is a named tuple, which is made in a third of the time of a frozen dataclass.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from apps.registry.scoring.known_credentials import Attestation

Credential = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ScoringRules:
    """The settings that decide about a score."""

    trusted_issuers: frozenset[str]
    multi_nullifier: bool
    points_enabled: bool = False
    points_write_enabled: bool = False
    points_start: datetime | None = None
    metamask_award_enabled: bool = False

    @property
    def award_points(self) -> bool:
        """Whether passing scores may earn points. Showing them asks for `points_enabled` alone (behaviour 3.11)."""
        return self.points_enabled and self.points_write_enabled


class StoredStamp(NamedTuple):
    """A live, unrevoked stamp of the address. `document` is the credential's JSON text as the database prints it;
    empty where the `attestation` says what it says."""

    id: int
    type: int
    provider: str
    updated_at: datetime
    document: str
    attestation: Attestation | None = None


class HashLink(NamedTuple):
    """Who owns a nullifier in the scored community, and until when."""

    hash: str
    address: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class HumanPoint:
    """A row of `registry_humanpoints`, less its address and time."""

    action: str
    provider: str = ""
    tx_hash: str = ""
    chain_id: int = 0


@dataclass(frozen=True, slots=True)
class PointsState:
    """What the database knows of an address's human points, in all communities.

    `address_lists`: the names of the awarding address lists that it is a member of.
    `metamask_awards`: how many `MM2` rows exist in all, counted under the award's lock; None while nobody counted.
    `config`: action to points, active rows only.
    """

    qualified_communities: frozenset[int] = frozenset()
    held: frozenset[HumanPoint] = frozenset()
    address_lists: frozenset[str] = frozenset()
    config: Mapping[str, int] = field(default_factory=dict)
    multiplier: int | None = None
    metamask_awards: int | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that one scoring reads. `stamps` come by ascending id; `links` hold this community's links of their
    nullifiers; `weights` is the scorer's object as stored (provider to number or text; None when null); `overlay`
    the customisation's weights, which win. `version` is that of the rows of the stamps, and `nullifiers` all that their
    documents name; both only where the documents have come, and with them something to remember. `jws` are those of
    all live stamps with an Ed25519 proof, also of those that are revoked by it. `left_out`: how many live stamps are
    beyond the limits of an address, and are not read.
    """

    address: str
    community_id: int
    rule: str
    weights: Mapping[str, Any] | None
    threshold: Decimal
    overlay: Mapping[str, Decimal] = field(default_factory=dict)
    stamps: Sequence[StoredStamp] = ()
    links: Mapping[str, HashLink] = field(default_factory=dict)
    human_points_program: bool = False
    points: PointsState | None = None
    version: str | None = None
    nullifiers: Sequence[str] = ()
    jws: Sequence[str] = ()
    left_out: int = 0


class ValidStamp(NamedTuple):
    """A selected stamp that passed every check of section 3.3. `nullifiers` are those that count (3.4)."""

    stamp_id: int
    provider: str
    credential_provider: str
    expires_at: datetime
    expiration_text: str
    nullifiers: tuple[str, ...]
    human_key: str | None = None


class Deduplication(NamedTuple):
    """The partition of the valid stamps, and the links to write: `claims` become or stay this address's, `backfills`
    are copies of another owner's link for nullifiers that nobody had. Both sorted by hash, each hash once."""

    kept: tuple[ValidStamp, ...]
    deduplicated: tuple[ValidStamp, ...]
    claims: tuple[HashLink, ...]
    backfills: tuple[HashLink, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """A computed score, in the forms that the score row stores (section 3.8)."""

    passing: bool
    evidence: Mapping[str, Any]
    stamp_scores: Mapping[str, float]
    stamps: Mapping[str, Mapping[str, Any]]
    expires_at: datetime | None
    computed_at: datetime


class PointsAward(NamedTuple):
    """Points rows that this scoring adds. `qualifies`: the qualified row of (address, community) is missing."""

    qualifies: bool = False
    rows: tuple[HumanPoint, ...] = ()


class Outcome(NamedTuple):
    """What one scoring found. `dedup_events` and `score_fields` are event data; the latter lacks `passport`."""

    deduplication: Deduplication
    score: Score
    dedup_events: tuple[Mapping[str, Any], ...]
    score_fields: Mapping[str, Any]
    award: PointsAward
