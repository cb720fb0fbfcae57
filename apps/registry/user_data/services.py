"""Deleting and resetting what is stored of addresses (contract, section 6.8)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils import timezone

from apps.registry.recalculation.records import Selection, Tally
from apps.registry.recalculation.services import recalculate
from apps.registry.user_data import managers
from scorer_v2.database.bulk import transaction
from scorer_v2.primitives.addresses import lowercase_address


@dataclass(frozen=True, slots=True)
class UserData:
    """Rows by table: those that are, or were, deleted, and those that concern the address and stay."""

    address: str
    deleted: Mapping[str, int]
    kept: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ResetUsers:
    """How many stored stamps were, or would be, retired, and what became of the scores; None in a dry run."""

    stamps: int
    scores: Tally | None


def delete_user_data(*, address: str, dry_run: bool) -> UserData:
    """Deletes all that is stored of an address, for good, in one transaction. Its nullifiers are free again.

    Bans, memberships of address lists, partner accounts and stakes stay. Raises InvalidAddress, DatabaseUnavailable.
    """
    lowered = lowercase_address(address)
    with transaction() as bulk:
        counted = managers.count_belongings if dry_run else managers.delete_belongings
        return UserData(lowered, deleted=counted(bulk, lowered), kept=managers.count_kept(bulk, lowered))


def reset_users(*, addresses: Sequence[str], dry_run: bool = False) -> ResetUsers:
    """Retires all stored stamps of lowercase addresses, and computes their scores again in every community: 0, without
    stamps. Doing it again retires what came since. Raises Conflict and DatabaseUnavailable.
    """
    with transaction() as bulk:
        if dry_run:
            return ResetUsers(managers.count_stamps(bulk, addresses), None)
        retired = managers.retire_stamps(bulk, addresses, now=timezone.now())
    return ResetUsers(retired, recalculate(selection=Selection(addresses=addresses)))
