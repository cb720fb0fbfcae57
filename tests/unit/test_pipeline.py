"""Statements on libpq itself: their names and numbers, and what is prepared on a connection."""

import gc
import signal
import weakref

import pytest
from django.db import connection

from scorer_v2.database.round_trips import BEGIN, Step, close, rollback, send, statement
from scorer_v2.primitives.errors import DatabaseUnavailable

pytestmark = pytest.mark.usefixtures("committed_rows")

SUM = statement("test.sum", "SELECT %(a)s::int + %(b)s::int + %(a)s::int")


def prepared() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_prepared_statements WHERE name NOT LIKE '\\_pg3%%'")
        return {name for (name,) in cursor}


@pytest.fixture(autouse=True)
def fresh_connection(committed_rows: None) -> None:
    close()


def test_a_value_has_one_number_however_often_it_is_named() -> None:
    assert SUM.names == ("a", "b")
    assert SUM.numbered == b"/* test.sum */ SELECT $1::int + $2::int + $1::int"
    assert send(Step(SUM, {"b": 1, "a": 10})) == [[(21,)]]


def test_two_percent_signs_are_one() -> None:
    assert send(Step(statement("test.like", "SELECT %(text)s::text LIKE 'a%%'"), {"text": "abc"})) == [[(True,)]]


def test_a_statement_is_prepared_once_on_a_connection() -> None:
    send(Step(SUM, {"a": 1, "b": 1}), Step(SUM, {"a": 2, "b": 2}))
    send(Step(SUM, {"a": 3, "b": 3}))
    assert prepared() == {SUM.prepared_name.decode()}


def test_a_statement_of_another_text_has_another_name() -> None:
    other = statement("test.sum", "SELECT %(a)s::int - %(b)s::int")
    assert other.prepared_name != SUM.prepared_name
    assert send(Step(SUM, {"a": 1, "b": 1}), Step(other, {"a": 1, "b": 1})) == [[(3,)], [(0,)]]


def test_nothing_is_prepared_where_that_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "prepare_threshold", None)
    assert send(BEGIN, Step(SUM, {"a": 1, "b": 1}))[1] == [(3,)]
    rollback()
    assert prepared() == set()


def test_a_connection_that_lost_its_statements_is_replaced_where_nothing_came_before() -> None:
    send(Step(SUM, {"a": 1, "b": 1}))
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    assert send(Step(SUM, {"a": 2, "b": 2}), restartable=True) == [[(6,)]]


def test_a_connection_that_lost_its_statements_is_a_failure_where_something_came_before() -> None:
    send(Step(SUM, {"a": 1, "b": 1}))
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    with pytest.raises(DatabaseUnavailable):
        send(Step(SUM, {"a": 2, "b": 2}))
    assert send(Step(SUM, {"a": 3, "b": 3})) == [[(9,)]]


def test_a_statement_whose_result_a_migration_changed_is_prepared_anew() -> None:
    everything = statement("test.everything", "SELECT * FROM test_changing")
    change = statement("test.change", "ALTER TABLE test_changing ADD COLUMN b int")
    try:
        send(Step(statement("test.create", "CREATE TABLE test_changing (a int)")), Step(everything))
        send(Step(change))
        assert send(Step(everything), restartable=True) == [[]]
    finally:
        send(Step(statement("test.drop", "DROP TABLE test_changing")), restartable=True)


def test_a_value_that_cannot_be_bound_leaves_a_connection_that_works() -> None:
    send(BEGIN)
    with pytest.raises(TypeError):
        send(Step(SUM, {"a": 1, "b": 1}), Step(SUM, {"a": {}, "b": 1}))
    assert send(Step(SUM, {"a": 1, "b": 1})) == [[(3,)]]
    rollback()


def test_an_interrupted_wait_leaves_no_answer_for_the_next_one() -> None:
    class Interrupted(BaseException):
        pass

    def interrupt(*_: object) -> None:
        raise Interrupted

    previous = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        with pytest.raises(Interrupted):
            send(Step(statement("test.sleep", "SELECT pg_sleep(5)")))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
    assert send(Step(SUM, {"a": 1, "b": 1}), restartable=True) == [[(3,)]]


def test_a_connection_that_was_closed_is_forgotten() -> None:
    """What is known of it must not keep it: connections come and go for as long as the process lives."""
    send(Step(SUM, {"a": 1, "b": 1}))
    driver = weakref.ref(connection.connection)
    close()
    gc.collect()
    assert driver() is None
