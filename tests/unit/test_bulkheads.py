"""A limit makes a request wait while those inside make progress, and refuses it when they do not."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from scorer_v2.database.bulkheads import PATIENCE_SECONDS, Bulkheads, DatabaseBusy
from scorer_v2.database.request_deadline import RequestDeadline

KEY = "a passport"


def request(*, seconds: float = 10.0, waited: float | None = None) -> RequestDeadline:
    """`waited`: for how long it has waited for the database; None: it computes."""
    made = RequestDeadline(seconds=seconds)
    made.waiting_since = None if waited is None else time.monotonic() - waited
    return made


def test_a_place_that_is_free_is_taken_at_once() -> None:
    bulkheads = Bulkheads()
    bulkheads.enter(request(waited=9), KEY, limit=2)
    bulkheads.enter(request(), KEY, limit=2)


def test_it_refuses_at_once_when_all_inside_have_waited_too_long() -> None:
    bulkheads = Bulkheads()
    for _ in range(2):
        bulkheads.enter(request(waited=2 * PATIENCE_SECONDS), KEY, limit=2)
    started = time.monotonic()
    with pytest.raises(DatabaseBusy) as refused:
        bulkheads.enter(request(), KEY, limit=2)
    assert time.monotonic() - started < PATIENCE_SECONDS
    assert (refused.value.status, refused.value.headers["Retry-After"]) == (503, "1")


def test_it_refuses_after_its_patience_when_those_inside_have_just_begun_to_wait() -> None:
    bulkheads = Bulkheads()
    bulkheads.enter(request(waited=0), KEY, limit=1)
    started = time.monotonic()
    with pytest.raises(DatabaseBusy):
        bulkheads.enter(request(), KEY, limit=1)
    assert PATIENCE_SECONDS / 2 < time.monotonic() - started < 3 * PATIENCE_SECONDS


def test_it_waits_as_long_as_one_inside_computes() -> None:
    bulkheads, computing = Bulkheads(), request()
    bulkheads.enter(request(waited=9), KEY, limit=2)
    bulkheads.enter(computing, KEY, limit=2)
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(bulkheads.enter, request(), KEY, limit=2)
        time.sleep(2 * PATIENCE_SECONDS)
        assert not waiting.done()
        bulkheads.leave(computing, KEY)
        waiting.result(timeout=5)


def test_it_waits_no_longer_than_its_own_deadline() -> None:
    bulkheads = Bulkheads()
    bulkheads.enter(request(), KEY, limit=1)
    with pytest.raises(DatabaseBusy):
        bulkheads.enter(request(seconds=0.05), KEY, limit=1)


def test_other_keys_have_their_own_limit() -> None:
    bulkheads = Bulkheads()
    bulkheads.enter(request(waited=9), KEY, limit=1)
    bulkheads.enter(request(), "another passport", limit=1)
