"""Stakes.

StakeFactory(staker="0x...", stakee="0x...", current_amount="125", chain=10)
StakeFactory(staker="0x...")     # a self-stake: the stakee is the staker
"""

from datetime import UTC, datetime
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from apps.stake.models import Stake
from tests.factories.addresses import Address


class StakeFactory(DjangoModelFactory):
    class Meta:
        model = Stake

    chain = 1
    staker = Address(0x57E)
    stakee = factory.SelfAttribute("staker")
    current_amount = Decimal("125.000000000000000000")
    lock_time = datetime(2024, 1, 1, tzinfo=UTC)
    unlock_time = datetime(2026, 5, 1, 12, 30, tzinfo=UTC)
    last_updated_in_block = Decimal(16_000_000)
