"""SQL of stakes."""

from dataclasses import dataclass
from datetime import datetime

from scorer_v2.conf import settings
from scorer_v2.database.round_trips import fetch, statement

# The stakes that an address holds, or that others hold on it. Both numbers come as text: they exceed 64 bits.
STAKES_OF = statement(
    "stake.stakes_of",
    """
    SELECT chain, staker, stakee, current_amount::text, unlock_time, lock_time, last_updated_in_block::text
    FROM stake_stake
    WHERE staker = %(address)s OR stakee = %(address)s
    ORDER BY id
    """,
)


@dataclass(frozen=True, slots=True)
class Stake:
    """A row of `stake_stake`. `amount` is in GTC, in plain notation with 18 decimals."""

    chain: int
    staker: str
    stakee: str
    amount: str
    unlock_time: datetime
    lock_time: datetime
    last_updated_in_block: str


def find_stakes(address: str) -> list[Stake]:
    """Raises DatabaseUnavailable."""
    rows = fetch(STAKES_OF, {"address": address}, using=settings.REGISTRY_API_READ_DB)
    return [Stake(*row) for row in rows]
