"""Several statements in one network round trip, on libpq itself.

The driver's cursors cost more than the statements that they carry: each looks up adapters, converts its query, keeps
the book of prepared statements and describes columns that nobody asks for. Our statements are constants, so all of
that is known beforehand: a statement has one name on every connection, its parameters are text that the server gives
types, and its rows come in binary form.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from psycopg import abc, adapt
from psycopg.pq import ExecStatus, Format
from psycopg.pq.abc import PGconn, PGresult

from scorer_v2.answer_deadline import AnswerDeadline
from scorer_v2.database.bound_values import text_form

Row = tuple[Any, ...]
Rows = list[Row]

_PLACEHOLDER = re.compile(r"%\((\w+)\)s|%%")
_ENDED_WELL = (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK, ExecStatus.EMPTY_QUERY)


@dataclass(frozen=True)
class Statement:
    """A statement with a name for logs and `pg_stat_statements`, and `%(name)s` for each value."""

    name: str
    sql: str

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The values that it takes, in the order of their numbers."""
        return tuple(dict.fromkeys(match[1] for match in _PLACEHOLDER.finditer(self.sql) if match[1]))

    @cached_property
    def numbered(self) -> bytes:
        """Its text as the server reads it, with `$1` for the first value."""
        numbers = {name: f"${number}" for number, name in enumerate(self.names, start=1)}
        return _PLACEHOLDER.sub(lambda match: numbers[match[1]] if match[1] else "%", self.sql).encode()

    @cached_property
    def prepared_name(self) -> bytes:
        """Another text has another name: two releases may share the connections of a pooling proxy."""
        return f"{self.name}:{sha256(self.numbered).hexdigest()[:12]}".encode()


@dataclass(frozen=True, slots=True)
class Step:
    """A statement and the values bound to it."""

    statement: Statement
    values: Mapping[str, Any] | None = None


@dataclass(slots=True)
class _Session:
    """What is known of a connection: the statements that it has prepared, and how it reads rows."""

    prepared: set[bytes]
    transformer: abc.Transformer


_sessions: WeakKeyDictionary[psycopg.Connection[Any], _Session] = WeakKeyDictionary()


def carry_out(
    driver: psycopg.Connection[Any], steps: Sequence[Step], answers: list[PGresult], *, deadline: AnswerDeadline
) -> None:
    """Send the steps and add the answer of each to `answers`, up to the first that fails.

    Raises psycopg.Error, AnswerOverdue among them: the connection is of no use then.
    """
    connection: PGconn = driver.pgconn
    forms = [_forms(step) for step in steps]
    try:
        if len(steps) == 1 and steps[0].statement.prepared_name in _session(driver).prepared:
            connection.send_query_prepared(steps[0].statement.prepared_name, forms[0], result_format=Format.BINARY)
            _receive_one(connection, answers, deadline)
        else:
            connection.enter_pipeline_mode()
            unanswered = _send(driver, connection, steps, forms)
            connection.pipeline_sync()
            _receive(connection, unanswered, answers, deadline)
            connection.exit_pipeline_mode()
    except psycopg.Error:
        raise
    except BaseException:  # such as a signal: answers that nobody waited for would be the next one's
        connection.finish()
        raise


def rows_of(driver: psycopg.Connection[Any], answers: Iterable[PGresult]) -> list[Rows]:
    """The rows of each answer."""
    transformer = _session(driver).transformer
    try:
        return [_rows(transformer, answer) for answer in answers]
    finally:
        transformer.set_pgresult(None, set_loaders=False)


def _rows(transformer: abc.Transformer, answer: PGresult) -> Rows:
    if answer.status != ExecStatus.TUPLES_OK:
        return []
    transformer.set_pgresult(answer)
    return transformer.load_rows(0, answer.ntuples, tuple)


def _session(driver: psycopg.Connection[Any]) -> _Session:
    session = _sessions.get(driver)
    if session is None:
        # Of its adapters alone: with the connection itself, what is known of one would keep it for ever.
        session = _sessions[driver] = _Session(set(), adapt.Transformer(driver.adapters))
    return session


def _forms(step: Step) -> list[bytes | None] | None:
    names, values = step.statement.names, step.values
    return [text_form(values[name]) for name in names] if names and values is not None else None


def _send(
    driver: psycopg.Connection[Any],
    connection: PGconn,
    steps: Sequence[Step],
    forms: Sequence[Sequence[bytes | None] | None],
) -> list[bool]:
    """Of each answer that will come: whether it is a step's, and not that of preparing one."""
    prepared, prepares = _session(driver).prepared, driver.prepare_threshold is not None
    unanswered = []
    for step, values in zip(steps, forms, strict=True):
        statement = step.statement
        if not prepares:
            connection.send_query_params(statement.numbered, values, result_format=Format.BINARY)
        else:
            if statement.prepared_name not in prepared:
                connection.send_prepare(statement.prepared_name, statement.numbered)
                prepared.add(statement.prepared_name)
                unanswered.append(False)
            connection.send_query_prepared(statement.prepared_name, values, result_format=Format.BINARY)
        unanswered.append(True)
    return unanswered


def _receive_one(connection: PGconn, answers: list[PGresult], deadline: AnswerDeadline) -> None:
    answer = deadline.next(connection)
    if answer is None or answer.status not in _ENDED_WELL:
        raise _failure(connection, answer)
    answers.append(answer)
    deadline.next(connection)  # the end of the answers


def _receive(connection: PGconn, unanswered: Sequence[bool], answers: list[PGresult], deadline: AnswerDeadline) -> None:
    for is_of_a_step in unanswered:
        answer = deadline.next(connection)
        if answer is None or answer.status not in _ENDED_WELL:
            raise _failure(connection, answer)
        if is_of_a_step:
            answers.append(answer)
        deadline.next(connection)  # the end of this statement's answers
    synchronised = deadline.next(connection)
    if synchronised is None or synchronised.status != ExecStatus.PIPELINE_SYNC:
        raise _failure(connection, synchronised)


def _failure(connection: PGconn, answer: PGresult | None) -> psycopg.Error:
    if answer is not None and answer.status == ExecStatus.FATAL_ERROR:
        return psycopg.errors.error_from_result(answer)
    return psycopg.OperationalError(connection.get_error_message())
