"""Who lost which stamp to whom in a community (contract, sections 3.5 and 6.8)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from apps.registry.deduplication_export import managers
from scorer_v2.primitives.errors import NotFound

COLUMNS = ("address", "provider", "deduplicated_at", "nullifier", "owner", "owner_until")
ADDRESSES_AT_ONCE = 1_000


def export_deduplication(*, community_id: int) -> Iterator[tuple[Any, ...]]:
    """Rows of `COLUMNS`: the latest deduplication of each provider of an address, a row for each of its nullifiers.

    The owner is the present one, None where the nullifier has no link. Memory is constant. Raises NotFound without the
    community, and DatabaseUnavailable.
    """
    if not managers.community_exists(community_id):
        raise NotFound("There is no such scorer.")
    after = ""
    while rows := managers.lost_stamps(community_id, after=after, limit=ADDRESSES_AT_ONCE):
        for *columns, at, nullifier, owner, until in rows:
            yield (*columns, _iso(at), nullifier, owner, _iso(until))
        after = rows[-1][0]


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
