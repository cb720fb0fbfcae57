"""One scoring's transaction: opened, locked and read in one round trip, written and committed in another."""

from collections.abc import Sequence
from contextlib import ExitStack
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
from scorer_v2.database.request_deadline import passport_line
from scorer_v2.database.round_trips import BEGIN, COMMIT, Rows, Step, commit_and, rollback, send
from scorer_v2.primitives.errors import Conflict, DatabaseUnavailable, DomainError

DATA_EXCEPTION = "22"  # the class of SQLSTATEs that says a value does not fit


class UnstorableStamps(DomainError):
    status = 400
    detail = "A stamp holds a value that cannot be stored."


class ScoringTransaction:
    """One scoring: what it opened is kept here until it is saved. Leaving the block without that rolls back.

    `snapshot` is None until it is opened, and where there is no community for this caller and id.
    """

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
        self.snapshot: Snapshot | None = None
        self.entrance = Entrance(passport_id=None, created=False)
        self._line = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._line:
            rollback()

    def open_for_key(self, *, key: PresentedKey, scorer_id: int | str) -> KeyRow | None:
        """Return the key's row; lock and load only if it is proven by its SHA-256 and usable."""
        self._line.enter_context(passport_line(self.address, scorer_id))
        key_rows, *rows = send(BEGIN, find_key_step(key), *self._read_for_key(key, scorer_id), restartable=True)[1:]
        self._keep(rows)
        return key_from(key_rows)

    def migrate_and_reopen(self, *, row: KeyRow, key: PresentedKey, scorer_id: int | str) -> None:
        """Store the SHA-256 of a key that PBKDF2 proved, commit that, and open the scoring anew."""
        steps = (migrate_key_step(row, key), COMMIT, BEGIN, *self._read_for_key(key, scorer_id))
        self._keep(send(*steps)[3:])

    def open(self, *, lookup: CommunityLookup, scorer_id: int, saving: Sequence[Step] = ()) -> None:
        """Lock and load; `saving` are steps that store the request's stamps before they are read.

        Raises UnstorableStamps for values that PostgreSQL's types cannot hold.
        """
        self._line.enter_context(passport_line(self.address, scorer_id))
        values = {**self.values, **scorer_values(scorer_id)}
        steps = (BEGIN, Step(ENTER[lookup], values), *saving, Step(SNAPSHOT[lookup], values))
        try:
            _, entered, *_, snapshot = send(*steps, restartable=True)
        except DatabaseUnavailable as failure:
            if saving and (failure.sqlstate or "").startswith(DATA_EXCEPTION):
                raise UnstorableStamps from failure
            raise
        self._keep([entered, snapshot])

    def count_metamask_awards(self) -> int:
        """Return how many exist, up to the cap; the number holds until the commit."""
        return count_from(send(*count_steps())[-1])

    def save(self, *, outcome: Outcome | None, error: str | None, analytics: AnalyticsEntry | None = None) -> None:
        """Write the outcome, or the error of the data where there is none, and commit.

        Raises Conflict, with nothing written, when another request claimed one of the nullifiers or is creating the
        passport; and DatabaseUnavailable.
        """
        if outcome is None:
            commit_and(error_step(error or "", passport_id=self.passport_id), after=_recording(analytics))
        else:
            commit_and(*self._outcome_steps(outcome), after=(*_recording(analytics), *statistics_steps()))

    def abandon(self, analytics: AnalyticsEntry | None) -> None:
        """End with nothing written but the analytics row; a transaction that wrote nothing ends with its COMMIT."""
        if self.entrance.created:
            rollback()
            commit_and(*_recording(analytics)) if analytics else None
        else:
            commit_and(after=_recording(analytics))

    @property
    def passport_id(self) -> int:
        """The locked passport. Raises Conflict when another request is creating it."""
        if self.entrance.passport_id is None:
            raise Conflict("passport")
        return self.entrance.passport_id

    def _outcome_steps(self, outcome: Outcome) -> Sequence[Step]:
        if self.snapshot is None:
            raise ValueError("nothing was opened")
        return outcome_steps(
            outcome,
            passport_id=self.passport_id,
            address=self.snapshot.address,
            community_id=self.snapshot.community_id,
            now=self.now,
        )

    def _read_for_key(self, key: PresentedKey, scorer_id: int | str) -> tuple[Step, Step]:
        proof = {"key_prefix": key.prefix, "key_digest": key.digest}
        values = {**self.values, **scorer_values(scorer_id), **proof}
        return Step(ENTER[OF_A_KEY], values), Step(SNAPSHOT[OF_A_KEY], values)

    def _keep(self, rows: Sequence[Rows]) -> None:
        self.entrance = entrance_from(rows[0])
        self.snapshot = snapshot_from(rows[1], self.address or "", self.remembered)


def _recording(entry: AnalyticsEntry | None) -> tuple[Step, ...]:
    return (record_request_step(entry),) if entry is not None else ()
