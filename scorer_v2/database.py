"""The way to PostgreSQL for the request path: named statements, several of them in one network round trip.

Only managers call this. Whatever the driver raises stops here: it becomes `Conflict` (start over) or
`DatabaseUnavailable` (503). Django's connections are used, so that settings, threads and `close_old_connections`
work as everywhere; its cursors are not, because they bind on the client and cannot pipeline.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, Error, InterfaceError, OperationalError, connections
from psycopg.pq import TransactionStatus

from scorer_v2.answer_deadline import AnswerDeadline, AnswerOverdue
from scorer_v2.conf import settings
from scorer_v2.errors import Conflict, DatabaseSilent, DatabaseUnavailable
from scorer_v2.measurements import current

logger = logging.getLogger("scorer_v2.database")

Row = tuple[Any, ...]
Rows = list[Row]

# Another request was faster: deadlock, serialization, a unique key, and a statement of ours that divides by zero
# when it lost a race on purpose (see `registry.claim_links`).
CONFLICTS = frozenset({"40P01", "40001", "23505", "22012"})


# How many characters of the driver's own text are logged.
LOGGED_REASON = 300


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement with a name for logs and `pg_stat_statements`. `prepared` is off for transaction control."""

    name: str
    sql: str
    prepared: bool = True


@dataclass(frozen=True, slots=True)
class Step:
    """A statement and the values bound to it."""

    statement: Statement
    values: Mapping[str, Any] | None = None


BEGIN = Step(Statement("begin", "BEGIN", prepared=False))
COMMIT = Step(Statement("commit", "COMMIT", prepared=False))


def statement(name: str, sql: str) -> Statement:
    """A statement whose text carries its name as a comment."""
    return Statement(name, f"/* {name} */ {sql.strip()}")


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
    cursors: list[psycopg.Cursor[Row]] = []
    try:
        with _measured_round_trip():
            _carry_out((*before, COMMIT, *after), using, cursors)
    except (psycopg.Error, Error) as error:
        close(using)
        if len(cursors) <= len(before) or cursors[len(before)].statusmessage != "COMMIT":
            raise _translated(error, (*before, COMMIT)) from error
        logger.exception("a step after the commit failed", extra={"statements": _names(after)})
    return [_rows(cursor) for cursor in cursors[: len(before)]]


def rollback(using: str = DEFAULT_DB_ALIAS) -> None:
    """End an open transaction without a trace. Never raises: a connection that cannot is closed."""
    driver = connections[using].connection
    if driver is None or driver.info.transaction_status == TransactionStatus.IDLE:
        return
    try:
        # Past the driver's cache of prepared statements, which would be emptied by a ROLLBACK that it sees.
        with _measured_round_trip():
            (result,) = _deadline().ask(b"ROLLBACK", driver.pgconn)
            ended = result.command_status == b"ROLLBACK"
    except psycopg.Error:
        ended = False
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
    cursors: list[psycopg.Cursor[Row]] = []
    try:
        with _measured_round_trip():
            _carry_out(steps, using, cursors)
        return [_rows(cursor) for cursor in cursors]
    except (psycopg.Error, Error) as error:
        dead = _is_dead(error, using)
        close(using)
        if dead:
            raise _DeadConnection from error
        raise _translated(error, steps) from error


@contextmanager
def _measured_round_trip() -> Iterator[None]:
    """Counts, whether or not it fails."""
    started = perf_counter()
    try:
        yield
    finally:
        measured = current()
        measured.database_seconds += perf_counter() - started
        measured.round_trips += 1


def _carry_out(steps: Sequence[Step], using: str, cursors: list[psycopg.Cursor[Row]]) -> None:
    connection = connections[using]
    if connection.in_atomic_block:
        raise InterfaceError("the request path opens its own transactions; it cannot run inside an atomic block")
    connection.ensure_connection()
    driver: psycopg.Connection[Row] = connection.connection
    with _deadline().on(driver), driver.pipeline():
        for step in steps:
            cursor = psycopg.Cursor(driver)
            cursors.append(cursor)
            cursor.execute(step.statement.sql, step.values, prepare=None if step.statement.prepared else False)


def _deadline() -> AnswerDeadline:
    return AnswerDeadline(milliseconds=settings.DATABASE_ANSWER_TIMEOUT_MS)


def _rows(cursor: psycopg.Cursor[Row]) -> Rows:
    return cursor.fetchall() if cursor.description is not None else []


def _is_dead(error: Exception, using: str) -> bool:
    driver = connections[using].connection
    if isinstance(error, AnswerOverdue):
        return False
    return isinstance(error, psycopg.OperationalError) and driver is not None and bool(driver.closed)


def _translated(error: Exception, steps: Sequence[Step]) -> Exception:
    state = getattr(error, "sqlstate", None)
    if state in CONFLICTS:
        logger.info("a conflict with another request", extra={"sqlstate": state, "statements": _names(steps)})
        return Conflict(state)
    if isinstance(error, AnswerOverdue):
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
