"""Deleting old analytics rows, a batch at a time so that nobody waits for it."""

from datetime import datetime

from scorer_v2.database.bulk import BulkTransaction, transaction
from scorer_v2.database.round_trips import statement

# How many rows are older.
COUNT_OLD = statement(
    "account.count_old_analytics", "SELECT count(*) FROM account_accountapikeyanalytics WHERE created_at < %(before)s"
)

# Deletes the oldest ones.
DELETE_OLD = statement(
    "account.delete_old_analytics",
    """
    DELETE FROM account_accountapikeyanalytics WHERE id = ANY(ARRAY(
        SELECT id FROM account_accountapikeyanalytics WHERE created_at < %(before)s ORDER BY created_at LIMIT %(limit)s
    ))
    """,
)


def count_old(bulk: BulkTransaction, *, before: datetime) -> int:
    return int(bulk.row(COUNT_OLD, {"before": before})[0])


def delete_old(bulk: BulkTransaction, *, before: datetime, limit: int) -> int:
    return bulk.count(DELETE_OLD, {"before": before, "limit": limit})


def count_old_analytics(*, before: datetime) -> int:
    """Rows that are older. Rows without a time never are. Raises DatabaseUnavailable."""
    with transaction() as bulk:
        return count_old(bulk, before=before)


def prune_analytics(*, before: datetime, limit: int) -> int:
    """Deletes at most `limit` of the oldest rows that are older, and gives their number. Raises DatabaseUnavailable."""
    with transaction() as bulk:
        return delete_old(bulk, before=before, limit=limit)
