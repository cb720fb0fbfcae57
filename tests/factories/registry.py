"""Passports, scores, links, points and legacy stakes.

HashLinkFactory(hash="v0:a", address="0x...", community=community, expires_at=...)
PassportFactory(address="0x...", community=community)
ScoreFactory(passport__address="0x...", passport__community=community)    # DONE and passing, expires in 2099
ScoreFactory(raw_score="3.35", threshold="20.00000")                      # not passing
ScoreFactory(failed=True)                                                 # an ERROR score
HumanPointsFactory(address="0x...", action="PMT", chain_id=10, tx_hash="0x1")
HumanPointsConfigFactory(action="MM2", points=0, active=False)            # changes the row that is there already
HumanPointsMultiplierFactory(address="0x...", multiplier=3)
QualifiedUserFactory(address="0x...", community=community)
LegacyStakeFactory(round_id=1, staker="0x...", address=None, amount="10")
WeightConfigurationFactory(weights={"Google": 1.25}, active=True)
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import factory
from factory.django import DjangoModelFactory

from apps.registry.models import (
    Event,
    GTCStakeEvent,
    HashScorerLink,
    HumanPoints,
    HumanPointsCommunityQualifiedUsers,
    HumanPointsConfig,
    HumanPointsMultiplier,
    Passport,
    Score,
    Stamp,
    WeightConfiguration,
    WeightConfigurationItem,
)
from tests.factories.account import CommunityFactory
from tests.factories.addresses import Address
from tests.factories.ceramic_cache import unsigned_credential

LAST_SCORED = datetime(2025, 3, 1, tzinfo=UTC)
FAR_FUTURE = datetime(2099, 1, 1, tzinfo=UTC)


class PassportFactory(DjangoModelFactory):
    class Meta:
        model = Passport

    address = Address(0x9A5)
    community = factory.SubFactory(CommunityFactory)


class StampFactory(DjangoModelFactory):
    """A stamp that the passport's last scoring kept."""

    class Meta:
        model = Stamp

    class Params:
        number = factory.Sequence(lambda n: n + 1)

    passport = factory.SubFactory(PassportFactory)
    provider = "Google"
    credential = factory.LazyAttribute(lambda o: unsigned_credential(o.passport.address, o.provider, o.number))


class ScoreFactory(DjangoModelFactory):
    """A score as a scoring stores it; `raw_score` and `threshold` are its evidence's."""

    class Meta:
        model = Score

    class Params:
        raw_score = "21.5"
        threshold = "20.00000"
        failed = factory.Trait(
            score=None,
            status=Score.Status.ERROR,
            error="Invalid rule",
            last_score_timestamp=None,
            expiration_date=None,
            evidence=None,
            stamp_scores=None,
            stamps=None,
        )

    passport = factory.SubFactory(PassportFactory)
    status = Score.Status.DONE
    error = None
    last_score_timestamp = LAST_SCORED
    expiration_date = FAR_FUTURE
    stamp_scores = factory.LazyAttribute(lambda o: {"Google": float(o.raw_score)})

    @factory.lazy_attribute
    def evidence(self: Any) -> dict[str, Any]:
        return {
            "type": "ThresholdScoreCheck",
            "success": Decimal(self.raw_score) >= Decimal(self.threshold),
            "rawScore": self.raw_score,
            "threshold": self.threshold,
        }

    @factory.lazy_attribute
    def score(self: Any) -> Decimal:
        return Decimal(int(self.evidence["success"]))

    @factory.lazy_attribute
    def stamps(self: Any) -> dict[str, Any]:
        score = f"{Decimal(self.raw_score):.5f}"
        return {"Google": {"score": score, "dedup": False, "expiration_date": FAR_FUTURE.isoformat()}}


class HashLinkFactory(DjangoModelFactory):
    class Meta:
        model = HashScorerLink

    hash = factory.Sequence(lambda n: f"v0:nullifier-{n}")
    address = Address(0x114)
    community = factory.SubFactory(CommunityFactory)
    expires_at = FAR_FUTURE


class EventFactory(DjangoModelFactory):
    class Meta:
        model = Event

    action = Event.Action.LIFO_DEDUPLICATION
    address = Address(0xE0E)
    community = factory.SubFactory(CommunityFactory)
    data: Any = factory.LazyAttribute(
        lambda o: {"nullifiers": ["v0:a"], "provider": "Google", "community_id": o.community.pk}
    )


class HumanPointsFactory(DjangoModelFactory):
    class Meta:
        model = HumanPoints

    address = Address(0x907)
    action = "SCB"
    timestamp = LAST_SCORED


class HumanPointsConfigFactory(DjangoModelFactory):
    """Changes the row of the action where an empty database already has one."""

    class Meta:
        model = HumanPointsConfig

    action = "MM2"
    points = 100
    active = True

    @classmethod
    def _create(cls, model_class: type[HumanPointsConfig], **kwargs: Any) -> HumanPointsConfig:
        row, _ = model_class.objects.update_or_create(action=kwargs.pop("action"), defaults=kwargs)
        return row


class HumanPointsMultiplierFactory(DjangoModelFactory):
    class Meta:
        model = HumanPointsMultiplier

    address = Address(0x307)
    multiplier = 2


class QualifiedUserFactory(DjangoModelFactory):
    class Meta:
        model = HumanPointsCommunityQualifiedUsers

    address = Address(0x40A)
    community = factory.SubFactory(CommunityFactory)


class LegacyStakeFactory(DjangoModelFactory):
    """An event of the first staking contract."""

    class Meta:
        model = GTCStakeEvent

    event_type = "SelfStake"
    round_id = 1
    staker = Address(0x1E6)
    address = None
    amount = Decimal("10.000000000000000000")
    staked = True
    block_number = 123
    tx_hash = factory.Sequence(lambda n: f"0x{n:064x}")


class WeightConfigurationFactory(DjangoModelFactory):
    """`weights`: provider to weight."""

    class Meta:
        model = WeightConfiguration
        skip_postgeneration_save = True

    version = factory.Sequence(str)
    threshold = 20.0
    active = False

    @factory.post_generation
    def weights(self: Any, create: bool, extracted: Mapping[str, float] | None) -> None:  # noqa: ARG002 - factory-boy's signature
        WeightConfigurationItem.objects.bulk_create(
            WeightConfigurationItem(weight_configuration=self, provider=provider, weight=weight)
            for provider, weight in (extracted or {}).items()
        )
