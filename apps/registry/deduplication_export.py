"""Who lost which stamp to whom in a community (contract, sections 3.5 and 6.8)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from scorer_v2.database.bulk import transaction
from scorer_v2.database.round_trips import statement
from scorer_v2.primitives.errors import NotFound

# A page of addresses that lost stamps in a community: the latest event of each provider, and who owns its nullifiers
# now. Whole addresses only.
LOST_STAMPS = statement(
    "registry.lost_stamps",
    """
    WITH loser AS (
        SELECT DISTINCT address FROM registry_event
        WHERE action = 'LDP' AND community_id = %(community_id)s AND address > %(after)s
        ORDER BY address LIMIT %(limit)s
    ),
    latest AS (
        SELECT DISTINCT ON (event.address, event.data ->> 'provider')
               event.address, event.data ->> 'provider' AS provider, event.created_at, event.data
        FROM registry_event event JOIN loser USING (address)
        WHERE event.action = 'LDP' AND event.community_id = %(community_id)s
        ORDER BY event.address, event.data ->> 'provider', event.created_at DESC, event.id DESC
    )
    SELECT latest.address, latest.provider, latest.created_at, nullifier.hash, link.address, link.expires_at
    FROM latest
    CROSS JOIN LATERAL jsonb_array_elements_text(
        CASE jsonb_typeof(latest.data -> 'nullifiers') WHEN 'array' THEN latest.data -> 'nullifiers' ELSE '[]' END
    ) WITH ORDINALITY AS nullifier(hash, position)
    LEFT JOIN registry_hashscorerlink link
      ON link.hash = nullifier.hash AND link.community_id = %(community_id)s
    ORDER BY latest.address, latest.provider, nullifier.position
    """,
)

# Whether there is such a community.
COMMUNITY = statement("registry.community_exists", "SELECT FROM account_community WHERE id = %(community_id)s")


def community_exists(community_id: int) -> bool:
    with transaction() as bulk:
        return bool(bulk.rows(COMMUNITY, {"community_id": community_id}))


def lost_stamps(community_id: int, *, after: str, limit: int) -> list[tuple[Any, ...]]:
    """Address, provider, time of the event, nullifier, its owner now and until when. Raises DatabaseUnavailable."""
    with transaction() as bulk:
        return bulk.rows(LOST_STAMPS, {"community_id": community_id, "after": after, "limit": limit})


COLUMNS = ("address", "provider", "deduplicated_at", "nullifier", "owner", "owner_until")
ADDRESSES_AT_ONCE = 1_000


def export_deduplication(*, community_id: int) -> Iterator[tuple[Any, ...]]:
    """Rows of `COLUMNS`: the latest deduplication of each provider of an address, a row for each of its nullifiers.

    The owner is the present one, None where the nullifier has no link. Memory is constant. Raises NotFound without the
    community, and DatabaseUnavailable.
    """
    if not community_exists(community_id):
        raise NotFound("There is no such scorer.")
    after = ""
    while rows := lost_stamps(community_id, after=after, limit=ADDRESSES_AT_ONCE):
        for *columns, at, nullifier, owner, until in rows:
            yield (*columns, _iso(at), nullifier, owner, _iso(until))
        after = rows[-1][0]


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
