"""Contributions, as the contributor statistics read them.

GrantContributionFactory(contributor_address="0x...", amount="10.5")       # with a successful contribution
GrantContributionFactory(contributor_address="0x...", contribution__success=False)
GrantContributionFactory(contributor_address="0x...", grant=grant)         # to a given grant
ProtocolContributionFactory(contributor="0x...", project="0x...", round="0x...", amount="5")
SquelchedAccountFactory(address="0x...", round_number="GG18")
RoundMappingFactory(round_number="GG18", round_eth_address="0x...")
"""

from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from apps.cgrants.models import (
    Contribution,
    Grant,
    GrantContributionIndex,
    Profile,
    ProtocolContributions,
    RoundMapping,
    SquelchedAccounts,
    Subscription,
)
from tests.factories.addresses import Address


class ProfileFactory(DjangoModelFactory):
    class Meta:
        model = Profile

    handle = factory.Sequence(lambda n: f"profile{n}")


class GrantFactory(DjangoModelFactory):
    class Meta:
        model = Grant

    admin_profile = factory.SubFactory(ProfileFactory)


class SubscriptionFactory(DjangoModelFactory):
    class Meta:
        model = Subscription

    grant = factory.SubFactory(GrantFactory)


class ContributionFactory(DjangoModelFactory):
    class Meta:
        model = Contribution

    subscription = factory.SubFactory(SubscriptionFactory)
    success = True


class GrantContributionFactory(DjangoModelFactory):
    class Meta:
        model = GrantContributionIndex

    grant = factory.SubFactory(GrantFactory)
    contribution = factory.SubFactory(ContributionFactory, subscription__grant=factory.SelfAttribute("...grant"))
    profile = factory.SubFactory(ProfileFactory)
    contributor_address = Address(0xC07)
    round_num = 12
    amount = Decimal("10.5")


class ProtocolContributionFactory(DjangoModelFactory):
    class Meta:
        model = ProtocolContributions

    ext_id = factory.Sequence(lambda n: f"{n:064x}")
    contributor = Address(0xC08)
    round = Address(0x70D)
    project = Address(0x970)
    amount = Decimal(5)


class SquelchedAccountFactory(DjangoModelFactory):
    class Meta:
        model = SquelchedAccounts

    address = Address(0x54E)
    round_number = "GG18"
    score_when_squelched = Decimal(0)
    sybil_signal = True


class RoundMappingFactory(DjangoModelFactory):
    class Meta:
        model = RoundMapping

    round_number = "GG18"
    round_eth_address = Address(0x70E)
