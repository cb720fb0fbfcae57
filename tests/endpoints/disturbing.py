"""What other requests, and a database that fails, do in the middle of a scoring."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from django.db import connection, connections

from scorer_v2.answer_deadline import AnswerOverdue
from scorer_v2.database import round_trips

SAVING = frozenset({"registry.save_score", "registry.save_error"})


def before_saving(monkeypatch: pytest.MonkeyPatch, disturb: Callable[[], Any], *, times: int = 1) -> list[str]:
    """Disturbs the first `times` attempts to save, when all was read and computed. Fills with what was then sent."""
    carry_out = round_trips._carry_out
    disturbed: list[str] = []

    def carry_out_later(steps: Sequence[round_trips.Step], *others: Any) -> None:
        names = [step.statement.name for step in steps]
        if SAVING.intersection(names) and len(disturbed) < times:
            disturbed.append(" ".join(names))
            disturb()
        carry_out(steps, *others)

    monkeypatch.setattr(round_trips, "_carry_out", carry_out_later)
    return disturbed


def elsewhere(work: Callable[[], Any]) -> Callable[[], Any]:
    """The work, done and committed on a connection of its own."""

    def in_a_thread() -> Any:
        try:
            return work()
        finally:
            connections.close_all()

    def run() -> Any:
        with ThreadPoolExecutor(1) as threads:
            return threads.submit(in_a_thread).result()

    return run


def fail() -> None:
    raise psycopg.OperationalError("the database is down")


def fall_silent() -> None:
    raise AnswerOverdue("the answers are overdue")


def end_the_connection() -> None:
    """The server closes the connection of the request, as on a failover."""
    process = connection.connection.info.backend_pid

    def terminate() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [process])

    elsewhere(terminate)()


def deadlock() -> None:
    """Another request wants the same rows in another order, and the server ends this one's transaction."""
    raise psycopg.errors.DeadlockDetected
