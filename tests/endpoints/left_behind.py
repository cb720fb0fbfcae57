"""The rows that a request left behind, as plain values."""

from typing import Any

from django.db import connection

from apps.account.models import AccountAPIKeyAnalytics
from apps.registry.models import (
    Event,
    HashScorerLink,
    HumanPoints,
    HumanPointsCommunityQualifiedUsers,
    Passport,
    Score,
    Stamp,
)
from tests.committing import TABLES

ANALYTICS = "account_accountapikeyanalytics"


def all_rows(*, but: tuple[str, ...] = ()) -> dict[str, list[str]]:
    """The text of every row of every table that has one, to find out whether a request wrote anything."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        tables = [name for (name,) in cursor.fetchall() if name not in but]
        cursor.execute(" UNION ALL ".join(f"SELECT '{name}', r::text FROM {name} r" for name in tables) + " ORDER BY 2")
        found: dict[str, list[str]] = {}
        for name, text in cursor.fetchall():
            found.setdefault(name, []).append(text)
        return found


def versions(*tables: str) -> list[tuple[str, str, str]]:
    """Table, transaction and place of every row: both change whenever a row is written, even as it was."""
    with connection.cursor() as cursor:
        rows = " UNION ALL ".join(f"SELECT '{name}', xmin::text, ctid::text FROM {name}" for name in tables)
        # As places, not as texts: page 10 comes after page 9.
        cursor.execute(f"SELECT * FROM ({rows}) row (name, xid, place) ORDER BY name, place::tid")
        return cursor.fetchall()


def links() -> dict[str, tuple[str, Any]]:
    """Nullifier to owner and end, of all communities."""
    return {link.hash: (link.address, link.expires_at) for link in HashScorerLink.objects.all()}


def events(action: str) -> list[Any]:
    """The data of the events, oldest first."""
    return [event.data for event in Event.objects.filter(action=action).order_by("id")]


def score_row() -> dict[str, Any]:
    """The only score, less its ids."""
    (row,) = Score.objects.values(
        "score", "status", "error", "last_score_timestamp", "expiration_date", "evidence", "stamp_scores", "stamps"
    )
    return row


def kept_stamps() -> list[tuple[str, Any]]:
    """Provider and credential of the stamp rows, in order."""
    return list(Stamp.objects.order_by("id").values_list("provider", "credential"))


def passports() -> list[tuple[Any, ...]]:
    return list(Passport.objects.order_by("id").values_list("address", "community_id", "requires_calculation"))


def points() -> list[tuple[Any, ...]]:
    """Action, provider and transaction hash of all points, sorted."""
    return sorted(HumanPoints.objects.values_list("action", "provider", "tx_hash"))


def qualified() -> list[tuple[Any, ...]]:
    return sorted(HumanPointsCommunityQualifiedUsers.objects.values_list("address", "community_id"))


def calls() -> list[dict[str, Any]]:
    """The analytics rows, oldest first, less their ids."""
    rows = AccountAPIKeyAnalytics.objects.order_by("id").values()
    return [{name: value for name, value in row.items() if name != "id"} for row in rows]
