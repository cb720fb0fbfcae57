"""Limits on how many requests of a process use the same thing at once, so that one slow thing cannot hold all threads.

A request beyond the limit waits as long as those inside make progress, as it would in any queue. When all of them have
waited for the database for PATIENCE_SECONDS, nothing makes progress: it is refused, and so is every further one at
once, until one of those inside leaves.
"""

from collections import defaultdict
from collections.abc import Hashable
from threading import Condition
from time import monotonic
from typing import Protocol

from scorer_v2.primitives.errors import DatabaseSilent

# Far above the milliseconds of a usual round trip, and short enough that `/health` is answered within 250 ms.
PATIENCE_SECONDS = 0.1
# How often a waiting request looks again whether those inside still make progress.
RECHECK_SECONDS = 0.02


class DatabaseBusy(DatabaseSilent):
    """Too many requests wait for the database, or for the same passport. The database was not asked."""

    detail = "The service is busy. Please try again."


class Member(Protocol):
    """A request. `waiting_since`: since when it waits for the database, monotonic; None while it does not."""

    waiting_since: float | None

    def seconds_left(self) -> float: ...


class Bulkheads:
    """One limit for each key, of all threads of the process."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._inside: defaultdict[Hashable, set[Member]] = defaultdict(set)

    def enter(self, member: Member, key: Hashable, *, limit: int) -> None:
        """Wait for a place. Raises DatabaseBusy when those inside make no progress, or the time of `member` is up."""
        with self._changed:
            while len(inside := self._inside[key]) >= limit:
                left = min(patience_left(inside), member.seconds_left())
                if left <= 0:
                    raise DatabaseBusy
                self._changed.wait(min(left, RECHECK_SECONDS))
            inside.add(member)

    def leave(self, member: Member, key: Hashable) -> None:
        """Give the place back; nothing happens where there is none."""
        with self._changed:
            self._inside[key].discard(member)
            if not self._inside[key]:
                del self._inside[key]
            self._changed.notify_all()


def patience_left(inside: set[Member]) -> float:
    """Return the seconds until all inside have waited too long; the whole patience while one of them computes."""
    now = monotonic()
    return max(PATIENCE_SECONDS - (now - (each.waiting_since or now)) for each in inside)
