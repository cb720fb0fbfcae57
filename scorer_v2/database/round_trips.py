"""The way to PostgreSQL for the request path: named statements, several of them in one network round trip.

Only managers call this. Whatever the driver raises stops here: it becomes `Conflict` (start over) or
`DatabaseUnavailable` (503). Django's connections are used, so that settings, threads and `close_old_connections`
work as everywhere; its cursors are not, because they bind on the client and cannot pipeline.
"""

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from time import perf_counter
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, Error, InterfaceError, OperationalError, connections
from psycopg.pq import TransactionStatus
from psycopg.pq.abc import PGresult

from scorer_v2.answer_deadline import AnswerDeadline, AnswerOverdue
from scorer_v2.conf import settings
from scorer_v2.database import pipeline
from scorer_v2.database.pipeline import Row, Rows, Statement, Step
from scorer_v2.database.request_deadline import DeadlinePassed, current_deadline, database_wait
from scorer_v2.observability.measurements import current
from scorer_v2.primitives.errors import Conflict, DatabaseSilent, DatabaseUnavailable

__all__ = [
    "BEGIN",
    "COMMIT",
    "CONFLICTS",
    "Row",
    "Rows",
    "Statement",
    "Step",
    "close",
    "commit_and",
    "fetch",
    "rollback",
    "send",
    "statement",
]

logger = logging.getLogger("scorer_v2.database")

# Another request was faster: deadlock, serialization, a unique key, and a statement of ours that divides by zero
# when it lost a race on purpose (see `registry.claim_links`).
CONFLICTS = frozenset({"40P01", "40001", "23505", "22012"})

# This connection is of no use, and another one is: it lost its prepared statements, has one of that name already, or
# a migration has changed what a prepared one gives.
STALE = frozenset({"26000", "42P05", "0A000"})

# It has not answered, and is not asked again for this request.
OVERDUE = (AnswerOverdue, DeadlinePassed)

# How many characters of the driver's own text are logged.
LOGGED_REASON = 300

BEGIN = Step(Statement("begin", "BEGIN"))
COMMIT = Step(Statement("commit", "COMMIT"))


def statement(name: str, sql: str) -> Statement:
    """A statement whose text carries its name as a comment."""
    return Statement(name, f"/* {name} */ {sql.strip()}")


# Sets for this transaction what a connection cannot keep, behind a proxy that pools by transaction.
SET_LOCALLY = statement(
    "set_locally", "SELECT count(set_config(key, value, true)) FROM json_each_text(%(settings)s::json)"
)


def send(*steps: Step, using: str = DEFAULT_DB_ALIAS, restartable: bool = False) -> list[Rows]:
    """Send the steps in one round trip; the rows of each. A step after a failed one is not carried out.

    `restartable`: nothing came before these steps, so that they may be sent once more on a new connection when the
    old one turns out to be dead. Raises Conflict and DatabaseUnavailable, with the transaction rolled back.
    """
    try:
        return _send(steps, using)
    except _DeadConnection as dead:
        if not restartable:
            raise DatabaseUnavailable from dead
    try:
        return _send(steps, using)
    except _DeadConnection as dead:
        raise DatabaseUnavailable from dead


def fetch(wanted: Statement, values: Mapping[str, Any], *, using: str = DEFAULT_DB_ALIAS) -> Rows:
    """The rows of one reading statement, in one round trip. Raises DatabaseUnavailable."""
    try:
        return send(Step(wanted, values), using=using, restartable=True)[0]
    except Conflict as conflict:
        # Nothing was written that could clash: a replica cancelled the reading.
        raise DatabaseUnavailable from conflict


def commit_and(*before: Step, after: Sequence[Step] = (), using: str = DEFAULT_DB_ALIAS) -> list[Rows]:
    """Send `before`, COMMIT and `after` in one round trip; the rows of `before`.

    `after` is outside of the transaction: if it fails, that is logged and what was committed stays.
    """
    answers: list[PGresult] = []
    try:
        _round_trip((*before, COMMIT, *after), using, answers)
        return _rows(answers[: len(before)], using)
    except (psycopg.Error, Error) as error:
        is_committed = len(answers) > len(before) and answers[len(before)].command_status == b"COMMIT"
        rows = _rows(answers[: len(before)], using) if is_committed else []
        close(using)
        if not is_committed:
            raise _translated(error, (*before, COMMIT)) from error
        logger.exception("a step after the commit failed", extra={"statements": _names(after)})
        return rows


def rollback(using: str = DEFAULT_DB_ALIAS) -> None:
    """End an open transaction without a trace. Never raises: a connection that cannot is closed."""
    driver = connections[using].connection
    if driver is None or driver.pgconn.transaction_status == TransactionStatus.IDLE:
        return
    started = perf_counter()
    try:
        with database_wait():
            # Past the driver, which would throw away prepared statements at a ROLLBACK that it sees.
            answer = _deadline().ask(b"ROLLBACK", driver.pgconn)
        ended = answer is not None and answer.command_status == b"ROLLBACK"
    except psycopg.Error:
        ended = False
    finally:
        _count_round_trip(started)
    if not ended:
        close(using)


def close(using: str = DEFAULT_DB_ALIAS) -> None:
    """Drop the connection; the server rolls back what was open. The next step opens a new one."""
    try:
        connections[using].close()
    except (psycopg.Error, Error):
        logger.warning("a broken connection could not be closed cleanly", exc_info=True)
        connections[using].connection = None


class _DeadConnection(Exception):
    """The connection broke before the steps were answered."""


def _send(steps: Sequence[Step], using: str) -> list[Rows]:
    answers: list[PGresult] = []
    try:
        _round_trip(steps, using, answers)
        return _rows(answers, using)
    except (psycopg.Error, Error) as error:
        dead = _is_dead(error, using)
        close(using)
        if dead:
            raise _DeadConnection from error
        raise _translated(error, steps) from error


def _round_trip(steps: Sequence[Step], using: str, answers: list[PGresult]) -> None:
    """It counts, whether or not it fails."""
    started = perf_counter()
    try:
        with database_wait():
            _carry_out(steps, using, answers)
    finally:
        _count_round_trip(started)


def _carry_out(steps: Sequence[Step], using: str, answers: list[PGresult]) -> None:
    driver = _driver(using)
    if not settings.DATABASE_TRANSACTION_SETTINGS:
        pipeline.carry_out(driver, steps, answers, deadline=_deadline())
        return
    sent = list(_with_settings(steps, is_open=driver.pgconn.transaction_status != TransactionStatus.IDLE))
    received: list[PGresult] = []
    try:
        pipeline.carry_out(driver, sent, received, deadline=_deadline())
    finally:
        answers += [answer for step, answer in zip(sent, received, strict=False) if step.statement is not SET_LOCALLY]


def _with_settings(steps: Sequence[Step], *, is_open: bool) -> Iterator[Step]:
    """The steps, with the settings of DATABASE_TRANSACTION_SETTINGS first in each of their transactions.

    Steps outside of BEGIN and COMMIT are one transaction up to the end of the round trip, or to the next BEGIN.
    """
    locally = Step(SET_LOCALLY, {"settings": json.dumps(dict(settings.DATABASE_TRANSACTION_SETTINGS))})
    for step in steps:
        begins = step.statement is BEGIN.statement
        if not is_open and not begins:
            yield locally
        yield step
        if begins:
            yield locally
        is_open = step.statement is not COMMIT.statement


def _count_round_trip(started: float) -> None:
    measured = current()
    measured.database_seconds += perf_counter() - started
    measured.round_trips += 1


def _driver(using: str) -> psycopg.Connection[Any]:
    connection = connections[using]
    if connection.in_atomic_block:
        raise InterfaceError("the request path opens its own transactions; it cannot run inside an atomic block")
    if connection.connection is None:
        connection.ensure_connection()
    driver: psycopg.Connection[Any] = connection.connection
    return driver


def _deadline() -> AnswerDeadline:
    """Return the limit of this round trip: that of every one, or what is left of the request's time."""
    milliseconds: float = settings.DATABASE_ANSWER_TIMEOUT_MS
    request = current_deadline()
    if request is not None:
        left = max(1000 * request.seconds_left(), 1)
        milliseconds = min(milliseconds, left) if milliseconds else left
    return AnswerDeadline(milliseconds=milliseconds)


def _rows(answers: Sequence[PGresult], using: str) -> list[Rows]:
    return pipeline.rows_of(connections[using].connection, answers)


def _is_dead(error: Exception, using: str) -> bool:
    driver = connections[using].connection
    if driver is None or not isinstance(error, psycopg.Error) or isinstance(error, OVERDUE):
        return False
    is_last = error.diag.severity_nonlocalized == "FATAL"
    return error.sqlstate in STALE or (isinstance(error, psycopg.OperationalError) and (is_last or bool(driver.closed)))


def _translated(error: Exception, steps: Sequence[Step]) -> Exception:
    state = getattr(error, "sqlstate", None)
    if state in CONFLICTS:
        logger.info("a conflict with another request", extra={"sqlstate": state, "statements": _names(steps)})
        return Conflict(state)
    if isinstance(error, OVERDUE) or isinstance(error.__cause__, OVERDUE):
        logger.error("the database did not answer in time", extra={"statements": _names(steps)})
        return DatabaseSilent()
    extra = {"sqlstate": state, "statements": _names(steps), "error": type(error).__name__}
    if state is None and isinstance(error, psycopg.OperationalError | OperationalError):
        extra["reason"] = _first_line(error)
    logger.error("the database failed", extra=extra)
    return DatabaseUnavailable(state)


def _first_line(error: Exception) -> str:
    """What the driver says of a connection that failed, which never has values."""
    return next(iter(str(error).splitlines()), "")[:LOGGED_REASON]


def _names(steps: Sequence[Step]) -> list[str]:
    return [step.statement.name for step in steps]
