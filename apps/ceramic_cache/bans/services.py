"""Bans (contract, sections 6.1 and 6.2). A ban alone changes no score: `revoke_matching` makes it count.

All of these run inside an open transaction, or in one of their own. All raise DatabaseUnavailable, the writing ones
also Conflict.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from apps.ceramic_cache.bans import managers
from apps.ceramic_cache.bans.csv_file import COLUMNS, REASON, BanEntry
from apps.ceramic_cache.bans.targets import BanTarget, ban_target
from scorer_v2.database.bulk import transaction
from scorer_v2.operations.csv_files import ParsedFile, csv_lines
from scorer_v2.primitives.errors import NotFound

NO_LIST = "There is no such ban list."


@dataclass(frozen=True, slots=True)
class BanListCounts:
    """What an import does, or did, in lines of the file.

    `changed` are bans of the list that get another end or reason, `elsewhere` lines that some other ban in force bans
    already (they are imported all the same, and are among the others).
    """

    new: int
    changed: int
    already_there: int
    elsewhere: int
    invalid: int
    duplicates: int


@dataclass(frozen=True, slots=True)
class PassingCommunity:
    """A community, and how many of the addresses pass there."""

    id: int
    name: str
    addresses: int


@dataclass(frozen=True, slots=True)
class BanPreview:
    """Whom a ban would hit. `stamps` are live ones that fit, of which `revoked` are revoked already."""

    target: BanTarget
    addresses: tuple[str, ...]
    stamps: int
    revoked: int
    communities: tuple[PassingCommunity, ...]


@dataclass(frozen=True, slots=True)
class RevokedMatching:
    """What bans did. `bans` were in force and `ended` not, so that they revoked nothing. `stamps` is the number of
    stamps now revoked, `already_revoked` of those that were; `per_ban` counts a stamp for each ban that fits it.
    `addresses` hold the stamps: their scores are to be computed again.
    """

    bans: int
    ended: int
    stamps: int
    already_revoked: int
    addresses: tuple[str, ...]
    per_ban: dict[int, int]


def preview_ban_list(
    *, ban_list_id: int | None, file: ParsedFile[BanEntry], now: datetime | None = None
) -> BanListCounts:
    """What importing the file would do; None for a list that does not exist yet."""
    with transaction() as bulk:
        new, changed, elsewhere = managers.compare(
            bulk, file.entries, ban_list_id=ban_list_id, now=now or timezone.now()
        )
    return _counts(file, new=new, changed=changed, elsewhere=elsewhere)


def import_ban_list(*, ban_list_id: int, file: ParsedFile[BanEntry], now: datetime | None = None) -> BanListCounts:
    """Makes the list's bans what the valid lines say; bans that the file lacks stay. Doing it again changes nothing.

    Raises NotFound without the list.
    """
    moment = now or timezone.now()
    with transaction() as bulk:
        if not managers.lock_list(bulk, ban_list_id):
            raise NotFound(NO_LIST)
        new, changed, elsewhere = managers.compare(bulk, file.entries, ban_list_id=ban_list_id, now=moment)
        if changed:
            managers.change(bulk, file.entries, ban_list_id=ban_list_id, now=moment)
        if new:
            managers.add(bulk, file.entries, ban_list_id=ban_list_id, now=moment)
    return _counts(file, new=new, changed=changed, elsewhere=elsewhere)


def remove_ban_list_entries(*, ban_list_id: int) -> int:
    """Deletes the bans that the list added, and gives their number. The list itself stays, and so do revocations.

    Raises NotFound without the list.
    """
    with transaction() as bulk:
        if not managers.lock_list(bulk, ban_list_id):
            raise NotFound(NO_LIST)
        return managers.remove(bulk, ban_list_id)


def export_ban_list(*, ban_list_id: int) -> Iterator[str]:
    """The list as lines of a CSV file that can be imported again."""
    yield from csv_lines([(*COLUMNS, REASON)])
    for page in _pages(ban_list_id):
        yield from csv_lines(
            (*columns, end_time.isoformat() if end_time else None, reason) for _, *columns, end_time, reason in page
        )


def preview_ban(*, address: str = "", provider: str = "", hash: str = "", now: datetime | None = None) -> BanPreview:
    """Whom such a ban would hit. Raises InvalidBan for what is no ban. A hash is looked for in all stored stamps."""
    target = ban_target(address=address, provider=provider, hash=hash)
    with transaction() as bulk:
        fitting = managers.preview(bulk, target, now=now or timezone.now())
        concerned = fitting.addresses | ({target.address} if target.address else set())
        communities = managers.passing_communities(bulk, concerned)
    return BanPreview(
        target=target,
        addresses=tuple(sorted(fitting.addresses)),
        stamps=fitting.stamps,
        revoked=fitting.stamps - fitting.unrevoked,
        communities=tuple(PassingCommunity(*community) for community in communities),
    )


def revoke_matching(
    *,
    ban_ids: Sequence[int],
    revocation_list_id: int | None = None,
    dry_run: bool = False,
    now: datetime | None = None,
) -> RevokedMatching:
    """Revokes the live stamps that bans in force fit, and notes the time at these bans (6.1).

    The revocations belong to the given revocation list, so that exactly they can be taken back; None: to no list.
    Doing it again revokes only what was added since. Scores are computed again by nobody: see `addresses`.
    """
    wanted = list(dict.fromkeys(ban_ids))
    with transaction() as bulk:
        found = managers.revoke_matching(
            bulk,
            ban_ids=wanted,
            revocation_list_id=revocation_list_id,
            now=now or timezone.now(),
            write=not dry_run,
        )
    in_force = frozenset[int]().union(*(fitting.ban_ids for fitting in found))
    stamps = sum(fitting.unrevoked for fitting in found)
    return RevokedMatching(
        bans=len(in_force),
        ended=len(wanted) - len(in_force),
        stamps=stamps,
        already_revoked=sum(fitting.stamps for fitting in found) - stamps,
        addresses=tuple(sorted(frozenset[str]().union(*(fitting.addresses for fitting in found)))),
        per_ban={ban_id: count for fitting in found for ban_id, count in fitting.revocations.items()},
    )


def ban_ids_in_force(
    *, ban_list_id: int | None = None, after: int = 0, limit: int = 1_000, now: datetime | None = None
) -> list[int]:
    """The next ids of bans in force, of all or of one list, in ascending order."""
    with transaction() as bulk:
        return managers.ids_in_force(bulk, ban_list_id=ban_list_id, now=now or timezone.now(), after=after, limit=limit)


def count_bans_in_force(*, ban_list_id: int | None = None, now: datetime | None = None) -> int:
    """Of all or of one list."""
    with transaction() as bulk:
        return managers.count_in_force(bulk, ban_list_id=ban_list_id, now=now or timezone.now())


def end_bans(*, ban_ids: Sequence[int], now: datetime | None = None) -> int:
    """Ends bans that are in force, and gives their number. What they revoked stays revoked."""
    with transaction() as bulk:
        return managers.end(bulk, ban_ids=ban_ids, now=now or timezone.now())


def end_ban(*, ban_id: int, now: datetime | None = None) -> bool:
    """Whether the ban was in force; it is not any more."""
    return end_bans(ban_ids=[ban_id], now=now) == 1


def _counts(file: ParsedFile[BanEntry], *, new: int, changed: int, elsewhere: int) -> BanListCounts:
    return BanListCounts(
        new=new,
        changed=changed,
        already_there=len(file.entries) - new - changed,
        elsewhere=elsewhere,
        invalid=len(file.invalid),
        duplicates=len(file.duplicates),
    )


def _pages(ban_list_id: int) -> Iterator[list[tuple[Any, ...]]]:
    """No transaction is open while somebody reads a page."""
    after = 0
    while True:
        with transaction() as bulk:
            page = managers.page(bulk, ban_list_id, after=after)
        if not page:
            return
        yield page
        after = page[-1][0]
