"""What a recalculation takes in and gives out. Frozen, and small enough to travel between processes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from apps.registry.scoring.records import Credential, HashLink, Outcome, PointsState, ScoringRules


@dataclass(frozen=True, slots=True)
class Manner:
    """How scores are computed again.

    `trusts_kept_proofs`: an EIP-712 credential that equals the one that the passport's last scoring kept for the same
    provider is not verified again: it was then, and a proof that held holds. `writes` is off for a dry run.
    """

    rules: ScoringRules
    trusts_kept_proofs: bool = True
    writes: bool = True


class LoadedStamp(NamedTuple):
    """A live, unrevoked stamp. `kept_row` is the row of `registry_stamp` that equals it, if any.

    `credential` is there when its proof was verified already: only the members that decide about a score, parsed.
    """

    id: int
    provider: str
    updated_at: datetime
    document: str
    kept_row: int | None
    credential: Credential | None


class PreviousScore(NamedTuple):
    """What was stored, as far as it is compared."""

    status: str | None
    passing: bool
    raw_score: str | None


class LoadedPassport(NamedTuple):
    """A locked passport with all that is its own: stamps by ascending id, ids of kept rows in their order."""

    id: int
    address: str
    stamps: Sequence[LoadedStamp] = ()
    kept_rows: Sequence[int] = ()
    points: PointsState | None = None
    previous: PreviousScore | None = None


class Recomputed(NamedTuple):
    """What became of a passport: an outcome, or the text of an error of the data, or neither when it failed."""

    passport: LoadedPassport
    outcome: Outcome | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class LinksToWrite:
    """Claims and backfills of a whole batch, each hash once, as `Deduplication` has them for one address."""

    claims: Sequence[HashLink] = ()
    backfills: Sequence[HashLink] = ()


@dataclass(slots=True)
class Tally:
    """Counts of passports. Every computed one is `unchanged`, `changed` or an error of the data (`errors`); of the
    changed ones some are `newly_passing` or `no_longer_passing`. `failed` could not be computed and stay as they were.
    """

    passports: int = 0
    unchanged: int = 0
    changed: int = 0
    newly_passing: int = 0
    no_longer_passing: int = 0
    errors: int = 0
    failed: int = 0
    stamps: int = 0
    proofs_verified: int = 0
    restarts: int = 0

    def add(self, other: "Tally") -> None:
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(frozen=True, slots=True)
class Community:
    """A community to recompute. `awards_points` ones are not computed beside any other."""

    id: int
    awards_points: bool


@dataclass(frozen=True, slots=True)
class Selection:
    """Which passports: those of these communities, of these addresses (lowercase), and those that were not scored since
    a time, which is how an interrupted run goes on. None: of all."""

    community_ids: Sequence[int] | None = None
    addresses: Sequence[str] | None = None
    not_scored_since: datetime | None = None
