"""One scoring's transaction: opened, locked and read in one round trip, written and committed in another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from apps.account.keys import KeyRow, PresentedKey
from apps.account.managers import (
    AnalyticsEntry,
    find_key_step,
    key_from,
    migrate_key_step,
    record_request_step,
)
from apps.registry.managers.communities import OF_A_KEY, CommunityLookup, scorer_values
from apps.registry.managers.outcomes import count_from, count_steps, error_step, outcome_steps
from apps.registry.managers.snapshots import (
    AWARDING_LISTS,
    ENTER,
    SNAPSHOT,
    Entrance,
    entrance_from,
    known_values,
    snapshot_from,
)
from apps.registry.managers.statistics import statistics_steps
from apps.registry.scoring.records import Outcome, Snapshot
from apps.registry.scoring.remembered_stamps import RememberedStamps
from scorer_v2.database.round_trips import BEGIN, COMMIT, Step, commit_and, rollback, send
from scorer_v2.primitives.errors import Conflict, DatabaseUnavailable, DomainError

DATA_EXCEPTION = "22"  # the class of SQLSTATEs that says a value does not fit


class UnstorableStamps(DomainError):
    status = 400
    detail = "A stamp holds a value that cannot be stored."


@dataclass(frozen=True, slots=True)
class OpenedScoring:
    """What the first round trip found. No snapshot: no community for this caller and id."""

    entrance: Entrance
    snapshot: Snapshot | None
    key: KeyRow | None = None

    @property
    def passport_id(self) -> int:
        """The locked passport. Raises Conflict when another request was creating it."""
        if self.entrance.passport_id is None:
            raise Conflict("passport")
        return self.entrance.passport_id


class ScoringTransaction:
    """Leaving the block without `save_*` or `abandon` rolls back."""

    def __init__(
        self, *, address: str | None, now: datetime, points_wanted: bool, remembered: RememberedStamps | None = None
    ) -> None:
        """`address` None: the community is looked up, and nothing is entered or loaded. `remembered`: the address's
        stamps, which are loaded only if they are not the same any more."""
        self.address = address
        self.remembered = remembered
        self.now = now
        self.values: dict[str, Any] = {
            "address": address,
            "now": now,
            "points_wanted": points_wanted,
            "awarding_lists": AWARDING_LISTS,
            **known_values(remembered),
        }
        self.passport_created = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        rollback()

    def open_for_key(self, *, key: PresentedKey, scorer_id: int) -> OpenedScoring:
        """Finds the key's row; locks and loads only if it is proven by its SHA-256 and usable."""
        key_rows, *rows = send(BEGIN, find_key_step(key), *self._read_for_key(key, scorer_id), restartable=True)[1:]
        return self._opened(rows, key=key_from(key_rows))

    def migrate_and_reopen(self, *, row: KeyRow, key: PresentedKey, scorer_id: int) -> OpenedScoring:
        """Stores the SHA-256 of a key that PBKDF2 proved, commits that, and opens the scoring anew."""
        steps = (migrate_key_step(row, key), COMMIT, BEGIN, *self._read_for_key(key, scorer_id))
        return self._opened(send(*steps)[3:], key=row)

    def open(self, *, lookup: CommunityLookup, scorer_id: int, saving: Sequence[Step] = ()) -> OpenedScoring:
        """Enters and loads; `saving` are steps that store the request's stamps before they are read.

        Raises UnstorableStamps for values that PostgreSQL's types cannot hold.
        """
        values = {**self.values, **scorer_values(scorer_id)}
        steps = (BEGIN, Step(ENTER[lookup], values), *saving, Step(SNAPSHOT[lookup], values))
        try:
            _, entered, *_, snapshot = send(*steps, restartable=True)
        except DatabaseUnavailable as failure:
            if saving and (failure.sqlstate or "").startswith(DATA_EXCEPTION):
                raise UnstorableStamps from failure
            raise
        return self._opened([entered, snapshot])

    def count_metamask_awards(self) -> int:
        """How many exist, up to the cap; held until the commit."""
        return count_from(send(*count_steps())[-1])

    def save_outcome(self, outcome: Outcome, *, opened: OpenedScoring, analytics: AnalyticsEntry | None = None) -> None:
        """Writes and commits. Raises Conflict when another request claimed one of the nullifiers."""
        snapshot = opened.snapshot
        if snapshot is None:
            raise ValueError("nothing was opened")
        steps = outcome_steps(
            outcome,
            passport_id=opened.passport_id,
            address=snapshot.address,
            community_id=snapshot.community_id,
            now=self.now,
        )
        commit_and(*steps, after=(*_recording(analytics), *statistics_steps()))

    def save_error(self, error: str, *, opened: OpenedScoring, analytics: AnalyticsEntry | None = None) -> None:
        commit_and(error_step(error, passport_id=opened.passport_id), after=_recording(analytics))

    def abandon(self, analytics: AnalyticsEntry | None) -> None:
        """Ends without a trace but the analytics row; a transaction that wrote nothing ends with its COMMIT."""
        if self.passport_created:
            rollback()
            commit_and(*_recording(analytics)) if analytics else None
        else:
            commit_and(after=_recording(analytics))

    def _read_for_key(self, key: PresentedKey, scorer_id: int) -> tuple[Step, Step]:
        proof = {"key_prefix": key.prefix, "key_digest": key.digest}
        values = {**self.values, **scorer_values(scorer_id), **proof}
        return Step(ENTER[OF_A_KEY], values), Step(SNAPSHOT[OF_A_KEY], values)

    def _opened(self, rows: Sequence[Any], *, key: KeyRow | None = None) -> OpenedScoring:
        entrance = entrance_from(rows[0])
        self.passport_created = entrance.created
        return OpenedScoring(entrance, snapshot_from(rows[1], self.address or "", self.remembered), key)


def _recording(entry: AnalyticsEntry | None) -> tuple[Step, ...]:
    return (record_request_step(entry),) if entry is not None else ()
