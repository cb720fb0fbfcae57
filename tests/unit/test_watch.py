"""Threads of the lean worker hand each other their turn: none waits for nothing, and none is forgotten."""

import select
import socket
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Event, Thread

import pytest

from scorer_v2 import turns
from scorer_v2.turns import Turns

if sys.platform != "linux":
    pytest.skip("there is no epoll", allow_module_level=True)

from scorer_v2.watch import Watch

LONG = 30.0
LONG_MS = 30_000.0
REQUESTS = 2_000


@dataclass(eq=False)
class Pair:
    """A connection as the server holds it, and its client; or a file that a thread waits for."""

    sock: socket.socket
    client: socket.socket
    timeout: float = float("inf")

    def speak(self) -> None:
        self.client.send(b"x")

    def hear(self) -> None:
        self.sock.recv(1)


def pair() -> Pair:
    return Pair(*socket.socketpair())


class Served:
    """A watch with threads that serve its connections: `work` is done for each, by whoever got it."""

    def __init__(self, work: Callable[[Pair], None], threads: int = 2) -> None:
        self.watch = Watch()
        turns.set_watch(self.watch)
        self.work = work
        self.done: SimpleQueue[Pair] = SimpleQueue()
        self.threads = [Thread(target=self._serve, daemon=True) for _ in range(threads)]
        for thread in self.threads:
            thread.start()

    def _serve(self) -> None:
        while (connection := self.watch.next()) is not None:
            connection.hear()
            self.work(connection)
            self.done.put(connection)

    def connection(self) -> Pair:
        made = pair()
        self.watch.add(made)
        return made

    def wait_for(self, condition: Callable[[], bool]) -> None:
        until = time.monotonic() + LONG
        while not condition():
            assert time.monotonic() < until
            time.sleep(0.001)

    def wait_until_all_are_idle(self) -> None:
        """One listens, and the others rest."""
        self.wait_for(lambda: self.watch._is_listened_to and len(self.watch._resting) == len(self.threads) - 1)

    def stop(self) -> None:
        self.watch.stop()
        for thread in self.threads:
            thread.join(LONG)
        assert not any(thread.is_alive() for thread in self.threads)


@pytest.fixture(autouse=True)
def fresh_turns(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(turns, "_turns", Turns())
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", LONG)
    monkeypatch.setattr(Turns.take, "__kwdefaults__", {"patience": LONG})  # nobody goes on without a turn
    yield
    turns.set_watch(None)


def only_for(slow: Pair, action: Callable[[], object]) -> Callable[[Pair], None]:
    """Work that does something for one connection, and nothing for others."""

    def work(connection: Pair) -> None:
        if connection is slow:
            action()

    return work


def wait_politely(event: Event) -> None:
    with turns.waiting:
        event.wait(LONG)


def await_answer(file: Pair) -> None:
    assert turns.wait_for(file.sock.fileno(), select.POLLIN, milliseconds=LONG_MS)


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_connections_that_speak_are_served_one_after_the_other(threads: int) -> None:
    served = Served(lambda _: None, threads)
    connections = [served.connection() for _ in range(10)]
    for each in connections:
        each.speak()
    assert {id(served.done.get(timeout=LONG)) for _ in connections} == {id(each) for each in connections}
    served.wait_until_all_are_idle()
    served.stop()


def test_who_waits_alone_goes_on_without_another_one_being_woken() -> None:
    answer = pair()
    served = Served(lambda _: await_answer(answer))
    served.wait_until_all_are_idle()
    rests = list(served.watch._resting)
    served.connection().speak()
    served.wait_for(lambda: bool(served.watch._waiting) and served.watch._is_listened_to)
    answer.speak()
    served.done.get(timeout=LONG)
    assert served.watch._resting == rests
    served.stop()


def test_others_are_served_while_one_waits() -> None:
    answer, slow = pair(), pair()
    served = Served(only_for(slow, lambda: await_answer(answer)))
    served.watch.add(slow)
    slow.speak()
    served.wait_for(lambda: bool(served.watch._waiting))
    for _ in range(3):
        quick = served.connection()
        quick.speak()
        assert served.done.get(timeout=LONG) is quick
    answer.speak()
    assert served.done.get(timeout=LONG) is slow
    served.stop()


def test_an_answer_reaches_who_rests_through_who_listens() -> None:
    """Both wait: the second listens for the first too."""
    answers = {name: pair() for name in ("first", "second")}
    names: dict[int, str] = {}
    served = Served(lambda connection: await_answer(answers[names[id(connection)]]))
    for name in answers:
        connection = served.connection()
        names[id(connection)] = name
        connection.speak()
        served.wait_for(lambda: len(served.watch._waiting) == len(names))
    for name, answer in answers.items():
        answer.speak()
        assert names[id(served.done.get(timeout=LONG))] == name
    served.wait_until_all_are_idle()
    served.stop()


def test_an_answer_goes_before_a_new_request() -> None:
    answer, begun, goes_on = pair(), Event(), Event()
    order: list[str] = []
    waiting, blocking, last = pair(), pair(), pair()

    def work(connection: Pair) -> None:
        if connection is waiting:
            await_answer(answer)
        if connection is blocking:
            begun.set()
            goes_on.wait(LONG)  # both come meanwhile
        order.append({id(waiting): "answer", id(blocking): "blocking", id(last): "request"}[id(connection)])

    served = Served(work)
    for connection in (waiting, blocking):
        served.watch.add(connection)
        connection.speak()
        served.wait_for(lambda: bool(served.watch._waiting))
    begun.wait(LONG)
    served.watch.add(last)
    last.speak()
    answer.speak()
    goes_on.set()
    for _ in range(3):
        served.done.get(timeout=LONG)
    assert order == ["blocking", "answer", "request"]
    served.stop()


def test_who_is_not_answered_in_time_goes_on_and_takes_nobodys_turn_later() -> None:
    answer, seen = pair(), []
    served = Served(lambda _: seen.append(turns.wait_for(answer.sock.fileno(), select.POLLIN, milliseconds=20)))
    connection = served.connection()
    connection.speak()
    served.done.get(timeout=LONG)
    assert seen == [False]
    answer.speak()  # too late
    other = served.connection()
    other.speak()
    assert served.done.get(timeout=LONG) is other
    assert seen == [False, True]
    served.wait_until_all_are_idle()
    served.stop()


def test_the_time_of_who_rests_passes_too() -> None:
    """The first one rests, because the second one listens."""
    answers = [pair(), pair()]
    seen: list[bool] = []

    def work(_: Pair) -> None:
        answer = answers.pop()
        seen.append(turns.wait_for(answer.sock.fileno(), select.POLLIN, milliseconds=200))

    served = Served(work)
    for number in (1, 2):
        served.connection().speak()
        served.wait_for(lambda number=number: len(served.watch._waiting) == number)  # type: ignore[misc]
    for _ in range(2):
        served.done.get(timeout=LONG)
    assert seen == [False, False]
    assert not served.watch._waiting
    assert not served.watch._due
    served.stop()


def test_who_waits_for_something_else_leaves_a_thread_that_listens() -> None:
    come_back, slow = Event(), pair()
    served = Served(only_for(slow, lambda: wait_politely(come_back)))
    served.wait_until_all_are_idle()
    served.watch.add(slow)
    slow.speak()
    quick = served.connection()
    quick.speak()
    assert served.done.get(timeout=LONG) is quick
    come_back.set()
    assert served.done.get(timeout=LONG) is slow
    served.stop()


def test_who_waits_for_the_database_is_not_forgotten_where_all_others_wait_for_something_else() -> None:
    answer, come_back, first = pair(), Event(), pair()

    def work(connection: Pair) -> None:
        if connection is first:
            await_answer(answer)
        else:
            wait_politely(come_back)

    served = Served(work)
    served.watch.add(first)
    first.speak()
    served.wait_for(lambda: bool(served.watch._waiting))
    served.connection().speak()
    answer.speak()
    assert served.done.get(timeout=LONG) is first
    come_back.set()
    served.done.get(timeout=LONG)
    served.stop()


def test_a_thread_held_up_by_what_nobody_thought_of_is_replaced_when_the_server_looks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Turns.take, "__kwdefaults__", {"patience": 0.001})
    come_back, slow = Event(), pair()
    served = Served(only_for(slow, lambda: come_back.wait(LONG)))
    served.wait_until_all_are_idle()
    served.watch.add(slow)
    slow.speak()
    served.wait_for(lambda: not served.watch._is_listened_to)
    quick = served.connection()
    quick.speak()
    served.watch.appoint()
    assert served.done.get(timeout=LONG) is quick
    come_back.set()
    assert served.done.get(timeout=LONG) is slow
    served.stop()


def test_a_connection_whose_time_is_over_is_nobodys_any_more() -> None:
    watch = Watch()
    late, early = pair(), pair()
    early.timeout = 1.0
    watch.add(late)
    watch.add(early)
    assert watch.take_overdue(by=2.0) == [early]
    assert len(watch) == 1
    watch.end_by(1.5)
    assert watch.take_overdue(by=2.0) == [late]
    assert len(watch) == 0


def test_the_server_stops_while_a_thread_waits() -> None:
    answer = pair()
    served = Served(lambda _: await_answer(answer), threads=4)
    served.connection().speak()
    served.wait_for(lambda: bool(served.watch._waiting))
    served.watch.stop()
    answer.speak()
    served.done.get(timeout=LONG)
    served.stop()


class Database:
    """Answers in a thread of its own, in the order of asking."""

    def __init__(self) -> None:
        self._asked: SimpleQueue[Pair | None] = SimpleQueue()
        self._thread = Thread(target=self._answer, daemon=True)
        self._thread.start()

    def _answer(self) -> None:
        while (asked := self._asked.get()) is not None:
            asked.speak()

    def ask(self, file: Pair) -> None:
        self._asked.put(file)
        await_answer(file)
        file.hear()

    def stop(self) -> None:
        self._asked.put(None)
        self._thread.join(LONG)


class Repeated:
    """What a thread does again and again."""

    def __init__(self, action: Callable[[], None]) -> None:
        self._action = action
        self._stopped = Event()
        self._thread = Thread(target=self._repeat, daemon=True)
        self._thread.start()

    def _repeat(self) -> None:
        while not self._stopped.wait(0.000_1):
            self._action()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join(LONG)


class Computing:
    """How many did at the same time, at most."""

    def __init__(self) -> None:
        self.now = self.most = 0

    def __call__(self) -> None:
        assert turns._mine.has_the_turn
        self.now += 1
        self.most = max(self.most, self.now)
        self.now -= 1


@pytest.mark.parametrize("threads", [1, 3, 8])
def test_many_requests_that_wait_several_times_are_all_answered_by_one_thread_at_a_time(threads: int) -> None:
    compute, database = Computing(), Database()
    files: SimpleQueue[Pair] = SimpleQueue()
    for _ in range(threads):
        files.put(pair())

    def work(_: Pair) -> None:
        mine = files.get_nowait()
        for _ in range(3):
            compute()
            database.ask(mine)
            compute()
            with turns.waiting:
                time.sleep(0)
        compute()
        files.put(mine)

    served = Served(work, threads)
    main = Repeated(served.watch.appoint)
    connections = [served.connection() for _ in range(12)]
    for each in connections:
        each.speak()
    for number in range(REQUESTS):
        each = served.done.get(timeout=LONG)
        served.watch.add(each)
        if number < REQUESTS - len(connections):
            each.speak()
    assert compute.most == 1
    main.stop()
    served.wait_until_all_are_idle()
    served.stop()
    database.stop()
