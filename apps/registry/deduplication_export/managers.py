"""SQL of the deduplication export."""

from typing import Any

from scorer_v2.database.bulk import transaction
from scorer_v2.database.round_trips import statement

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
