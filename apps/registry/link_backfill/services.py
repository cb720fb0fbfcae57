"""Making the hash links that stamps should have had (contract, sections 3.5 and 6.8).

When more nullifiers begin to count, or links were lost, an address that has not been scored since owns some of the
nullifiers of its stamps and not the others. Links that exist are never changed (D12).
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils import timezone

from apps.registry.evaluation import scoring_rules
from apps.registry.link_backfill import managers
from apps.registry.link_backfill.managers import KeptStamp, Place
from apps.registry.scoring.nullifiers import counting, nullifiers_of
from apps.registry.scoring.records import HashLink
from apps.registry.scoring.validity import parse_expiry
from scorer_v2.database.bulk import transaction


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
        stamps = managers.kept_stamps(bulk, after=after, since=since, limit=limit)
        wanted = list(_wanted(stamps, now=now, multi_nullifier=flag))
        places = {place for owned in wanted for place in owned.places}
        missing = _missing(wanted, managers.find_links(bulk, places), now=now)
        made = len(missing) if dry_run else managers.add_links(bulk, missing)
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
