"""Whose turn it is to compute, among the threads of a process that serve requests.

Only one thread runs Python at a time anyway. Left to themselves, threads that all have something to do take that right
from each other at every system call, which costs a busy process half of its time, and some requests theirs many times
over. Here a thread computes until it has to wait for somebody else, gives up its turn before it waits, and gets
another one, in the order of asking, after that. In the lean worker, one that waits for the database hands its turn to
who can go on (scorer_v2.watch).

A turn is a courtesy, not a lock: who does not get it in time goes on without it. Threads that never took one, such as
those of a command, know nothing of all this.
"""

from collections import deque
from select import poll
from threading import Lock, local
from typing import Protocol

# The most that a thread waits for its turn: longer than most requests compute, short enough to go unnoticed when
# somebody holds it who waits for something that nobody thought of.
PATIENCE_SECONDS = 0.02


class Turns:
    """One turn, and the threads that wait for it."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._is_taken = False
        self._waiting: deque[Lock] = deque()

    def take(self, *, patience: float = PATIENCE_SECONDS) -> bool:
        """Wait for the turn. False: it did not come in time."""
        with self._guard:
            if not self._is_taken:
                self._is_taken = True
                return True
            called = Lock()
            called.acquire()
            self._waiting.append(called)
        return called.acquire(timeout=patience) or self._was_called_meanwhile(called)

    def _was_called_meanwhile(self, called: Lock) -> bool:
        with self._guard:
            if called not in self._waiting:
                return True
            self._waiting.remove(called)
            return False

    def pass_on(self) -> bool:
        """To who has waited longest. Only for who has it. False: nobody waited."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
                return True
            self._is_taken = False
            return False

    def are_awaited(self) -> bool:
        return bool(self._waiting)


class Watch(Protocol):
    """Who goes on when a thread waits."""

    def wait_for(self, file: int, events: int, *, milliseconds: float | None) -> bool: ...

    def appoint(self) -> None: ...


class _Part(local):
    """What a thread has to do with it."""

    takes_part = False
    has_the_turn = False


_turns = Turns()
_mine = _Part()
_watch: Watch | None = None


def set_watch(watch: Watch | None) -> None:
    """That of this process."""
    global _watch  # noqa: PLW0603 - a process has one server
    _watch = watch


def take() -> None:
    """Wait for the turn of this thread, for a short time; from now on it takes part."""
    _mine.takes_part = True
    if not _mine.has_the_turn:
        _mine.has_the_turn = _turns.take()


def give_up() -> None:
    """Another thread may compute, or look who can."""
    if not pass_on() and _watch is not None and _mine.takes_part:
        _watch.appoint()


def pass_on() -> bool:
    """To a thread that asked for it. False: there was none, or no turn to pass on."""
    if not _mine.has_the_turn:
        return False
    _mine.has_the_turn = False
    return _turns.pass_on()


def is_mine_awaited() -> bool:
    """Whether this thread has the turn, and another one asks for it."""
    return _mine.has_the_turn and _turns.are_awaited()


def hand_over() -> bool:
    """The turn is another's now, who is to `receive` it. False: this thread had none."""
    had_the_turn, _mine.has_the_turn = _mine.has_the_turn, False
    return had_the_turn


def receive() -> None:
    """What another thread handed over."""
    _mine.has_the_turn = True


def wait_for(file: int, events: int, *, milliseconds: float | None) -> bool:
    """Wait until the file is ready for some of the events of `select.poll`. False: not in time; None is no limit."""
    if _watch is not None and _mine.takes_part:
        return _watch.wait_for(file, events, milliseconds=milliseconds)
    waited = poll()
    waited.register(file, events)
    with waiting:
        return bool(waited.poll(milliseconds))


def leave() -> None:
    """For what waits in places that know nothing of turns: the thread goes on without one until it takes it again."""
    give_up()
    _mine.takes_part = False


class _Waiting:
    """`with waiting:` around what waits for somebody else, of a thread that may or may not take part."""

    __slots__ = ()

    def __enter__(self) -> None:
        give_up()

    def __exit__(self, *_: object) -> None:
        if _mine.takes_part:
            take()


waiting = _Waiting()
