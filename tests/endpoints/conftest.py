"""Watching and breaking the way to PostgreSQL."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from django.db import connections
from django.utils import timezone
from pytest_django import Settings

from apps.account.rate_limits import known_limits
from scorer_v2.database import round_trips as database
from tests.endpoints.scoring_world import ISSUER


@pytest.fixture
def rows(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets an endpoint that reads once see the rows of the test's transaction, which is rolled back afterwards.

    The request path refuses to run inside an atomic block, because it opens its own transactions. One reading opens
    none; and emptying all tables after every test would take a hundred times as long.
    """
    carry_out = database._carry_out

    def inside(steps: Sequence[database.Step], using: str, *others: Any) -> None:
        connections[using].in_atomic_block = False
        try:
            carry_out(steps, using, *others)
        finally:
            connections[using].in_atomic_block = True

    monkeypatch.setattr(database, "_carry_out", inside)


@pytest.fixture
def round_trips(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Fills with the names of the statements of every network round trip."""
    trips: list[list[str]] = []
    carry_out = database._carry_out

    def recorded(steps: Sequence[database.Step], *others: Any) -> None:
        trips.append([step.statement.name for step in steps])
        carry_out(steps, *others)

    monkeypatch.setattr(database, "_carry_out", recorded)
    return trips


@pytest.fixture
def database_down(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every round trip fails."""

    def fail(*_: Any) -> None:
        raise psycopg.OperationalError("the database is down")

    monkeypatch.setattr(database, "_carry_out", fail)


@pytest.fixture
def scoring_world(committed_rows: None, settings: Settings) -> None:
    """The tests' issuer is trusted, and all is on that a setting can turn on, but for rate limits."""
    settings.TRUSTED_IAM_ISSUERS = [ISSUER.did, ISSUER.ed25519_did]
    settings.FF_MULTI_NULLIFIER = "on"
    settings.FF_API_ANALYTICS = "on"
    settings.HUMAN_POINTS_ENABLED = settings.HUMAN_POINTS_WRITE_ENABLED = True
    settings.HUMAN_POINTS_MTA_ENABLED = True
    settings.HUMAN_POINTS_START_TIMESTAMP = 0
    settings.RATELIMIT_ENABLE = False
    known_limits.clear()
    settings.DEMO_API_KEY = None
    settings.DEMO_API_KEY_ALIASES = []
    settings.DEMO_API_SCORER_ID = None
    settings.CERAMIC_CACHE_SCORER_ID = 1


@pytest.fixture
def frozen(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """The time of now, which stands still."""
    now = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
    monkeypatch.setattr(timezone, "now", lambda: now)
    return now
