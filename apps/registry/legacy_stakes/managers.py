"""SQL of stakes in the first staking contract."""

from dataclasses import dataclass
from decimal import Decimal

from scorer_v2.conf import settings
from scorer_v2.database.round_trips import fetch, statement

LARGEST_ROUND_ID = 2**31 - 1

# The stakes of a round that an address made, or that were made on it.
LEGACY_STAKES_OF = statement(
    "registry.legacy_stakes_of",
    """
    SELECT id, event_type, round_id, staker, address, amount, staked, block_number, tx_hash
    FROM registry_gtcstakeevent
    WHERE round_id = %(round_id)s AND (staker = %(address)s OR address = %(address)s)
    ORDER BY id
    """,
)


@dataclass(frozen=True, slots=True)
class LegacyStake:
    """A row of `registry_gtcstakeevent`. `amount` is in GTC."""

    id: int
    event_type: str
    round_id: int
    staker: str
    address: str | None
    amount: Decimal
    staked: bool
    block_number: int
    tx_hash: str


def find_legacy_stakes(*, address: str, round_id: int) -> list[LegacyStake]:
    """Raises DatabaseUnavailable. No round has an id beyond its column."""
    if round_id > LARGEST_ROUND_ID:
        return []
    values = {"address": address, "round_id": round_id}
    rows = fetch(LEGACY_STAKES_OF, values, using=settings.REGISTRY_API_READ_DB)
    return [LegacyStake(*row) for row in rows]
