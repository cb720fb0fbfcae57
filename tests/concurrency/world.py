"""Addresses that share nullifiers, communities that they are scored in, and credentials that they can post.

A credential follows from the given chance, but for the issuer's key and the moment at which a few of them end.
"""

import json
import random
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.test import override_settings

from tests.factories.addresses import address as address_number
from tests.server.callers import Partner, partner, user_community
from tests.server.servers import Service
from tools.issuing import issue_eip712

PROVIDERS = ("Google", "Github", "Discord", "NFT", "SelfStakingBronze", "BeginnerCommunityStaker", "Unweighted")
# What a provider weighs in the first version of the weights; version n has n times as much, threshold included.
BASE_WEIGHTS = {provider: Decimal(number + 1) / 4 for number, provider in enumerate(PROVIDERS[:-1])}
BASE_THRESHOLD = Decimal("2.25")
ISSUED_AT = datetime(2025, 1, 1, tzinfo=UTC)
STEPS_PER_EPOCH = 15
LATE = (datetime(2099, 1, 1, tzinfo=UTC), datetime(2098, 6, 1, tzinfo=UTC))


def weights_of(version: int) -> dict[str, str]:
    return {provider: str(weight * version) for provider, weight in BASE_WEIGHTS.items()}


def threshold_of(version: int) -> Decimal:
    return BASE_THRESHOLD * version


@dataclass(frozen=True)
class World:
    """`ends_within`: every tenth credential ends within so many seconds; 0: none does."""

    service: Service
    addresses: Sequence[str]
    partners: Sequence[Partner]
    ends_within: float

    @property
    def community_ids(self) -> list[int]:
        return [each.community.pk for each in self.partners]

    def same_rules(self) -> AbstractContextManager[Any]:
        """What operators compute in this process follows the settings of the service."""
        return override_settings(
            TRUSTED_IAM_ISSUERS=json.loads(self.service.settings["TRUSTED_IAM_ISSUERS"]),
            FF_MULTI_NULLIFIER="on",
            HUMAN_POINTS_ENABLED=True,
            HUMAN_POINTS_WRITE_ENABLED=True,
            HUMAN_POINTS_START_TIMESTAMP=0,
            HUMAN_POINTS_MTA_ENABLED=True,
        )

    def credentials(self, chance: random.Random, address: str, *, step: int) -> list[dict[str, Any]]:
        """New ones of up to four providers. The nullifiers of one time are others than those of another: clients that
        are at the same step want the same ones, which nobody has yet."""
        providers = chance.sample(PROVIDERS, chance.randint(1, 4))
        return [self._credential(chance, address, provider, epoch=step // STEPS_PER_EPOCH) for provider in providers]

    def _credential(self, chance: random.Random, address: str, provider: str, *, epoch: int) -> dict[str, Any]:
        """A provider has two nullifiers for every third address, so that they clash."""
        people = range(max(len(self.addresses) // 3, 1))
        names = [f"v{version}:{provider}:{epoch}:{number}" for number in people for version in (0, 1)]
        ends = datetime.now(UTC) + timedelta(seconds=chance.uniform(0.3, 1) * self.ends_within)
        expires_at = ends if self.ends_within and chance.random() < 0.1 else chance.choice(LATE)
        return issue_eip712(
            key=self.service.issuer,
            address=address,
            provider=provider,
            issued_at=ISSUED_AT,
            expires_at=expires_at.replace(microsecond=0),
            nullifiers=chance.sample(names, min(chance.randint(1, 3), len(names))),
        )


def make_world(service: Service, *, addresses: int = 16, communities: int = 4, ends_within: float = 0) -> World:
    """The first of the communities is in the human points programme; the UI's own is one more."""
    user_community(weights=weights_of(1), threshold=threshold_of(1))
    partners = [
        partner(service, weights=weights_of(1), threshold=threshold_of(1), human_points_program=number == 0)
        for number in range(communities)
    ]
    holders = [address_number(0xC0_0000 + number) for number in range(addresses)]
    return World(service, holders, partners, ends_within)
