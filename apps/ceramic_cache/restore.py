"""Taking back the deletion of stored stamps (contract, section 6.7). No score is computed again by this."""

from collections.abc import Sequence
from dataclasses import dataclass

from scorer_v2.database.bulk import BulkTransaction, transaction
from scorer_v2.database.round_trips import statement

# Of the deleted stamps of one type, address and provider the newest comes back, where none is live.
RESTORE = statement(
    "ceramic_cache.restore",
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


def restore(bulk: BulkTransaction, stamp_ids: Sequence[int]) -> set[int]:
    """The ids of those that are live again."""
    return {stamp_id for (stamp_id,) in bulk.rows(RESTORE, {"stamp_ids": list(stamp_ids)})}


@dataclass(frozen=True, slots=True)
class RestoredStamps:
    """Ids in ascending order. `failed` are not deleted, or a live stamp of their type and provider is in the way."""

    restored: tuple[int, ...]
    failed: tuple[int, ...]


def restore_stamps(*, stamp_ids: Sequence[int]) -> RestoredStamps:
    """Makes the stamps live again, of several for one provider the newest. Doing it again changes nothing.

    Runs inside an open transaction, or in one of its own. Raises Conflict, with nothing written, where somebody stores
    a stamp of that provider at the same moment; and DatabaseUnavailable.
    """
    with transaction() as bulk:
        restored = restore(bulk, stamp_ids)
    return RestoredStamps(tuple(sorted(restored)), tuple(sorted(set(stamp_ids) - restored)))
