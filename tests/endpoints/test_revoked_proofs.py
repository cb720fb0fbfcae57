"""A revocation holds for the proof, wherever and as whatever it is stored again (behaviour 3.3, D23)."""

import copy
from typing import Any

import pytest

from apps.ceramic_cache.models import CeramicCache, Revocation
from apps.registry import evaluation
from apps.registry.scoring.known_credentials import KnownCredentials
from apps.registry.scoring.remembered_stamps import StampMemory
from tests.endpoints.internal import post
from tests.endpoints.scoring_world import ALICE, BOB, PAST, Partner, hold, issue, items, store_bulk, store_embed
from tests.factories.ceramic_cache import RevocationFactory

pytestmark = pytest.mark.usefixtures("scoring_world")

WEIGHTS = {"Google": "1", "Github": "2"}


@pytest.fixture(autouse=True)
def _nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluation, "_stamps", StampMemory(100))
    monkeypatch.setattr(evaluation, "_known", KnownCredentials(100))


def ed25519(provider: str = "Google", free_text: str = "free", **how: Any) -> dict[str, Any]:
    credential = issue(provider, ed25519=True, **how)
    credential["proof"]["proofValue"] = free_text
    return credential


def with_free_text(credential: dict[str, Any], free_text: str) -> dict[str, Any]:
    """The same credential with the same signature."""
    changed = copy.deepcopy(credential)
    changed["proof"]["proofValue"] = free_text
    return changed


def revoke_and_delete(credential: dict[str, Any], **row: Any) -> Revocation:
    stored = hold(credential=credential, deleted_at=PAST, **row)
    revocation: Revocation = RevocationFactory(ceramic_cache=stored)
    return revocation


def counting(partner: Partner, address: str = ALICE) -> set[str]:
    return set(partner.score(address).json()["stamps"])


def test_a_revoked_credential_that_is_stored_again_does_not_count() -> None:
    credential = issue("Google")
    revoke_and_delete(credential)
    hold(credential=credential)
    hold("Github")
    assert counting(Partner(weights=WEIGHTS)) == {"Github"}


def test_it_does_not_count_where_another_holder_had_it_revoked() -> None:
    credential = issue("Google")
    revoke_and_delete(credential, address=BOB, provider="Github")
    hold(credential=credential)
    assert counting(Partner(weights=WEIGHTS)) == set()


def test_an_ed25519_credential_with_another_free_text_does_not_count() -> None:
    credential = ed25519()
    revoke_and_delete(credential)
    hold(credential=with_free_text(credential, "another"))
    assert counting(Partner(weights=WEIGHTS)) == set()


def test_another_credential_with_the_same_free_text_counts() -> None:
    revoke_and_delete(ed25519("Google", "free"))
    hold(credential=ed25519("Github", "free"))
    assert counting(Partner(weights=WEIGHTS)) == {"Github"}


def test_a_free_text_that_is_the_proof_of_another_stamp_revokes_nothing() -> None:
    credential = issue("Github")
    revoke_and_delete(ed25519("Google", credential["proof"]["proofValue"]))
    hold(credential=credential)
    assert counting(Partner(weights=WEIGHTS)) == {"Github"}


def test_a_jws_that_is_added_to_an_eip712_proof_undoes_nothing() -> None:
    credential = issue("Google")
    revoke_and_delete(credential)
    again = copy.deepcopy(credential)
    again["proof"]["jws"] = "eyJ..x"
    hold(credential=again)
    assert counting(Partner(weights=WEIGHTS)) == set()


@pytest.mark.parametrize("sign", [issue, ed25519])
def test_it_is_seen_at_once_where_the_stamps_are_remembered(sign: Any) -> None:
    credential = sign("Google")
    hold(credential=credential)
    partner = Partner(weights=WEIGHTS)
    assert counting(partner) == counting(partner) == {"Google"}
    revocation = revoke_and_delete(credential, address=BOB)
    assert counting(partner) == counting(partner) == set()
    revocation.delete()
    assert counting(partner) == counting(partner) == {"Google"}


@pytest.mark.parametrize("sign", [issue, ed25519])
def test_a_score_takes_two_round_trips(sign: Any, round_trips: list[list[str]]) -> None:
    credential = sign("Google")
    revoke_and_delete(credential)
    hold(credential=credential)
    partner = Partner(weights=WEIGHTS)
    partner.score()
    round_trips.clear()
    partner.score()
    assert len(round_trips) == 2


@pytest.mark.parametrize("sign", [issue, ed25519])
def test_it_is_not_listed_when_it_is_posted_again(sign: Any) -> None:
    credential, other = sign("Google"), sign("Github")
    revoke_and_delete(credential)
    partner = Partner(weights=WEIGHTS)
    body = {"scorer_id": partner.community.pk, "stamps": [credential, other]}
    answer = store_embed(body).json()
    assert [stamp["provider"] for stamp in answer["stamps"]] == ["Github"]
    assert CeramicCache.objects.filter(deleted_at=None).count() == 2


def test_the_bulk_answer_does_not_list_it(settings: Any) -> None:
    settings.CERAMIC_CACHE_SCORER_ID = Partner(weights=WEIGHTS).community.pk
    credential = issue("Google")
    revoke_and_delete(credential)
    answer = store_bulk(items(credential, issue("Github"))).json()
    assert [stamp["provider"] for stamp in answer["stamps"]] == ["Github"]


def test_check_revocations_knows_the_signature_of_a_revoked_stamp() -> None:
    revoked, other = ed25519("Google"), ed25519("Github")
    revoke_and_delete(revoked)
    asked = [revoked["proof"]["jws"], other["proof"]["jws"], "free", "x..y"]
    answer = post("/internal/check-revocations", {"proof_values": asked})
    assert [each["is_revoked"] for each in answer.json()] == [True, False, True, False]
