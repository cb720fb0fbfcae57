"""The communities, a partner's key, and the single rows that the fillers refer to."""

from django.db import connection

from tests.factories.account import (
    AddressListFactory,
    ApiKeyFactory,
    CommunityFactory,
    CustomCredentialRulesetFactory,
)
from tests.factories.cgrants import GrantFactory, SubscriptionFactory
from tools.bench.holders import WEIGHTS
from tools.bench.identities import API_KEY, LIST_NAME, PARTNER_COMMUNITY, RULESET, USER_COMMUNITY


def make_partners() -> None:
    """Rows with the ids that the bench's requests and fillers name."""
    key = ApiKeyFactory(secret=API_KEY)
    given = {"account": key.account, "weights": WEIGHTS, "threshold": "20"}
    CommunityFactory(id=USER_COMMUNITY, **given)
    CommunityFactory(id=PARTNER_COMMUNITY, **given)
    AddressListFactory(name=LIST_NAME)
    CustomCredentialRulesetFactory(provider_id=RULESET)
    SubscriptionFactory(grant=GrantFactory())
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval('account_community_id_seq', 1000)")
