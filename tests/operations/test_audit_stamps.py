"""manage.py audit_stamps: what D22, D23 and D24 stop counting."""

from typing import Any

import pytest
from pytest_django import Settings

from apps.registry import stamp_audit
from tests.endpoints.scoring_world import ALICE, BOB, ISSUER, PAST, STRANGER, hold, issue
from tests.factories.account import CommunityFactory
from tests.factories.ceramic_cache import RevocationFactory
from tests.factories.registry import PassportFactory, StampFactory
from tests.operations.commands import run, run_json
from tests.unit.scoring.proof_samples import high_s

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _issuer_is_trusted(settings: Settings) -> None:
    settings.TRUSTED_IAM_ISSUERS = [ISSUER.did, ISSUER.ed25519_did]


def store(credential: dict[str, Any], *, provider: str = "Google", address: str = ALICE) -> Any:
    """A stored stamp; an Ed25519 proof has a proof value that anybody can choose."""
    proof = {"proofValue": f"chosen for {address}", **credential["proof"]}
    return hold(credential={**credential, "proof": proof}, address=address, provider=provider)


def respelled(credential: dict[str, Any]) -> dict[str, Any]:
    proof = {**credential["proof"], "proofValue": high_s(credential["proof"]["proofValue"])}
    return {**credential, "proof": proof}


def test_it_finds_nothing_where_all_stamps_count() -> None:
    store(issue("Google"))
    status, printed = run_json("audit_stamps")
    assert (status, printed["stamps_read"], printed["stamps_that_stop_counting"]) == (0, 1, 0)
    assert (printed["stored"], printed["counted"], printed["scores"]) == ([], [], [])


def test_it_counts_stamps_under_the_name_of_another_provider() -> None:
    store(issue("Google"), provider="Discord")
    _, printed = run_json("audit_stamps")
    assert printed["stored"] == [{"rule": "D22", "provider": "Discord", "stamps": 1}]


@pytest.mark.parametrize("ed25519", [False, True])
def test_it_counts_stamps_whose_proof_is_revoked_at_another_row(ed25519: bool) -> None:
    credential = issue("Google", ed25519=ed25519)
    RevocationFactory(ceramic_cache=store(credential, address=BOB))
    store(credential)
    _, printed = run_json("audit_stamps")
    assert printed["stored"] == [{"rule": "D23", "provider": "Google", "stamps": 1}]
    assert printed["stamps_read"] == 1


def test_it_counts_stamps_with_another_spelling_of_their_signature() -> None:
    store(respelled(issue("Google")))
    _, printed = run_json("audit_stamps")
    assert printed["stored"] == [{"rule": "D24", "provider": "Google", "stamps": 1}]


@pytest.mark.parametrize("how", [{"expires_at": PAST}, {"key": STRANGER}])
def test_it_leaves_out_stamps_that_never_counted(how: dict[str, Any]) -> None:
    store(issue("Google", **how), provider="Discord")
    _, printed = run_json("audit_stamps")
    assert printed["stamps_that_stop_counting"] == 0


def test_it_counts_scores_by_community_and_each_score_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stamp_audit, "PAGE", 1)
    first, second = CommunityFactory(), CommunityFactory()
    passport = PassportFactory(address=ALICE, community=first)
    for provider in ("Discord", "Ens"):
        StampFactory(passport=passport, provider=provider, credential=issue("Google"))
    StampFactory(passport=PassportFactory(address=BOB, community=first), provider="Google", credential=issue("Google"))
    PassportFactory(address=BOB, community=second)
    _, printed = run_json("audit_stamps")
    assert printed["scores"] == [{"community": first.pk, "scores": 1}]
    assert [(found["rule"], found["provider"], found["stamps"]) for found in printed["counted"]] == [
        ("D22", "Discord", 1),
        ("D22", "Ens", 1),
    ]
    assert printed["scores_read"] == 3


def test_names_beyond_the_bound_are_counted_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stamp_audit, "MAX_NAMES", 1)
    for number, provider in enumerate(("A", "B", "C")):
        store(issue("Google", f"v0:{number}"), provider=provider)
    _, printed = run_json("audit_stamps")
    assert {found["provider"]: found["stamps"] for found in printed["stored"]} == {
        "A": 1,
        stamp_audit.OTHER_NAMES: 2,
    }


def test_it_prints_lines_for_people() -> None:
    store(issue("Google"), provider="Discord")
    status, printed = run("audit_stamps")
    assert status == 0
    assert "stamps that stop counting: 1" in printed
    assert "D22 Discord: 1 stored" in printed
