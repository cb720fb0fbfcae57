"""What is told of a score. Frozen; times carry a zone, decimals are texts as scores have them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from apps.registry.scoring.records import Snapshot, StoredStamp

COUNTS: Final = "counts"
NO_WEIGHT: Final = "no_weight"
SUPERSEDED: Final = "superseded"
UNTRUSTED_ISSUER: Final = "untrusted_issuer"
EXPIRED: Final = "expired"
OTHER_HOLDER: Final = "other_holder"
OTHER_PROVIDER: Final = "other_provider"
MALFORMED: Final = "malformed"
PROOF: Final = "proof"
CLAIMED: Final = "claimed"
REVOKED: Final = "revoked"


@dataclass(frozen=True, slots=True)
class Claim:
    """The other address that a nullifier belongs to in the community, and until when."""

    nullifier: str
    address: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class StampExplanation:
    """Whether a stored stamp counts, and why not.

    `verdict` is one of this module's constants; `counts` is true for COUNTS and NO_WEIGHT. `sentence` says it in
    words. `weight` is what it adds, or would add; `weight_source` is `scorer`, `customization` or None without weight.
    `issuer`, `expires_at` and `credential_provider` are as the credential has them, None where it does not.
    """

    id: int
    type: int
    provider: str
    counts: bool
    verdict: str
    sentence: str
    weight: str
    weight_source: str | None
    updated_at: datetime
    issuer: str | None = None
    expires_at: str | None = None
    credential_provider: str | None = None
    claimed_by: Claim | None = None
    revoked_by: str | None = None


@dataclass(frozen=True, slots=True)
class StoredOutcome:
    """A row of `registry_score`. `raw_score` and `threshold` are its evidence's; `stamps` are provider to entry."""

    status: str | None
    error: str | None
    passing: bool
    raw_score: str | None
    threshold: str | None
    last_score_timestamp: datetime | None
    expiration_date: datetime | None
    stamps: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ComputedOutcome:
    """What scoring now would store; with an `error` of the data there is no score."""

    error: str | None
    passing: bool = False
    raw_score: str | None = None
    threshold: str | None = None
    expiration_date: datetime | None = None
    stamps: Mapping[str, Any] | None = None
    points_awarded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ScoreEvent:
    """A row of `registry_event`: action, time and data."""

    action: str
    created_at: datetime
    data: Any


@dataclass(frozen=True, slots=True)
class BanInForce:
    """A ban that concerns the address; it changes no score until its stamps are revoked."""

    type: str
    provider: str
    hash: str
    end_time: datetime | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class ScoreExplanation:
    """Why an address has its score in a community. `differences` are sentences: what scoring now would change.

    `points` is `points_data` of the score object, None outside of the programme. `events` come newest first.
    """

    address: str
    community_id: int
    community_name: str
    community_deleted: bool
    rule: str
    explained_at: datetime
    passport_id: int | None
    stamps: tuple[StampExplanation, ...]
    stored: StoredOutcome | None
    computed: ComputedOutcome
    differences: tuple[str, ...]
    points: Mapping[str, Any] | None
    bans: tuple[BanInForce, ...]
    events: tuple[ScoreEvent, ...]


@dataclass(frozen=True, slots=True)
class RevokedStamp:
    """A live stamp that is revoked. `list_name` is None for a revocation of no list; `elsewhere`: its proof is that of
    another row that is revoked (D23)."""

    stamp: StoredStamp
    list_name: str | None
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class ScoreFacts:
    """All that an explanation is made of. `metamask_awards` is the number of those awards, up to their cap."""

    snapshot: Snapshot
    community_name: str
    community_deleted: bool
    passport_id: int | None
    stored: StoredOutcome | None
    revoked: tuple[RevokedStamp, ...]
    bans: tuple[BanInForce, ...]
    events: tuple[ScoreEvent, ...]
    metamask_awards: int
