"""The rules of stakes in the first staking contract (contract, section 4.14)."""

from dataclasses import asdict
from typing import Any

from apps.registry.legacy_stakes.managers import find_legacy_stakes
from apps.stake.services import StakesUnreadable
from scorer_v2.primitives.addresses import lowercase_address
from scorer_v2.primitives.errors import DatabaseUnavailable


def legacy_stakes_of(*, address: str, round_id: int) -> list[dict[str, Any]]:
    """The round's stakes by and on the address as their entries in the answer, by ascending id.

    An amount is Python's text of the stored decimal: zero is `0E-18`. Raises InvalidAddress and StakesUnreadable.
    """
    lowercase = lowercase_address(address)
    try:
        stakes = find_legacy_stakes(address=lowercase, round_id=round_id)
    except DatabaseUnavailable as failure:
        raise StakesUnreadable from failure
    return [{**asdict(stake), "amount": str(stake.amount)} for stake in stakes]
