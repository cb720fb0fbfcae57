"""The way to PostgreSQL for work on many rows: operators' commands and the admin site.

    with transaction() as bulk:
        rows = bulk.rows(SOME_STATEMENT, {"ids": ids})

Unlike the request path's `round_trips`, a transaction here joins the one that is open (the admin site saves its
forms inside of one) and sends one statement at a time. Values are bound on the server all the same. Only managers call
this, and whatever the driver raises stops here: it becomes `Conflict` or `DatabaseUnavailable`, with all undone.
"""

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.db import transaction as django_transaction

from scorer_v2.conf import settings
from scorer_v2.database.request_deadline import current_deadline
from scorer_v2.database.round_trips import CONFLICTS, SET_LOCALLY, Row, Rows, Statement, statement
from scorer_v2.primitives.errors import Conflict, DatabaseUnavailable

logger = logging.getLogger("scorer_v2.database")

# A hundred thousand values want another plan than one: the request path's connections keep theirs (settings.databases).
PLAN_FOR_THE_VALUES = statement("bulk.plan_for_the_values", "SET LOCAL plan_cache_mode = force_custom_plan")

PATIENCE_SECONDS = 50
"""How long a page of the admin site lets a statement run: browsers and load balancers wait for a minute."""

# Lets the statements of this transaction run for longer than those of the request path, and the transaction idle.
BE_PATIENT = statement(
    "bulk.be_patient",
    """
    SELECT set_config('statement_timeout', %(milliseconds)s, true),
           set_config('idle_in_transaction_session_timeout', %(milliseconds)s, true)
    """,
)


class BulkTransaction:
    """An open transaction."""

    def __init__(self, using: str) -> None:
        self._using = using

    def rows(self, wanted: Statement, values: Mapping[str, Any] | None = None) -> Rows:
        """The rows of a statement; none for one that gives none."""
        with psycopg.Cursor(connections[self._using].connection) as cursor:
            cursor.execute(wanted.sql, values, prepare=False)
            return cursor.fetchall() if cursor.description is not None else []

    def row(self, wanted: Statement, values: Mapping[str, Any] | None = None) -> Row:
        """The only row of a statement that gives exactly one."""
        (row,) = self.rows(wanted, values)
        return row

    def count(self, writing: Statement, values: Mapping[str, Any] | None = None) -> int:
        """How many rows a writing statement wrote."""
        with psycopg.Cursor(connections[self._using].connection) as cursor:
            cursor.execute(writing.sql, values, prepare=False)
            return cursor.rowcount


@contextmanager
def patient_transaction(using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """For pages of the admin site: transactions in it join it, and may take PATIENCE_SECONDS a statement."""
    deadline = current_deadline()
    if deadline is not None:
        deadline.allow(PATIENCE_SECONDS + 5)
    with transaction(using) as bulk:
        bulk.rows(BE_PATIENT, {"milliseconds": str(1000 * PATIENCE_SECONDS)})
        yield


@contextmanager
def transaction(using: str = DEFAULT_DB_ALIAS) -> Iterator[BulkTransaction]:
    """All or nothing. Raises Conflict and DatabaseUnavailable."""
    try:
        with django_transaction.atomic(using=using):
            bulk = BulkTransaction(using)
            if settings.DATABASE_TRANSACTION_SETTINGS:
                bulk.rows(SET_LOCALLY, {"settings": json.dumps(dict(settings.DATABASE_TRANSACTION_SETTINGS))})
            bulk.count(PLAN_FOR_THE_VALUES)
            yield bulk
    except (psycopg.Error, Error) as error:
        state = getattr(error, "sqlstate", None)
        if state in CONFLICTS:
            raise Conflict(state) from error
        logger.exception("the database failed", extra={"sqlstate": state})
        raise DatabaseUnavailable(state) from error
