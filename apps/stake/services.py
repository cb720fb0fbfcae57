"""The rules of stakes (contract, section 4.13)."""

from typing import Any

import orjson

from apps.registry.scoring.times import iso
from apps.stake import managers
from scorer_v2.primitives.addresses import checked_address
from scorer_v2.primitives.errors import DatabaseUnavailable, DomainError


class StakesUnreadable(DomainError):
    """The database failed. Clients know the status 400 (behaviour 4.13); `Retry-After` says that it passes."""

    status = 400
    detail = "Error pulling GTC staking data"
    headers = DatabaseUnavailable.headers


def stakes_of(*, address: str) -> list[dict[str, Any]]:
    """The stakes by and on the address as their items in the answer, by ascending id.

    Raises InvalidAddress, also for a wrong checksum, and StakesUnreadable.
    """
    lowercase = checked_address(address)
    try:
        stakes = managers.find_stakes(lowercase)
    except DatabaseUnavailable as failure:
        raise StakesUnreadable from failure
    return [_item(stake) for stake in stakes]


def _item(stake: managers.Stake) -> dict[str, Any]:
    return {
        "chain": stake.chain,
        "staker": stake.staker,
        "stakee": stake.stakee,
        "amount": stake.amount,
        "unlock_time": iso(stake.unlock_time),
        "lock_time": iso(stake.lock_time),
        "last_updated_in_block": orjson.Fragment(stake.last_updated_in_block),
    }
