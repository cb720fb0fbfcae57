"""A database that takes everything and answers nothing is waited for only so long (D14)."""

import logging
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from pytest_django import Settings

from scorer_v2.database.round_trips import BEGIN, Step, close, commit_and, fetch, rollback, send, statement
from scorer_v2.primitives.errors import DatabaseSilent, DatabaseUnavailable
from tests.faults.fault_proxy import FaultProxy

ECHO = statement("test.echo", "SELECT %(value)s::int")
LARGE = statement("test.large", "SELECT length(%(value)s)")
SLEEP = statement("test.sleep", "SELECT pg_sleep(%(value)s)")
LIMIT_MS = 300
SECONDS = 2.0


def echo(value: int) -> Step:
    return Step(ECHO, {"value": value})


@pytest.fixture(autouse=True)
def proxy(committed_rows: None, settings: Settings) -> Iterator[FaultProxy]:
    """Between the default connection and its server."""
    settings.DATABASE_ANSWER_TIMEOUT_MS = LIMIT_MS
    given = connection.settings_dict
    host, port = str(given["HOST"] or "127.0.0.1"), int(given["PORT"] or 5432)
    proxy = FaultProxy(Path(host, f".s.PGSQL.{port}") if host.startswith("/") else (host, port))
    options = {**given["OPTIONS"], "sslmode": "disable", "gssencmode": "disable", "connect_timeout": 1}
    through_the_proxy = {"HOST": "127.0.0.1", "PORT": str(proxy.port), "OPTIONS": options}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in through_the_proxy.items():
            patch.setitem(given, name, value)
        close()
        yield proxy
        close()
    proxy.close()


@pytest.fixture
def connected(proxy: FaultProxy) -> None:
    assert send(echo(1)) == [[(1,)]]


@pytest.mark.usefixtures("connected")
def test_answers_that_do_not_come_are_unavailable_in_time(proxy: FaultProxy, caplog: pytest.LogCaptureFixture) -> None:
    with proxy.silent():
        started = time.monotonic()
        with pytest.raises(DatabaseSilent) as silence:
            send(echo(2), restartable=True)
        assert LIMIT_MS / 1000 <= time.monotonic() - started < SECONDS
    assert (silence.value.status, silence.value.headers["Retry-After"]) == (503, "1")
    (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert (record.getMessage(), record.__dict__["statements"]) == (
        "the database did not answer in time",
        ["test.echo"],
    )


@pytest.mark.usefixtures("connected")
def test_silence_is_not_tried_again(proxy: FaultProxy) -> None:
    with proxy.silent(), proxy.counting() as tally, pytest.raises(DatabaseSilent):
        send(echo(2), restartable=True)
    assert tally.connections == 0


@pytest.mark.usefixtures("connected")
def test_the_next_request_has_a_new_connection(proxy: FaultProxy) -> None:
    with proxy.silent(), pytest.raises(DatabaseUnavailable):
        fetch(ECHO, {"value": 2})
    assert fetch(ECHO, {"value": 3}) == [(3,)]


@pytest.mark.usefixtures("connected")
def test_what_nobody_reads_is_not_written_without_end(proxy: FaultProxy) -> None:
    with proxy.silent(), pytest.raises(DatabaseSilent):
        send(Step(LARGE, {"value": "x" * 30_000_000}))


@pytest.mark.usefixtures("connected")
def test_a_commit_that_is_not_answered_is_unavailable(proxy: FaultProxy) -> None:
    send(BEGIN, echo(1))
    with proxy.silent_at("commit"), pytest.raises(DatabaseSilent):
        commit_and(echo(2))


@pytest.mark.usefixtures("connected")
def test_a_rollback_that_is_not_answered_ends_in_time(proxy: FaultProxy) -> None:
    send(BEGIN, echo(1))
    with proxy.silent():
        started = time.monotonic()
        rollback()
        assert time.monotonic() - started < SECONDS
        assert connection.connection is None


def test_a_server_that_does_not_answer_the_first_word_is_unavailable_in_time(proxy: FaultProxy) -> None:
    with proxy.silent():
        started = time.monotonic()
        with pytest.raises(DatabaseUnavailable):
            send(echo(1), restartable=True)
        assert time.monotonic() - started < SECONDS + 2  # libpq waits for two seconds at least


@pytest.mark.usefixtures("connected")
def test_the_time_is_that_of_all_steps_together() -> None:
    pause = Step(SLEEP, {"value": 0.2})
    with pytest.raises(DatabaseSilent):
        send(pause, pause, pause)


@pytest.mark.usefixtures("connected")
def test_zero_is_no_limit(settings: Settings) -> None:
    settings.DATABASE_ANSWER_TIMEOUT_MS = 0
    send(Step(SLEEP, {"value": 2 * LIMIT_MS / 1000}))


@pytest.mark.usefixtures("connected")
def test_others_that_use_the_connection_have_no_limit() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(%s)", [2 * LIMIT_MS / 1000])
