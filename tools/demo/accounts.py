"""Users, the account with its API keys, the three communities with their scorers, lists and custom credentials."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.core.management.base import CommandError
from django.core.management.color import no_style
from django.db import connection

from apps.account.models import (
    Account,
    AccountAPIKey,
    AddressList,
    AddressListMember,
    AllowList,
    Community,
    CustomCredential,
    CustomCredentialRuleset,
    Customization,
    CustomPlatform,
    RateLimit,
)
from apps.account.new_keys import key_of
from apps.registry.models import WeightConfiguration, WeightConfigurationItem
from apps.scorer_weighted.models import BinaryWeightedScorer, WeightedScorer
from tools.demo.demo_secrets import DEMO_KEY, DemoSecrets
from tools.demo.people import (
    ADDRESS_LIST,
    ALICE,
    AWARDING_LIST,
    CUSTOM_CREDENTIAL,
    GRACE,
    PARTNER_COMMUNITY,
    PARTNER_EXTERNAL_ID,
    POINTS_COMMUNITY,
    UI_COMMUNITY,
)
from tools.demo.planting import Planting

ADMIN = "demo"
PARTNER = "demo-partner"
ACCOUNT_ADDRESS = f"0xde30{'a' * 36}"
LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)

KEYS: dict[str, dict[str, Any]] = {
    DEMO_KEY: {"rate_limit": RateLimit.UNLIMITED, "embed_rate_limit": RateLimit.UNLIMITED},
    "tier 1": {},
    "without read_scores": {"read_scores": False},
    "revoked": {"revoked": True},
    "expired": {"expiry_date": LONG_AGO},
}


@dataclass(frozen=True, slots=True)
class DemoCommunity:
    """A community to be made. `threshold` and the weights of `weights.json` go to its scorer."""

    id: int
    name: str
    scorer: type[BinaryWeightedScorer] | type[WeightedScorer]
    threshold: str
    external_scorer_id: str | None = None
    human_points_program: bool = False


COMMUNITIES = (
    DemoCommunity(UI_COMMUNITY, "Demo: user interface", BinaryWeightedScorer, "20"),
    DemoCommunity(PARTNER_COMMUNITY, "Demo: partner", WeightedScorer, "10", external_scorer_id=PARTNER_EXTERNAL_ID),
    DemoCommunity(POINTS_COMMUNITY, "Demo: human points", BinaryWeightedScorer, "20", human_points_program=True),
)


def production_like_weights() -> dict[str, Any]:
    """`weights`: provider to weight as text. `threshold`: text."""
    content: dict[str, Any] = json.loads((Path(__file__).parent / "weights.json").read_text())
    return content


def plant_accounts(planting: Planting, secrets: DemoSecrets) -> Account:
    """The admin site's user, and a partner's user with account and API keys; their secrets are those given."""
    admin, partner = planting.plant(
        [
            User(username=ADMIN, password=make_password(None), is_staff=True, is_superuser=True),
            User(username=PARTNER, password=make_password(None)),
        ],
        known_by=["username"],
    )
    if not admin.check_password(secrets.admin_password):
        admin.set_password(secrets.admin_password)
        admin.save(update_fields=["password"])
    (account,) = planting.plant([Account(user_id=partner.pk, address=ACCOUNT_ADDRESS)], known_by=["user_id"])
    _plant_keys(planting, account, secrets)
    return account


def _plant_keys(planting: Planting, account: Account, secrets: DemoSecrets) -> None:
    wanted = {name: key_of(text) for name, text in secrets.api_keys.items()}
    keys = planting.plant(
        [
            AccountAPIKey(
                id=key.row_id,
                name=name,
                account_id=account.pk,
                prefix=key.prefix,
                hashed_key=key.digest,
                hashed_key_sha256=key.digest,
                **KEYS[name],
            )
            for name, key in wanted.items()
        ],
        known_by=["account_id", "name"],
    )
    for row in keys:  # a database that was seeded with other secrets takes on those of the file
        key = wanted[row.name]
        AccountAPIKey.objects.filter(pk=row.pk).update(
            prefix=key.prefix, hashed_key=key.digest, hashed_key_sha256=key.digest
        )


def plant_communities(planting: Planting, account: Account) -> None:
    """Communities 1 to 3. Raises CommandError when one of these ids is taken by somebody else."""
    existing = {row.pk: row for row in Community.objects.filter(pk__in=[wanted.id for wanted in COMMUNITIES])}
    for row in existing.values():
        if row.account_id != account.pk:
            raise CommandError(f"Community {row.pk} ({row.name}) is not the demo's: use an empty database.")
    for wanted in COMMUNITIES:
        if wanted.id in existing:
            scorer_id = existing[wanted.id].scorer_id
            planting.count(wanted.scorer, already_there=1)
        else:
            scorer_id = _plant_scorer(planting, wanted)
        planting.plant([_community(wanted, account_id=account.pk, scorer_id=scorer_id)], known_by=["id"])
    _advance_ids()


def _plant_scorer(planting: Planting, wanted: DemoCommunity) -> int:
    weights = production_like_weights()["weights"]
    scorer = wanted.scorer(
        type="WEIGHTED" if wanted.scorer is WeightedScorer else "WEIGHTED_BINARY",
        weights=weights,
        threshold=Decimal(wanted.threshold),
    )
    scorer.save(force_insert=True)
    planting.count(wanted.scorer, added=1)
    return scorer.pk


def _community(wanted: DemoCommunity, *, account_id: int, scorer_id: int) -> Community:
    return Community(
        id=wanted.id,
        name=wanted.name,
        description="Made by seed_demo",
        account_id=account_id,
        scorer_id=scorer_id,
        external_scorer_id=wanted.external_scorer_id,
        human_points_program=wanted.human_points_program,
    )


def _advance_ids() -> None:
    """Communities with given ids leave their sequence behind."""
    with connection.cursor() as cursor:
        for sql in connection.ops.sequence_reset_sql(no_style(), [Community]):
            cursor.execute(sql)


def plant_weight_configuration(planting: Planting) -> None:
    content = production_like_weights()
    configuration, *_ = planting.plant(
        [
            WeightConfiguration(
                version="demo",
                threshold=float(content["threshold"]),
                active=not WeightConfiguration.objects.filter(active=True).exists(),
                description="Made by seed_demo",
            )
        ],
        known_by=["version"],
    )
    planting.plant(
        [
            WeightConfigurationItem(weight_configuration=configuration, provider=provider, weight=float(weight))
            for provider, weight in content["weights"].items()
        ],
        known_by=["weight_configuration_id", "provider"],
    )


def plant_customization(planting: Planting) -> None:
    """What community 2 lays over its scorer's weights: an allow list and a custom credential. And a list that awards
    human points."""
    partners, awarding = planting.plant(
        [AddressList(name=ADDRESS_LIST), AddressList(name=AWARDING_LIST)], known_by=["name"]
    )
    planting.plant(
        [
            AddressListMember(list=partners, address=GRACE.address),
            AddressListMember(list=awarding, address=ALICE.address),
        ],
        known_by=["address", "list_id"],
    )
    (customization,) = planting.plant(
        [Customization(scorer_id=PARTNER_COMMUNITY, path="demo-partner", partner_name="Demo partner")],
        known_by=["scorer_id"],
    )
    planting.plant(
        [AllowList(customization=customization, address_list=partners, weight=Decimal("7.2500"))],
        known_by=["customization_id", "address_list_id"],
    )
    _plant_custom_credential(planting, customization)


def _plant_custom_credential(planting: Planting, customization: Customization) -> None:
    definition = {"name": "demo", "condition": {"AND": [{"repository_contributor_count": {"threshold": 1}}]}}
    (ruleset,) = planting.plant(
        [CustomCredentialRuleset(provider_id=CUSTOM_CREDENTIAL, name="demo", definition=definition)],
        known_by=["provider_id"],
    )
    (platform,) = planting.plant(
        [CustomPlatform(name="demo", display_name="Demo contributors")],
        known_by=["name"],
    )
    planting.plant(
        [
            CustomCredential(
                customization=customization,
                ruleset=ruleset,
                platform=platform,
                weight=Decimal("3.5000"),
                display_name="Demo contributor",
            )
        ],
        known_by=["customization_id", "ruleset_id"],
    )
