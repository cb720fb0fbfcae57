"""SQL of undeletion."""

from collections.abc import Sequence

from scorer_v2.database.bulk import BulkTransaction
from scorer_v2.database.round_trips import statement

# Of the deleted stamps of one type, address and provider the newest comes back, where none is live.
UNDELETE = statement(
    "ceramic_cache.undelete",
    """
    UPDATE ceramic_cache_ceramiccache stored SET deleted_at = NULL
    FROM (
        SELECT DISTINCT ON (type, address, provider) id, type, address, provider FROM ceramic_cache_ceramiccache
        WHERE id = ANY(%(stamp_ids)s::bigint[]) AND deleted_at IS NOT NULL
        ORDER BY type, address, provider, updated_at DESC, id DESC
    ) newest
    WHERE stored.id = newest.id AND stored.deleted_at IS NOT NULL
      AND NOT EXISTS (SELECT FROM ceramic_cache_ceramiccache live
                      WHERE live.type = newest.type AND live.address = newest.address
                        AND live.provider = newest.provider AND live.deleted_at IS NULL)
    RETURNING stored.id
    """,
)


def undelete(bulk: BulkTransaction, stamp_ids: Sequence[int]) -> set[int]:
    """The ids of those that are live again."""
    return {stamp_id for (stamp_id,) in bulk.rows(UNDELETE, {"stamp_ids": list(stamp_ids)})}
