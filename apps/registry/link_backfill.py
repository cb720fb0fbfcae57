"""Making the hash links that stamps should have had (contract, sections 3.5 and 6.8).

When more nullifiers begin to count, or links were lost, an address that has not been scored since owns some of the
nullifiers of its stamps and not the others. Links that exist are never changed (D12).
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils import timezone

from apps.registry.evaluation import scoring_rules
from apps.registry.scoring.nullifiers import counting, nullifiers_of
from apps.registry.scoring.records import HashLink
from apps.registry.scoring.validity import parse_expiry
from scorer_v2.database.bulk import BulkTransaction, transaction
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


@dataclass(frozen=True, slots=True)
class Backfilled:
    """One batch. `stamps` were looked at, `links` made, or missing in a dry run. `last_id` is where to go on, None
    when there are no more."""

    stamps: int
    links: int
    last_id: int | None


def backfill_links(
    *, after: int = 0, since: datetime | None = None, limit: int = 1_000, dry_run: bool = False
) -> Backfilled:
    """Makes the missing links of the next kept stamps, by ascending id of `registry_stamp`.

    A missing nullifier follows another one of the stamp that somebody else owns (R3); else it becomes the address's,
    until the credential expires (R2). Expired stamps get none. `since`: only passports that were scored since then.
    Raises Conflict and DatabaseUnavailable.
    """
    now, flag = timezone.now(), scoring_rules().multi_nullifier
    with transaction() as bulk:
        stamps = kept_stamps(bulk, after=after, since=since, limit=limit)
        wanted = list(_wanted(stamps, now=now, multi_nullifier=flag))
        places = {place for owned in wanted for place in owned.places}
        missing = _missing(wanted, find_links(bulk, places), now=now)
        made = len(missing) if dry_run else add_links(bulk, missing)
    return Backfilled(len(stamps), made, stamps[-1].id if stamps else None)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The links that a stamp should have."""

    address: str
    expires_at: datetime
    places: Sequence[Place]


def _wanted(stamps: Sequence[KeptStamp], *, now: datetime, multi_nullifier: bool) -> Iterator[_Wanted]:
    for stamp in stamps:
        try:
            expires_at = parse_expiry(stamp.expires_at)
            nullifiers = nullifiers_of(json.loads(stamp.subject or "{}"))
        except (ValueError, AttributeError, TypeError):
            continue  # no such stamp would be valid
        if expires_at >= now:
            hashes = counting(nullifiers, multi_nullifier=multi_nullifier)
            yield _Wanted(stamp.address, expires_at.astimezone(UTC), [(stamp.community_id, hash) for hash in hashes])


def _missing(
    wanted: Sequence[_Wanted], links: Mapping[Place, HashLink], *, now: datetime
) -> list[tuple[int, HashLink]]:
    found = dict(links)
    missing: list[tuple[int, HashLink]] = []
    for owned in wanted:
        owner, until = _owner(owned, found, now)
        for place in owned.places:
            if place not in found:
                found[place] = HashLink(place[1], owner, until)
                missing.append((place[0], found[place]))
    return missing


def _owner(owned: _Wanted, links: Mapping[Place, HashLink], now: datetime) -> tuple[str, datetime]:
    for place in owned.places:
        link = links.get(place)
        if link is not None and link.address != owned.address and link.expires_at > now:
            return link.address, link.expires_at
    return owned.address, owned.expires_at
