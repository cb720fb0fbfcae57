"""The time that a request may take, and its places at the database.

Whatever waits for the database on behalf of a request asks here how long it may (`scorer_v2.http.deadlines`).
"""

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic

import psycopg

from scorer_v2.conf import settings
from scorer_v2.database.bulkheads import Bulkheads

DATABASE = "database"
bulkheads = Bulkheads()


class DeadlinePassed(psycopg.OperationalError):
    """The time of the request is up: whatever the database would answer is not waited for."""


class RequestDeadline:
    """The time of one request, and the places that it holds. One thread at a time uses it."""

    __slots__ = ("_places", "_until", "waiting_since")

    def __init__(self, *, seconds: float) -> None:
        self._until = monotonic() + seconds
        self._places: set[Hashable] = set()
        self.waiting_since: float | None = None

    def seconds_left(self) -> float:
        return self._until - monotonic()

    def allow(self, seconds: float) -> None:
        """Let the request take so long from now on, if it may not take longer anyway."""
        self._until = max(self._until, monotonic() + seconds)

    def allow_only(self, seconds: float) -> None:
        """Let the request take so long from now on, and no longer."""
        self._until = min(self._until, monotonic() + seconds)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Wait for the database. Raises DeadlinePassed, and DatabaseBusy when others have all places."""
        if self.waiting_since is not None:  # a connection is being opened, which asks for its settings
            yield
            return
        if self.seconds_left() <= 0:
            raise DeadlinePassed("the request's deadline has passed")
        self.enter(DATABASE, limit=settings.DATABASE_CONCURRENCY)
        self.waiting_since = monotonic()
        try:
            yield
        finally:
            self.waiting_since = None

    def enter(self, key: Hashable, *, limit: int) -> None:
        """Take a place, once. Raises DatabaseBusy. A limit of 0 is none."""
        if limit and key not in self._places:
            bulkheads.enter(self, key, limit=limit)
            self._places.add(key)

    def leave(self, *keys: Hashable) -> None:
        """Give these places back; without keys, all."""
        for key in keys or tuple(self._places):
            if key in self._places:
                self._places.remove(key)
                bulkheads.leave(self, key)


_current: ContextVar[RequestDeadline | None] = ContextVar("request_deadline", default=None)

current_deadline = _current.get


@contextmanager
def database_wait() -> Iterator[float | None]:
    """Wait for the database on behalf of the current request, if there is one; gives the seconds that it may take.

    None: no request, no limit, as in commands. Raises DeadlinePassed and DatabaseBusy.
    """
    deadline = _current.get()
    if deadline is None:
        yield None
        return
    with deadline.waiting():
        yield max(deadline.seconds_left(), 0.001)


@contextmanager
def passport_line(address: str | None, scorer: int | str) -> Iterator[None]:
    """Let few requests of the process lock the same passport at once. Raises DatabaseBusy."""
    deadline, key = _current.get(), ("passport", address, scorer)
    if deadline is None or address is None:
        yield
        return
    deadline.enter(key, limit=settings.PASSPORT_CONCURRENCY)
    try:
        yield
    finally:
        deadline.leave(key)


@contextmanager
def under(deadline: RequestDeadline) -> Iterator[None]:
    """Make it the current request's. At the end its places are given back."""
    token = _current.set(deadline)
    try:
        yield
    finally:
        _current.reset(token)
        deadline.leave()
