"""Deleting and resetting what is stored of addresses (contract, section 6.8)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from apps.registry.recalculation.records import Selection, Tally
from apps.registry.recalculation.services import recalculate
from scorer_v2.database.bulk import BulkTransaction, transaction
from scorer_v2.database.round_trips import statement
from scorer_v2.primitives.addresses import lowercase_address

_PASSPORTS = "SELECT id FROM registry_passport WHERE address = %(address)s"
_STAMPS = "SELECT id FROM ceramic_cache_ceramiccache WHERE address = %(address)s"

# What belongs to an address, in an order in which it can be deleted: table, and the rows of it.
BELONGINGS = {
    "ceramic_cache_revocation": f"ceramic_cache_id IN ({_STAMPS})",
    "ceramic_cache_ceramiccache": "address = %(address)s",
    "ceramic_cache_ceramiccachelegacy": "address = %(address)s",
    "registry_stamp": f"passport_id IN ({_PASSPORTS})",
    "registry_score": f"passport_id IN ({_PASSPORTS})",
    "registry_passport": "address = %(address)s",
    "registry_event": "address = %(address)s",
    "registry_hashscorerlink": "address = %(address)s",
    "registry_humanpoints": "address = %(address)s",
    "registry_humanpointscommunityqualifiedusers": "address = %(address)s",
    "registry_humanpointsmultiplier": "address = %(address)s",
    "registry_batchmodelscoringrequestitem": "address = %(address)s",
}

# What concerns an address and is not the address's to have deleted: decisions of operators, and public chain data.
KEPT = {
    "ceramic_cache_ban": "lower(address) = %(address)s",
    "account_addresslistmember": "address = %(address)s",
    "account_account": "address = %(address)s",
    "stake_stake": "staker = %(address)s OR stakee = %(address)s",
}

_COUNT = {
    table: statement(f"registry.count_{table}", f"SELECT count(*) FROM {table} WHERE {rows}")
    for table, rows in {**BELONGINGS, **KEPT}.items()
}
_DELETE = {
    table: statement(f"registry.delete_{table}", f"DELETE FROM {table} WHERE {rows}")
    for table, rows in BELONGINGS.items()
}

# Waits for scorings of the address that are under way, and keeps others from beginning.
LOCK_PASSPORTS = statement(
    "registry.lock_passports_of_address",
    "SELECT id FROM registry_passport WHERE address = %(address)s ORDER BY id FOR UPDATE",
)

# Soft-deletes the live stamps of addresses, of both types.
RETIRE = statement(
    "registry.retire_stamps_of_addresses",
    """
    UPDATE ceramic_cache_ceramiccache SET deleted_at = %(now)s, updated_at = %(now)s
    WHERE address = ANY(%(addresses)s::text[]) AND deleted_at IS NULL
    """,
)

# How many live stamps addresses have.
COUNT_LIVE = statement(
    "registry.count_stamps_of_addresses",
    """
    SELECT count(*) FROM ceramic_cache_ceramiccache
    WHERE address = ANY(%(addresses)s::text[]) AND deleted_at IS NULL
    """,
)


def count_belongings(bulk: BulkTransaction, address: str) -> dict[str, int]:
    """Rows of each table that would be deleted."""
    return {table: int(bulk.row(_COUNT[table], {"address": address})[0]) for table in BELONGINGS}


def count_kept(bulk: BulkTransaction, address: str) -> dict[str, int]:
    """Rows of each table that stay."""
    return {table: int(bulk.row(_COUNT[table], {"address": address})[0]) for table in KEPT}


def delete_belongings(bulk: BulkTransaction, address: str) -> dict[str, int]:
    bulk.rows(LOCK_PASSPORTS, {"address": address})
    return {table: bulk.count(_DELETE[table], {"address": address}) for table in BELONGINGS}


def retire_stamps(bulk: BulkTransaction, addresses: Sequence[str], *, now: datetime) -> int:
    return bulk.count(RETIRE, {"addresses": list(addresses), "now": now})


def count_stamps(bulk: BulkTransaction, addresses: Sequence[str]) -> int:
    return int(bulk.row(COUNT_LIVE, {"addresses": list(addresses)})[0])


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
        counted = count_belongings if dry_run else delete_belongings
        return UserData(lowered, deleted=counted(bulk, lowered), kept=count_kept(bulk, lowered))


def reset_users(*, addresses: Sequence[str], dry_run: bool = False) -> ResetUsers:
    """Retires all stored stamps of lowercase addresses, and computes their scores again in every community: 0, without
    stamps. Doing it again retires what came since. Raises Conflict and DatabaseUnavailable.
    """
    with transaction() as bulk:
        if dry_run:
            return ResetUsers(count_stamps(bulk, addresses), None)
        retired = retire_stamps(bulk, addresses, now=timezone.now())
    return ResetUsers(retired, recalculate(selection=Selection(addresses=addresses)))
