"""SQL of the backfill of hash links."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.registry.scoring.records import HashLink
from scorer_v2.database.bulk import BulkTransaction
from scorer_v2.database.round_trips import statement

# A page of the stamps that scorings kept, perhaps only of passports that were scored since a time.
KEPT_STAMPS = statement(
    "registry.kept_stamps",
    """
    SELECT stamp.id, passport.community_id, passport.address, stamp.credential ->> 'expirationDate',
           (stamp.credential -> 'credentialSubject')::text
    FROM registry_stamp stamp
    JOIN registry_passport passport ON passport.id = stamp.passport_id
    LEFT JOIN registry_score score ON score.passport_id = passport.id
    WHERE stamp.id > %(after)s AND passport.address IS NOT NULL AND passport.community_id IS NOT NULL
      AND (%(since)s::timestamptz IS NULL OR score.last_score_timestamp >= %(since)s)
    ORDER BY stamp.id LIMIT %(limit)s
    """,
)

# The links of nullifiers in their communities.
LINKS = statement(
    "registry.links_in_communities",
    """
    SELECT link.community_id, link.hash, link.address, link.expires_at
    FROM unnest(%(community_ids)s::bigint[], %(hashes)s::text[]) AS wanted(community_id, hash)
    JOIN registry_hashscorerlink link ON link.hash = wanted.hash AND link.community_id = wanted.community_id
    """,
)

# Makes links; those that exist stay as they are.
ADD_LINKS = statement(
    "registry.add_missing_links",
    """
    INSERT INTO registry_hashscorerlink (hash, address, community_id, expires_at)
    SELECT hash, owner, community_id, expires_at
    FROM unnest(%(community_ids)s::bigint[], %(hashes)s::text[], %(owners)s::text[], %(expiries)s::timestamptz[])
        AS link(community_id, hash, owner, expires_at)
    ORDER BY hash, community_id
    ON CONFLICT (hash, community_id) DO NOTHING
    """,
)

Place = tuple[int, str]
"""A community and a nullifier in it."""


@dataclass(frozen=True, slots=True)
class KeptStamp:
    """A row of `registry_stamp`, as far as links go. `subject` is JSON text."""

    id: int
    community_id: int
    address: str
    expires_at: str | None
    subject: str | None


def kept_stamps(bulk: BulkTransaction, *, after: int, since: datetime | None, limit: int) -> list[KeptStamp]:
    """The next ones after an id."""
    values = {"after": after, "since": since, "limit": limit}
    return [KeptStamp(*row) for row in bulk.rows(KEPT_STAMPS, values)]


def find_links(bulk: BulkTransaction, places: Iterable[Place]) -> dict[Place, HashLink]:
    wanted = list(places)
    values = {"community_ids": [place[0] for place in wanted], "hashes": [place[1] for place in wanted]}
    return {(row[0], row[1]): HashLink(*row[1:]) for row in bulk.rows(LINKS, values)}


def add_links(bulk: BulkTransaction, links: Sequence[tuple[int, HashLink]]) -> int:
    """How many were missing still."""
    values = {
        "community_ids": [community_id for community_id, _ in links],
        "hashes": [link.hash for _, link in links],
        "owners": [link.address for _, link in links],
        "expiries": [link.expires_at for _, link in links],
    }
    return bulk.count(ADD_LINKS, values)
