"""What a ban is, whom it hits, and what it revokes (contract, 6.1)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.ceramic_cache.bans import services
from apps.ceramic_cache.bans.services import PassingCommunity
from apps.ceramic_cache.bans.targets import BanTarget, InvalidBan, ban_target
from apps.ceramic_cache.models import Revocation
from tests.factories.addresses import address
from tests.factories.ceramic_cache import BanFactory, RevocationFactory, StoredStampFactory, unsigned_credential
from tests.factories.registry import PassportFactory, ScoreFactory

pytestmark = pytest.mark.django_db

A, B = address(0xA), address(0xB)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
YESTERDAY = timezone.now() - timedelta(days=1)


def stamp(provider: str = "Google", of: str = A, **row: Any) -> Any:
    return StoredStampFactory(address=of, provider=provider, **row)


def hash_stamp(hash: str, of: str = A) -> Any:
    credential = unsigned_credential(of, "Google", 1)
    subject = {"id": credential["credentialSubject"]["id"], "provider": "Google", "hash": hash}
    return StoredStampFactory(credential={**credential, "credentialSubject": subject})


def revoked() -> set[int]:
    return set(Revocation.objects.values_list("ceramic_cache_id", flat=True))


@pytest.mark.parametrize(
    ("filled", "due"),
    [
        ({"address": A.upper()}, BanTarget("account", address=A)),
        ({"address": f" {A} ", "provider": "Google"}, BanTarget("single_stamp", address=A, provider="Google")),
        ({"hash": "v0:h"}, BanTarget("hash", hash="v0:h")),
    ],
)
def test_the_type_follows_from_what_is_filled_in(filled: dict[str, str], due: BanTarget) -> None:
    assert ban_target(**filled) == due


@pytest.mark.parametrize(
    ("filled", "reason"),
    [
        ({}, "Nothing is banned"),
        ({"provider": "Google"}, "for an address only"),
        ({"address": A, "hash": "v0:h"}, "by itself"),
        ({"provider": "Google", "hash": "v0:h"}, "by itself"),
        ({"address": A, "provider": "Google", "hash": "v0:h"}, "by itself"),
        ({"address": "somebody"}, "not an Ethereum address"),
        ({"address": A[2:]}, "no 0x"),
    ],
)
def test_an_invalid_combination_is_refused_with_a_sentence(filled: dict[str, str], reason: str) -> None:
    with pytest.raises(InvalidBan, match=reason):
        services.preview_ban(**filled)


def test_an_account_ban_revokes_every_live_stamp_of_the_address() -> None:
    stamps = stamp("Google"), stamp("Github"), stamp("Google", type=2)
    stamp(of=B)
    stamp("Discord", deleted_at=YESTERDAY)
    ban = BanFactory(address=A.upper())

    done = services.revoke_matching(ban_ids=[ban.pk], now=NOW)

    assert (done.bans, done.ended, done.stamps, done.already_revoked) == (1, 0, 3, 0)
    assert (done.addresses, done.per_ban) == ((A,), {ban.pk: 3})
    assert revoked() == {row.pk for row in stamps}
    assert set(Revocation.objects.values_list("proof_value", flat=True)) == {row.proof_value for row in stamps}
    ban.refresh_from_db()
    assert ban.last_run_revoke_matching == NOW


def test_a_single_stamp_ban_revokes_that_provider_only() -> None:
    banned = stamp("Google")
    stamp("Github")
    stamp("Google", of=B)
    ban = BanFactory(single_stamp=True, address=A, provider="Google")
    assert services.revoke_matching(ban_ids=[ban.pk]).stamps == 1
    assert revoked() == {banned.pk}


def test_a_hash_ban_revokes_the_hash_wherever_it_is() -> None:
    banned = hash_stamp("v0:h"), hash_stamp("v0:h", of=B)
    hash_stamp("v0:other", of=address(0xC))
    ban = BanFactory(of_hash=True, hash="v0:h")
    done = services.revoke_matching(ban_ids=[ban.pk])
    assert (done.stamps, done.addresses) == (2, (A, B))
    assert revoked() == {row.pk for row in banned}


def test_an_account_ban_that_names_a_provider_fits_nothing() -> None:
    stamp("Google")
    ban = BanFactory(address=A, provider="Google")
    assert services.revoke_matching(ban_ids=[ban.pk]).stamps == 0


def test_a_ban_without_an_address_fits_no_stamp_without_one() -> None:
    stamp(of="")
    ban = BanFactory(address="")
    assert services.revoke_matching(ban_ids=[ban.pk]).stamps == 0


def test_a_ban_that_ended_revokes_nothing_and_is_not_marked() -> None:
    stamp()
    ban = BanFactory(address=A, end_time=YESTERDAY)
    done = services.revoke_matching(ban_ids=[ban.pk, 7])
    assert (done.bans, done.ended, done.stamps) == (0, 2, 0)
    ban.refresh_from_db()
    assert ban.last_run_revoke_matching is None


def test_revoking_again_revokes_only_what_came_since() -> None:
    stamp("Google")
    ban = BanFactory(address=A)
    services.revoke_matching(ban_ids=[ban.pk])
    later = stamp("Github")

    done = services.revoke_matching(ban_ids=[ban.pk])

    assert (done.stamps, done.already_revoked) == (1, 1)
    assert later.pk in revoked()


def test_two_bans_of_one_stamp_revoke_it_once() -> None:
    stamp("Google")
    bans = BanFactory(address=A), BanFactory(single_stamp=True, address=A, provider="Google")
    done = services.revoke_matching(ban_ids=[ban.pk for ban in bans])
    assert (done.stamps, done.per_ban) == (1, {ban.pk: 1 for ban in bans})


def test_a_dry_run_says_the_same_and_writes_nothing() -> None:
    stamp("Google")
    RevocationFactory(ceramic_cache=stamp("Github"))
    hash_stamp("v0:h", of=B)
    bans = [BanFactory(address=A).pk, BanFactory(of_hash=True, hash="v0:h").pk]
    before = revoked()

    rehearsed = services.revoke_matching(ban_ids=bans, dry_run=True)

    assert (rehearsed.bans, rehearsed.stamps, rehearsed.already_revoked) == (2, 2, 1)
    assert revoked() == before
    assert not any(BanFactory._meta.model.objects.values_list("last_run_revoke_matching", flat=True))
    assert services.revoke_matching(ban_ids=bans) == rehearsed


def test_a_preview_says_whom_a_ban_would_hit() -> None:
    stamp("Google")
    RevocationFactory(ceramic_cache=stamp("Github"))
    passing = ScoreFactory(passport=PassportFactory(address=A), raw_score="30")
    ScoreFactory(passport=PassportFactory(address=A), raw_score="1")
    ScoreFactory(passport=PassportFactory(address=B), raw_score="30")

    preview = services.preview_ban(address=A)

    assert (preview.addresses, preview.stamps, preview.revoked) == ((A,), 2, 1)
    community = passing.passport.community
    assert preview.communities == (PassingCommunity(community.pk, community.name, 1),)
    assert revoked() == set(
        Revocation.objects.filter(ceramic_cache__provider="Github").values_list("ceramic_cache_id", flat=True)
    )


def test_a_preview_of_a_hash_ban_names_all_holders() -> None:
    hash_stamp("v0:h")
    hash_stamp("v0:h", of=B)
    assert services.preview_ban(hash="v0:h").addresses == (A, B)


def test_a_preview_of_a_provider_ban_counts_that_stamp() -> None:
    stamp("Google")
    stamp("Github")
    assert services.preview_ban(address=A, provider="Google").stamps == 1


def test_ending_a_ban_ends_it_now_and_once() -> None:
    ban = BanFactory(address=A)
    assert services.end_ban(ban_id=ban.pk, now=NOW)
    ban.refresh_from_db()
    assert ban.end_time == NOW
    assert not services.end_ban(ban_id=ban.pk, now=NOW + timedelta(days=1))
    ban.refresh_from_db()
    assert ban.end_time == NOW


def test_the_bans_in_force_come_in_pages() -> None:
    BanFactory(address=A, end_time=YESTERDAY)
    bans = [BanFactory(address=address(n)).pk for n in range(3)]
    assert services.ban_ids_in_force(limit=2) == bans[:2]
    assert services.ban_ids_in_force(after=bans[1]) == bans[2:]
