"""Statements in one round trip, and what becomes of the driver's errors (D14, D15)."""

import logging
from collections.abc import Callable, Sequence
from typing import Any

import psycopg
import pytest
from django.db import InterfaceError, connection, transaction
from psycopg.pq import TransactionStatus

from apps.registry.models import HumanPointsMultiplier
from scorer_v2.database import round_trips
from scorer_v2.database.round_trips import BEGIN, COMMIT, Step, close, commit_and, fetch, rollback, send, statement
from scorer_v2.primitives.errors import Conflict, DatabaseUnavailable
from tests.endpoints.disturbing import elsewhere, end_the_connection

pytestmark = pytest.mark.usefixtures("committed_rows")

ECHO = statement("test.echo", "SELECT %(value)s::int")
INSERT = statement(
    "test.insert", "INSERT INTO registry_humanpointsmultiplier (address, multiplier) VALUES (%(address)s, 1)"
)
DIVIDE = statement("test.divide", "SELECT 1 / 0")
NONSENSE = statement("test.nonsense", "SELECT nonsense")
RAISE = statement(
    "test.raise", "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = current_setting('test.state'), MESSAGE = 'x'; END $$"
)


def echo(value: int) -> Step:
    return Step(ECHO, {"value": value})


def insert(address: str) -> Step:
    return Step(INSERT, {"address": address})


def stored() -> list[str]:
    return sorted(HumanPointsMultiplier.objects.values_list("address", flat=True))


def process() -> int:
    connection.ensure_connection()
    return int(connection.connection.info.backend_pid)


def failing_with(state: str) -> tuple[Step, Step]:
    setting = statement("test.set", "SELECT set_config('test.state', %(state)s, false)")
    return Step(setting, {"state": state}), Step(RAISE)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Fills with the number of steps of every round trip."""
    made: list[int] = []
    carry_out = round_trips._carry_out

    def recorded(steps: Sequence[Step], *others: Any) -> None:
        made.append(len(steps))
        carry_out(steps, *others)

    monkeypatch.setattr(round_trips, "_carry_out", recorded)
    return made


def test_a_statement_carries_its_name_as_a_comment() -> None:
    assert statement("a.name", "\n  SELECT 1\n").sql == "/* a.name */ SELECT 1"


def test_steps_are_sent_together_and_give_their_rows_in_order() -> None:
    assert send(BEGIN, echo(1), insert("0xa"), echo(2), COMMIT) == [[], [(1,)], [], [(2,)], []]
    assert stored() == ["0xa"]


def test_values_are_bound_on_the_server() -> None:
    hostile = statement("test.text", "SELECT %(text)s::text")
    text = "'; DROP TABLE registry_passport; -- %s %(text)s"
    assert fetch(hostile, {"text": text}) == [(text,)]


def test_steps_without_a_transaction_of_their_own_are_all_or_nothing() -> None:
    with pytest.raises(DatabaseUnavailable):
        send(insert("0xa"), Step(NONSENSE))
    assert stored() == []


def test_a_step_after_a_failed_one_is_not_carried_out() -> None:
    with pytest.raises(DatabaseUnavailable):
        send(BEGIN, Step(NONSENSE), insert("0xa"), COMMIT)
    assert stored() == []


def test_a_failure_leaves_a_connection_that_works() -> None:
    with pytest.raises(DatabaseUnavailable):
        send(BEGIN, insert("0xa"), Step(NONSENSE))
    assert send(echo(1)) == [[(1,)]]
    assert stored() == []


@pytest.mark.parametrize("state", ["40P01", "40001", "23505", "22012"])
def test_what_another_request_caused_is_a_conflict(state: str, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(Conflict, match=state):
        send(*failing_with(state))
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


@pytest.mark.parametrize("state", ["22P02", "23503", "42P01", "57014", "53300", "XX000"])
def test_anything_else_is_a_database_that_failed_and_says_so(state: str, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(DatabaseUnavailable) as failure:
        send(*failing_with(state))
    assert (failure.value.sqlstate, failure.value.status) == (state, 503)
    assert failure.value.headers["Retry-After"] == "1"
    (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert record.__dict__["statements"] == ["test.set", "test.raise"]


def test_a_failure_tells_the_caller_nothing_of_the_statement(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(DatabaseUnavailable) as failure:
        send(insert("0xsecret"), Step(NONSENSE))
    assert "nonsense" not in str(failure.value.body())
    assert "0xsecret" not in caplog.text


def test_a_dead_connection_is_replaced_where_nothing_came_before(calls: list[int]) -> None:
    old = process()
    end_the_connection()
    assert send(echo(1), restartable=True) == [[(1,)]]
    assert process() != old
    assert calls == [1, 1]


def test_a_dead_connection_is_a_failure_where_something_came_before(calls: list[int]) -> None:
    process()
    end_the_connection()
    with pytest.raises(DatabaseUnavailable):
        send(echo(1))
    assert calls == [1]
    assert send(echo(1)) == [[(1,)]]


def test_a_second_dead_connection_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    carry_out = round_trips._carry_out

    def always_dead(*given: Any) -> None:
        process()
        end_the_connection()
        carry_out(*given)

    monkeypatch.setattr(round_trips, "_carry_out", always_dead)
    with pytest.raises(DatabaseUnavailable):
        send(echo(1), restartable=True)


def test_an_error_of_a_living_connection_is_not_tried_again(calls: list[int]) -> None:
    with pytest.raises(Conflict):
        send(Step(DIVIDE), restartable=True)
    assert calls == [1]


def test_reading_never_conflicts() -> None:
    with pytest.raises(DatabaseUnavailable):
        fetch(DIVIDE, {})


def test_a_commit_makes_what_came_before_visible_and_gives_its_rows() -> None:
    send(BEGIN, insert("0xa"))
    assert elsewhere(stored)() == []
    assert commit_and(insert("0xb"), echo(5)) == [[], [(5,)]]
    assert elsewhere(stored)() == ["0xa", "0xb"]


def test_a_failure_before_the_commit_rolls_everything_back() -> None:
    send(BEGIN, insert("0xa"))
    with pytest.raises(DatabaseUnavailable):
        commit_and(insert("0xb"), Step(NONSENSE), after=[insert("0xc")])
    assert stored() == []


def test_a_conflict_before_the_commit_rolls_everything_back() -> None:
    send(BEGIN, insert("0xa"))
    with pytest.raises(Conflict):
        commit_and(insert("0xa"))
    assert stored() == []


def test_a_failure_after_the_commit_is_logged_and_what_was_committed_stays(caplog: pytest.LogCaptureFixture) -> None:
    send(BEGIN, insert("0xa"))
    assert commit_and(echo(1), after=[insert("0xb"), Step(NONSENSE)]) == [[(1,)]]
    assert stored() == ["0xa"]
    assert "a step after the commit failed" in caplog.text
    assert send(echo(2)) == [[(2,)]]


def test_a_transaction_that_had_failed_before_its_commit_is_no_success() -> None:
    """COMMIT of a failed transaction is answered with ROLLBACK."""
    connection.ensure_connection()
    driver = connection.connection
    driver.pgconn.exec_(b"BEGIN")
    driver.pgconn.exec_(b"SELECT nonsense")
    with pytest.raises((DatabaseUnavailable, Conflict)):
        commit_and(insert("0xa"))
    assert stored() == []


def test_a_rollback_ends_the_transaction_and_keeps_the_connection() -> None:
    old = process()
    send(BEGIN, insert("0xa"))
    rollback()
    assert connection.connection.info.transaction_status == TransactionStatus.IDLE
    assert process() == old
    assert stored() == []


@pytest.mark.parametrize("prepare", [lambda: None, close, process], ids=["as it is", "closed", "idle"])
def test_a_rollback_without_a_transaction_does_nothing(prepare: Callable[[], Any]) -> None:
    prepare()
    rollback()
    assert send(echo(1)) == [[(1,)]]


def test_a_rollback_on_a_dead_connection_closes_it() -> None:
    send(BEGIN, echo(1))
    end_the_connection()
    rollback()
    assert send(echo(1)) == [[(1,)]]


def test_a_database_that_cannot_be_reached_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    close()
    with monkeypatch.context() as patch:
        patch.setitem(connection.settings_dict, "PORT", "1")
        with pytest.raises(DatabaseUnavailable) as failure:
            send(echo(1), restartable=True)
        with pytest.raises(DatabaseUnavailable):
            commit_and(echo(1))
    assert failure.value.sqlstate is None


def test_the_log_says_why_there_is_no_connection(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refused, timed out, too many of them, wrong password: none of them has an SQLSTATE."""
    close()
    with monkeypatch.context() as patch:
        patch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
        patch.setitem(connection.settings_dict, "PORT", "1")
        with pytest.raises(DatabaseUnavailable):
            send(echo(1))
    (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert "Connection refused" in record.__dict__["reason"]
    assert "\n" not in record.__dict__["reason"]


def test_an_error_with_a_state_gives_no_text_that_could_hold_values(caplog: pytest.LogCaptureFixture) -> None:
    number = statement("test.number", "SELECT %(text)s::text::int")
    with pytest.raises(DatabaseUnavailable):
        send(Step(number, {"text": "a secret"}))
    assert "a secret" not in caplog.text + str([vars(record) for record in caplog.records if not record.exc_info])


def test_it_does_not_run_inside_a_transaction_of_others() -> None:
    with pytest.raises(DatabaseUnavailable) as failure, transaction.atomic():
        send(echo(1))
    assert isinstance(failure.value.__cause__, InterfaceError)


def test_no_error_of_the_driver_gets_past(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise psycopg.InterfaceError("the driver's own")

    monkeypatch.setattr(round_trips, "_carry_out", fail)
    for ask in (lambda: send(echo(1)), lambda: fetch(ECHO, {"value": 1}), lambda: commit_and(echo(1))):
        with pytest.raises(DatabaseUnavailable):
            ask()
