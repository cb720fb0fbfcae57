"""A request's time counts from its arrival at a trusted proxy, and every wait for the database ends with it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import RequestFactory
from pytest_django import Settings

from scorer_v2.database.bulkheads import DatabaseBusy
from scorer_v2.database.request_deadline import (
    DeadlinePassed,
    RequestDeadline,
    current_deadline,
    database_wait,
    passport_line,
    under,
)
from scorer_v2.database.round_trips import fetch, statement
from scorer_v2.http.arrival import seconds_waited
from scorer_v2.http.deadlines import RequestDeadlineMiddleware
from scorer_v2.primitives.errors import DatabaseSilent

LIMIT = 15.0
SLEEP = statement("test.sleep", "SELECT pg_sleep(%(value)s)")


def request(said: str | None = None, *, path: str = "/v2/stamps/1/score/0x0", peer: str = "127.0.0.1") -> HttpRequest:
    headers = {} if said is None else {"X-Request-Start": said}
    return RequestFactory().get(path, headers=headers, REMOTE_ADDR=peer)


def ago(seconds: float) -> str:
    return f"t={time.time() - seconds:.3f}"


# Arrival --------------------------------------------------------------------------------------------------------------
def test_the_time_since_the_arrival_counts() -> None:
    assert seconds_waited(request(ago(4)), limit=LIMIT) == pytest.approx(4, abs=0.5)


@pytest.mark.parametrize(
    "said", [None, "", "t=", "now", "1764035402.123", "t=1e9", "t=-5.000", "t=1764035402.123 ", "t=٣.000"]
)
def test_what_is_no_time_counts_as_none(said: str | None) -> None:
    assert seconds_waited(request(said), limit=LIMIT) == 0


@pytest.mark.parametrize("seconds", [-3600.0, 5 * LIMIT, 1_000_000_000.0])
def test_a_time_that_cannot_be_counts_as_none(seconds: float) -> None:
    """In the future, or longer ago than any proxy waits: the clocks differ."""
    assert seconds_waited(request(ago(seconds)), limit=LIMIT) == 0


def test_only_a_trusted_peer_is_believed(settings: Settings) -> None:
    settings.FORWARDED_ALLOW_IPS = "10.0.0.0/8"
    assert seconds_waited(request(ago(4), peer="192.0.2.1"), limit=LIMIT) == 0
    assert seconds_waited(request(ago(4), peer="10.1.2.3"), limit=LIMIT) > 3


# The middleware -------------------------------------------------------------------------------------------------------
def answer(given: HttpRequest) -> HttpResponse:
    response = RequestDeadlineMiddleware(lambda _: HttpResponse("done"))(given)
    assert isinstance(response, HttpResponse)
    return response


def test_a_request_that_waited_past_its_deadline_is_refused_and_health_is_not() -> None:
    late = answer(request(ago(LIMIT + 1)))
    assert (late.status_code, late.headers["Retry-After"]) == (503, "1")
    assert answer(request(ago(LIMIT + 1), path="/health")).content == b"done"
    assert answer(request(ago(LIMIT - 1))).content == b"done"


def test_each_part_of_a_streamed_answer_has_a_deadline_of_its_own() -> None:
    seen: list[RequestDeadline | None] = []

    def parts() -> Iterator[bytes]:
        for number in range(3):
            seen.append(current_deadline())
            yield str(number).encode()

    response = RequestDeadlineMiddleware(lambda _: StreamingHttpResponse(parts()))(request())
    assert b"".join(response) == b"012"
    assert None not in seen
    assert len(set(seen)) == 3
    assert current_deadline() is None


# Waiting --------------------------------------------------------------------------------------------------------------
@contextmanager
def deadline(seconds: float) -> Iterator[RequestDeadline]:
    made = RequestDeadline(seconds=seconds)
    with under(made):
        yield made


def test_without_a_request_there_is_no_limit() -> None:
    with database_wait() as seconds:
        assert seconds is None


def test_a_deadline_that_has_passed_lets_nothing_be_sent() -> None:
    with deadline(0), pytest.raises(DeadlinePassed), database_wait():
        pytest.fail("it was sent")


def test_a_request_keeps_its_place_until_its_end(settings: Settings) -> None:
    settings.DATABASE_CONCURRENCY = 1
    first = RequestDeadline(seconds=LIMIT)
    with first.waiting():
        pass
    with deadline(0.05), pytest.raises(DatabaseBusy), database_wait():
        pytest.fail("two have the only place")
    first.leave()
    with deadline(LIMIT), database_wait() as seconds:
        assert seconds == pytest.approx(LIMIT, abs=1)


def test_few_requests_may_lock_the_same_passport_at_once(settings: Settings) -> None:
    settings.PASSPORT_CONCURRENCY = 1
    with deadline(LIMIT), passport_line("0x1", 1):
        with deadline(0.05), pytest.raises(DatabaseBusy), passport_line("0x1", 1):
            pytest.fail("two lock it")
        with deadline(0.05), passport_line("0x1", 2), passport_line(None, 1):
            pass
    with deadline(LIMIT), passport_line("0x1", 1):
        pass


def test_queries_of_the_orm_end_with_the_deadline(committed_rows: None) -> None:
    started = time.monotonic()
    with deadline(0.3), pytest.raises(OperationalError), connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(5)")
    assert time.monotonic() - started < 2
    connection.close_if_unusable_or_obsolete()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


def test_round_trips_end_with_the_deadline(committed_rows: None) -> None:
    started = time.monotonic()
    with deadline(0.3), pytest.raises(DatabaseSilent):
        fetch(SLEEP, {"value": 5})
    assert time.monotonic() - started < 2
    assert fetch(SLEEP, {"value": 0}) != []


def test_a_patient_page_may_take_longer_and_ready_only_less() -> None:
    with deadline(LIMIT) as made:
        made.allow(55)
        assert made.seconds_left() > 50
        made.allow(1)
        assert made.seconds_left() > 50
        made.allow_only(5)
        assert made.seconds_left() < 6
