"""Accounts, keys, communities, address lists and customizations.

ApiKeyFactory(secret="abcd1234.secret")              # only its SHA-256 counts, as after the first use
ApiKeyFactory(secret="abcd1234.secret", form="pbkdf2")         # not used yet: hashed_key is a real PBKDF2 hash
ApiKeyFactory(secret="abcd1234.secret", form="sha256_only")    # the SHA-256 is in hashed_key
ApiKeyFactory()                                      # `.secret` of the key made is what to send
ApiKeyFactory(revoked=True), (expiry_date=...), (read_scores=False), (rate_limit="2/15m"), (embed_rate_limit=None)

CommunityFactory(weights={"Google": "1.25"}, threshold="1")    # with a binary scorer made from these
CommunityFactory(scorer=WeightedScorerFactory(...))            # with a given scorer of either type
CommunityFactory(account=key.account, external_scorer_id="88881", rule="FIFO", human_points_program=True)

AddressListFactory(name="MetaMaskOG2", members=["0x...", "0x..."])
AllowListFactory(customization__scorer=community, address_list__name="VIP", weight="7.25")
customization = CustomizationFactory(scorer=community)
CustomCredentialFactory(customization=customization, ruleset__provider_id="DeveloperList#x#0a1b2c3d", weight="3.5")
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import factory
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from factory.django import DjangoModelFactory

from apps.account.models import (
    Account,
    AccountAPIKey,
    AccountAPIKeyAnalytics,
    AddressList,
    AddressListMember,
    AllowList,
    Community,
    CustomCredential,
    CustomCredentialRuleset,
    Customization,
    CustomPlatform,
)
from tests.factories.addresses import Address
from tests.factories.scorer_weighted import WEIGHTS, BinaryScorerFactory

UNKNOWABLE_HASH = "pbkdf2_sha256$1$unknown$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="


def sha256_hash(secret: str) -> str:
    """The form of a key's hash that is compared first."""
    return f"sha256${hashlib.sha256(secret.encode()).hexdigest()}"


def pbkdf2_hash(secret: str) -> str:
    """The form of a key's hash on creation, with few iterations."""
    return PBKDF2PasswordHasher().encode(secret, "salt", iterations=10)


class UserFactory(DjangoModelFactory):
    class Meta:
        model = get_user_model()

    username = factory.Sequence(lambda n: f"user{n}")
    password = "!"


class AccountFactory(DjangoModelFactory):
    class Meta:
        model = Account

    user = factory.SubFactory(UserFactory)
    address = Address(0xACC)


class ApiKeyFactory(DjangoModelFactory):
    """`secret` is the whole key as a caller sends it; the key made has it as attribute. `form`: see the module."""

    class Meta:
        model = AccountAPIKey

    class Params:
        form = "sha256"

    secret = factory.Sequence(lambda n: f"{n:08x}.secret-of-key-{n}")
    account = factory.SubFactory(AccountFactory)
    name = factory.Sequence(lambda n: f"key {n}")
    prefix = factory.LazyAttribute(lambda key: key.secret.partition(".")[0])
    id = factory.LazyAttribute(lambda key: f"{key.prefix}.{key.hashed_key}")
    rate_limit = ""
    read_scores = True

    @factory.lazy_attribute
    def hashed_key(self: Any) -> str:
        hashes = {"sha256": lambda _: UNKNOWABLE_HASH, "sha256_only": sha256_hash, "pbkdf2": pbkdf2_hash}
        return hashes[self.form](self.secret)

    @factory.lazy_attribute
    def hashed_key_sha256(self: Any) -> str | None:
        return sha256_hash(self.secret) if self.form == "sha256" else None

    @classmethod
    def _create(cls, model_class: type[AccountAPIKey], *args: Any, secret: str, **kwargs: Any) -> AccountAPIKey:
        key = super()._create(model_class, *args, **kwargs)
        key.secret = secret
        return key


class ApiKeyCallFactory(DjangoModelFactory):
    class Meta:
        model = AccountAPIKeyAnalytics

    api_key = factory.SubFactory(ApiKeyFactory)
    path = "/v2/stamps/1/score/0x0"
    status_code = 200
    response_skipped = False


class CommunityFactory(DjangoModelFactory):
    """With a binary scorer made from `weights` and `threshold`, unless `scorer` is given."""

    class Meta:
        model = Community

    class Params:
        weights: Any = WEIGHTS
        threshold: Any = Decimal("20.00000")

    account = factory.SubFactory(AccountFactory)
    scorer = factory.SubFactory(
        BinaryScorerFactory,
        weights=factory.SelfAttribute("..weights"),
        threshold=factory.SelfAttribute("..threshold"),
    )
    name = factory.Sequence(lambda n: f"community {n}")
    description = "a community of a test"
    rule = Community.Rule.LIFO
    human_points_program = False
    created_at = datetime(2025, 1, 1, tzinfo=UTC)


class AddressListFactory(DjangoModelFactory):
    """`members` are addresses."""

    class Meta:
        model = AddressList
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"list{n}")

    @factory.post_generation
    def members(self: Any, create: bool, extracted: Sequence[str] | None) -> None:  # noqa: ARG002 - factory-boy's signature
        AddressListMember.objects.bulk_create(
            AddressListMember(list=self, address=member) for member in extracted or ()
        )


class AddressListMemberFactory(DjangoModelFactory):
    class Meta:
        model = AddressListMember

    list = factory.SubFactory(AddressListFactory)
    address = Address(0x115)


class CustomizationFactory(DjangoModelFactory):
    """`scorer` is the community."""

    class Meta:
        model = Customization

    scorer = factory.SubFactory(CommunityFactory)
    path = factory.Sequence(lambda n: f"partner{n}")
    partner_name = factory.Sequence(lambda n: f"partner {n}")


class AllowListFactory(DjangoModelFactory):
    class Meta:
        model = AllowList

    customization = factory.SubFactory(CustomizationFactory)
    address_list = factory.SubFactory(AddressListFactory)
    weight = Decimal("7.2500")


class CustomCredentialRulesetFactory(DjangoModelFactory):
    class Meta:
        model = CustomCredentialRuleset

    name = factory.Sequence(lambda n: f"ruleset{n}")
    provider_id = factory.Sequence(lambda n: f"DeveloperList#ruleset{n}#{n:08x}")
    definition = factory.LazyAttribute(lambda ruleset: {"name": ruleset.name, "condition": {"AND": []}})


class CustomPlatformFactory(DjangoModelFactory):
    class Meta:
        model = CustomPlatform

    name = factory.Sequence(lambda n: f"platform{n}")


class CustomCredentialFactory(DjangoModelFactory):
    class Meta:
        model = CustomCredential

    customization = factory.SubFactory(CustomizationFactory)
    ruleset = factory.SubFactory(CustomCredentialRulesetFactory)
    platform = factory.SubFactory(CustomPlatformFactory)
    weight = Decimal("3.5000")
    display_name = "a custom credential"
