"""Holding what a request needs, so that requests meet where a test wants them to meet."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import psycopg

from tests.server.scratch_databases import Row, ScratchDatabase

SECONDS = 20.0

Result = TypeVar("Result")

WAITING = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock' AND application_name = 'passport-scorer-v2'
"""


@contextmanager
def holding(database: ScratchDatabase, statement: str, *values: object) -> Iterator[psycopg.Connection[Row]]:
    """Carry out the statement and leave its transaction open; the block ends it, else it is rolled back."""
    with database.connect(autocommit=False) as connection:
        connection.execute(statement, values)
        yield connection
        connection.rollback()


@contextmanager
def at_once() -> Iterator["Start"]:
    """Starts calls that run while the test goes on."""
    with ThreadPoolExecutor(16) as threads:
        yield Start(threads)


class Start:
    def __init__(self, threads: ThreadPoolExecutor) -> None:
        self._threads = threads

    def __call__(self, call: Callable[[], Result]) -> "Future[Result]":
        return self._threads.submit(call)


def await_waiting(database: ScratchDatabase, number: int) -> None:
    """Until so many connections of the service wait for a lock."""
    deadline = time.monotonic() + SECONDS
    with database.connect() as connection:
        while (waiting := connection.execute(WAITING).fetchone()) != (number,):
            assert time.monotonic() < deadline, f"{waiting} connections wait for a lock, not {number}"
            time.sleep(0.01)
