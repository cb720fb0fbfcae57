"""Threads compute in turns, in the order of asking, and nobody waits for long."""

import time
from collections.abc import Callable, Iterator
from threading import Event, Thread

import pytest

from scorer_v2 import turns
from scorer_v2.turns import Turns

LONG = 30.0


@pytest.fixture(autouse=True)
def fresh_turns(monkeypatch: pytest.MonkeyPatch) -> Iterator[Turns]:
    fresh = Turns()
    monkeypatch.setattr(turns, "_turns", fresh)
    yield fresh
    turns.leave()


def in_thread(function: Callable[[], None]) -> Thread:
    thread = Thread(target=function, daemon=True)
    thread.start()
    return thread


def wait_for_askers(asked: Turns, number: int) -> None:
    until = time.monotonic() + LONG
    while len(asked._waiting) < number:
        assert time.monotonic() < until
        time.sleep(0.001)


def is_free(asked: Turns) -> bool:
    free = asked.take(patience=0.001)
    if free:
        asked.pass_on()
    return free


def test_turns_come_in_the_order_of_asking(fresh_turns: Turns) -> None:
    order: list[int] = []

    def ask(number: int) -> None:
        assert fresh_turns.take(patience=LONG)
        order.append(number)
        fresh_turns.pass_on()

    assert fresh_turns.take()
    threads = []
    for number in range(5):
        threads.append(in_thread(lambda number=number: ask(number)))  # type: ignore[misc]
        wait_for_askers(fresh_turns, number + 1)
    fresh_turns.pass_on()
    for thread in threads:
        thread.join(LONG)
    assert order == [0, 1, 2, 3, 4]


def test_who_waits_too_long_goes_on_without_a_turn_and_is_not_called_later(fresh_turns: Turns) -> None:
    assert fresh_turns.take()
    assert not fresh_turns.take(patience=0.001)
    fresh_turns.pass_on()
    assert is_free(fresh_turns)


def test_a_turn_is_given_up_while_its_thread_waits_and_taken_again(fresh_turns: Turns) -> None:
    turns.take()
    assert not is_free(fresh_turns)
    with turns.waiting:
        assert is_free(fresh_turns)
    assert not is_free(fresh_turns)


def test_who_got_no_turn_in_time_gets_one_after_its_next_waiting(fresh_turns: Turns) -> None:
    assert fresh_turns.take()
    turns.take()
    assert not turns._mine.has_the_turn
    fresh_turns.pass_on()
    with turns.waiting:
        pass
    assert turns._mine.has_the_turn


def test_a_thread_that_takes_no_part_waits_for_nobody(fresh_turns: Turns) -> None:
    assert fresh_turns.take()
    started = time.monotonic()
    with turns.waiting:
        pass
    assert not turns._mine.has_the_turn
    assert time.monotonic() - started < turns.PATIENCE_SECONDS


def test_who_leaves_takes_none_until_it_asks_again(fresh_turns: Turns) -> None:
    turns.take()
    turns.leave()
    with turns.waiting:
        pass
    assert is_free(fresh_turns)
    turns.take()
    assert not is_free(fresh_turns)


def test_a_thread_that_fails_while_it_waits_has_its_turn_again(fresh_turns: Turns) -> None:
    turns.take()
    with pytest.raises(ZeroDivisionError), turns.waiting:
        raise ZeroDivisionError
    assert not is_free(fresh_turns)


def test_many_threads_compute_one_at_a_time() -> None:
    computing, most, stop = [0], [0], Event()

    def compute() -> None:
        while not stop.is_set():
            if _take_for_long():
                computing[0] += 1
                most[0] = max(most[0], computing[0])
                computing[0] -= 1
            turns.give_up()

    threads = [in_thread(compute) for _ in range(8)]
    time.sleep(0.2)
    stop.set()
    for thread in threads:
        thread.join(LONG)
    assert most[0] == 1


def _take_for_long() -> bool:
    turns.take()
    return turns._mine.has_the_turn
