"""The factories make the rows that the tests of the endpoints build on."""

from decimal import Decimal

import pytest
from django.contrib.auth.hashers import check_password

from tests.factories import account, ceramic_cache, cgrants, registry, scorer_weighted, stake

pytestmark = pytest.mark.django_db

FACTORIES = [
    factory
    for module in (account, ceramic_cache, cgrants, registry, scorer_weighted, stake)
    for name, factory in vars(module).items()
    if name.endswith("Factory") and not name.startswith("_") and factory.__module__ == module.__name__
]


@pytest.mark.parametrize("factory", FACTORIES, ids=lambda factory: factory.__name__)
def test_it_makes_two_rows_that_the_database_accepts(factory):
    rows = [factory(), factory()]
    for row in rows:
        row.refresh_from_db()


def test_a_key_has_the_sha256_of_its_secret():
    key = account.ApiKeyFactory(secret="abcd1234.word")
    assert (key.prefix, key.secret) == ("abcd1234", "abcd1234.word")
    assert key.id == f"abcd1234.{key.hashed_key}"
    assert key.hashed_key_sha256 == "sha256$2cf502eb2cfe5b36453fc4e8c006d18ce931c55043842d876689f89000f7079b"


def test_a_key_that_was_never_used_has_only_a_pbkdf2_hash():
    key = account.ApiKeyFactory(secret="abcd1234.word", form="pbkdf2")
    assert key.hashed_key_sha256 is None
    assert check_password("abcd1234.word", key.hashed_key)


def test_a_key_may_have_its_sha256_in_the_first_column():
    key = account.ApiKeyFactory(secret="abcd1234.word", form="sha256_only")
    assert key.hashed_key_sha256 is None
    assert key.hashed_key == account.sha256_hash("abcd1234.word")


def test_a_community_takes_weights_and_threshold():
    community = account.CommunityFactory(weights={"Google": "1"}, threshold="1.5")
    community.refresh_from_db()
    scorer = community.scorer.binaryweightedscorer
    assert (scorer.type, scorer.weights, scorer.threshold) == ("WEIGHTED_BINARY", {"Google": "1"}, Decimal("1.5"))


def test_a_community_takes_a_scorer_of_the_other_type():
    community = account.CommunityFactory(scorer=scorer_weighted.WeightedScorerFactory(threshold="0.5"))
    community.refresh_from_db()
    assert community.scorer.weightedscorer.threshold == Decimal("0.5")


def test_an_address_list_has_the_members_named():
    addresses = account.AddressListFactory(members=["0xa", "0xb"])
    assert {member.address for member in addresses.members.all()} == {"0xa", "0xb"}


def test_a_stored_stamp_takes_its_columns_from_the_credential():
    credential = ceramic_cache.unsigned_credential("0xAB", "Github", 7)
    stamp = ceramic_cache.StoredStampFactory(credential=credential)
    stamp.refresh_from_db()
    assert (stamp.address, stamp.provider, stamp.stamp) == ("0xab", "Github", credential)
    assert stamp.proof_value == credential["proof"]["proofValue"]
    assert stamp.expiration_date.isoformat() == "2099-01-01T00:00:00+00:00"


def test_a_stored_stamp_may_differ_from_its_credential():
    credential = ceramic_cache.unsigned_credential("0xab", "Github", 7)
    assert ceramic_cache.StoredStampFactory(credential=credential, provider="X").provider == "X"


def test_a_ban_of_a_hash_has_no_address():
    ban = ceramic_cache.BanFactory(of_hash=True, hash="v0:a")
    assert (ban.type, ban.address, ban.hash) == ("hash", "", "v0:a")


def test_a_score_passes_by_its_evidence():
    assert registry.ScoreFactory(raw_score="20").score == 1
    assert registry.ScoreFactory(raw_score="19.99999").score == 0


def test_a_failed_score_has_nothing_but_its_error():
    score = registry.ScoreFactory(failed=True)
    assert (score.status, score.evidence, score.stamps, score.score) == ("ERROR", None, None, None)


def test_points_of_an_action_that_is_configured_already_are_changed():
    before = registry.HumanPointsConfig.objects.get(action="SCB")
    registry.HumanPointsConfigFactory(action="SCB", points=7, active=False)
    before.refresh_from_db()
    assert (before.points, before.active) == (7, False)


def test_a_self_stake_has_one_address():
    row = stake.StakeFactory()
    assert row.staker == row.stakee
