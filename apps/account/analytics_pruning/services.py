"""Deleting old analytics rows, a batch at a time so that nobody waits for it."""

from datetime import datetime

from apps.account.analytics_pruning import managers
from scorer_v2.database.bulk import transaction


def count_old_analytics(*, before: datetime) -> int:
    """Rows that are older. Rows without a time never are. Raises DatabaseUnavailable."""
    with transaction() as bulk:
        return managers.count_old(bulk, before=before)


def prune_analytics(*, before: datetime, limit: int) -> int:
    """Deletes at most `limit` of the oldest rows that are older, and gives their number. Raises DatabaseUnavailable."""
    with transaction() as bulk:
        return managers.delete_old(bulk, before=before, limit=limit)
