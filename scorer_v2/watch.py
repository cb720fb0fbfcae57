"""The watch of a process: which of its threads runs next, when each of them waits for something.

Threads of the lean worker wait for two things most of the time: for the next request, and for the database's answer to
what they asked. The one that has the turn (scorer_v2.turns) and begins to wait looks who can go on: itself, another one
whose answer came, or one that has nothing to do, for a request that came. It hands that one its turn and rests. When
nobody can go on, one of those that wait listens for all of them.

So one thread is awake at a time, and goes on without another one being woken as long as it is the only one that has
something to do. Left to wait each for its own, threads that wake up interrupt the one that computes, only to learn that
they have to wait for it.

Who has the turn is responsible for looking before it waits; so is who listens. Where a turn is given up in another way,
a thread that rests is woken for that (`appoint`).
"""

import os
import select
from collections import deque
from threading import Lock
from time import monotonic
from typing import Any

from scorer_v2 import turns

_ONCE = select.EPOLLIN | select.EPOLLONESHOT
_HEARD_AT_ONCE = 64


class Call:
    """A thread that waits: for a file, whose events came when it `is_due`, or for a `connection` to serve.

    While it rests, others may wake it, once: who does so takes it off the list first. Awake, it looks for itself.
    """

    __slots__ = ("connection", "has_the_turn", "is_called", "is_due", "waits_for_a_file", "woken")

    def __init__(self, *, waits_for_a_file: bool) -> None:
        self.waits_for_a_file = waits_for_a_file
        self.is_due = False
        self.connection: Any = None
        self.is_called = False  # may go on, by who woke it
        self.has_the_turn = False  # got it from who woke it
        self.woken = Lock()
        self.woken.acquire()


class Watch:
    """Over quiet connections, those between two requests or before their first, and files that threads wait for."""

    def __init__(self) -> None:
        self._poll = select.epoll()
        self._guard = Lock()  # of all that follows but the quiet connections
        self._quiet: dict[int, Any] = {}
        self._spoken: deque[Any] = deque()
        self._waiting: dict[int, Call] = {}
        self._due: deque[Call] = deque()
        self._resting: list[Call] = []
        self._is_listened_to = False
        self._latest_end = float("inf")
        self._stopped = False
        self._stop_seen, self._stop = os.pipe()
        self._poll.register(self._stop_seen, _ONCE)

    def __len__(self) -> int:
        return len(self._quiet)

    def add(self, connection: Any) -> None:
        """A quiet connection. Who calls has done with it."""
        number = connection.sock.fileno()
        self._quiet[number] = connection
        self._ask_for(number, _ONCE)

    def next(self) -> Any | None:
        """The next connection that has something to say, and the turn of this thread. None when the server stops."""
        mine = Call(waits_for_a_file=False)
        while not self._stopped:
            if self._until_called(mine, until=None):
                return mine.connection
        turns.leave()
        return None

    def wait_for(self, file: int, events: int, *, milliseconds: float | None) -> bool:
        """Until the file is ready for some of the events; the thread has its turn again then. False: not in time."""
        mine = Call(waits_for_a_file=True)
        self._waiting[file] = mine
        self._ask_for(file, events | select.EPOLLONESHOT)
        until = None if milliseconds is None else monotonic() + milliseconds / 1000
        while not self._until_called(mine, until=until):
            if until is not None and monotonic() >= until and self._withdraw(mine, file):
                return False
        return True

    def appoint(self) -> None:
        """A thread that rests looks who can go on, unless somebody listens."""
        with self._guard:
            chosen = None if self._is_listened_to else self._free_thread() or next(iter(self._resting), None)
            if chosen is None:
                return
            self._resting.remove(chosen)
        chosen.woken.release()

    def take_overdue(self, *, by: float) -> list[Any]:
        """Quiet connections whose time is over, which are nobody else's any more."""
        return [
            connection
            for number, connection in list(self._quiet.items())
            if min(connection.timeout, self._latest_end) <= by and self._quiet.pop(number, None) is connection
        ]

    def end_by(self, moment: float) -> None:
        """The time of all is over by then."""
        self._latest_end = moment

    def stop(self) -> None:
        """All threads that wait for a connection are told, one by the other, and all that ask for one from now on."""
        self._stopped = True
        os.write(self._stop, b"\0")
        self.appoint()

    def _ask_for(self, file: int, events: int) -> None:
        try:
            self._poll.modify(file, events)
        except FileNotFoundError:
            self._poll.register(file, events)

    def _until_called(self, mine: Call, *, until: float | None) -> bool:
        """Whether it may go on; else it has waited for as long as it may, or should look again. It has its turn."""
        if self._spoken and not self._due:
            self._hear(0)  # an answer goes before a new request
        with self._guard:
            chosen = self._choose(mine)
            listens = chosen is None and not (self._is_listened_to or turns.is_mine_awaited())
            if chosen is not None and chosen is not mine:
                self._resting.remove(chosen)
                chosen.has_the_turn = turns.hand_over()
            if listens:
                self._is_listened_to = True
            elif chosen is not mine:
                self._resting.append(mine)
        if listens:
            self._listen(until)
        elif chosen is not mine:
            self._rest(mine, until, after=chosen)
        turns.take()
        return mine.is_called

    def _choose(self, mine: Call) -> Call | None:
        """Who goes on: whose answer came, or who is free for a request that came. The guard is held."""
        chosen = mine if mine.is_due else next((call for call in self._due if call in self._resting), None)
        if chosen is not None:
            self._due.remove(chosen)
        elif self._spoken and not self._stopped:
            chosen = mine if not mine.waits_for_a_file else self._free_thread()
            if chosen is not None:
                chosen.connection = self._spoken.popleft()
        if chosen is not None:
            chosen.is_called = True
        return chosen

    def _free_thread(self) -> Call | None:
        """The one that has rested least: what it worked with is still at hand."""
        return next((call for call in reversed(self._resting) if not call.waits_for_a_file), None)

    def _listen(self, until: float | None) -> None:
        turns.pass_on()
        try:
            self._hear(None if until is None else max(0.0, until - monotonic()))
        finally:
            self._is_listened_to = False

    def _hear(self, seconds: float | None) -> None:
        heard = self._poll.poll(seconds, _HEARD_AT_ONCE)
        with self._guard:
            for file, _ in heard:
                call = self._waiting.pop(file, None)
                if call is not None:
                    call.is_due = True
                    self._due.append(call)
                    continue
                # One that is not there any more was too late.
                connection = self._quiet.pop(file, None)
                if connection is not None:
                    self._spoken.append(connection)

    def _rest(self, mine: Call, until: float | None, *, after: Call | None) -> None:
        """Until it is woken, or the time is over; `after` waking who goes on."""
        if after is not None:
            after.woken.release()
        elif not turns.pass_on():
            self.appoint()
        if not mine.woken.acquire(timeout=-1 if until is None else max(0.0, until - monotonic())):
            with self._guard:
                if mine in self._resting:
                    self._resting.remove(mine)
                    return
            mine.woken.acquire()
        if mine.has_the_turn:
            mine.has_the_turn = False
            turns.receive()

    def _withdraw(self, mine: Call, file: int) -> bool:
        """Nobody need look for its answer any more. False: it has just come."""
        with self._guard:
            if mine.is_due:
                return False
            self._waiting.pop(file, None)
            return True
