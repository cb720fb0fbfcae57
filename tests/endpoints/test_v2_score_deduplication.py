"""Whose nullifier it is (contract, section 3.5), seen through GET /v2/stamps/{scorer_id}/score/{address}."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pytest_django import Settings

from apps.registry.models import Event, HashScorerLink
from tests.endpoints.disturbing import before_saving, elsewhere
from tests.endpoints.left_behind import events, kept_stamps, links, score_row
from tests.endpoints.scoring_world import ALICE, BOB, CAROL, EXPIRY, FUTURE, PAST, Partner, hold, issue
from tests.factories.registry import HashLinkFactory

pytestmark = pytest.mark.usefixtures("scoring_world")

OTHER_DATE = datetime(2030, 6, 1, tzinfo=UTC)
MINE, BOBS, BOBS_OLD, CAROLS, CAROLS_OLD = (
    (ALICE, EXPIRY),
    (BOB, FUTURE),
    (BOB, PAST),
    (CAROL, OTHER_DATE),
    (CAROL, PAST),
)
A, B = "v0:a", "v0:b"


def have(owned: dict[str, tuple[str, datetime]], partner: Partner) -> None:
    for nullifier, (owner, expires_at) in owned.items():
        HashLinkFactory(hash=nullifier, address=owner, expires_at=expires_at, community=partner.community)


# The rows of the contract's table: the stamp's nullifiers, links before, whether it is deduplicated, links after.
WORKED: dict[str, tuple[tuple[str, ...], dict[str, Any], bool, dict[str, Any]]] = {
    "1": ((A,), {}, False, {A: MINE}),
    "2": ((A,), {A: MINE}, False, {A: MINE}),
    "3, renewed": ((A,), {A: (ALICE, FUTURE)}, False, {A: MINE}),
    "3, expired": ((A,), {A: (ALICE, PAST)}, False, {A: MINE}),
    "4": ((A,), {A: BOBS}, True, {A: BOBS}),
    "5": ((A,), {A: BOBS_OLD}, False, {A: MINE}),
    "6": ((A, B), {A: BOBS}, True, {A: BOBS, B: BOBS}),
    "7": ((A, B), {B: BOBS}, True, {A: BOBS, B: BOBS}),
    "8": ((A, B), {A: BOBS, B: CAROLS}, True, {A: BOBS, B: CAROLS}),
    "9": ((A, B), {A: MINE}, False, {A: MINE, B: MINE}),
    "10": ((A, B), {A: BOBS, B: CAROLS_OLD}, True, {A: BOBS, B: CAROLS_OLD}),
    "11": ((A, B), {A: (ALICE, FUTURE), B: BOBS}, True, {A: (ALICE, FUTURE), B: BOBS}),
    "first claimed": ((A, B, "v0:c"), {B: CAROLS, A: BOBS}, True, {A: BOBS, B: CAROLS, "v0:c": BOBS}),
    "repeated": ((A, A), {}, False, {A: MINE}),
}


@pytest.mark.parametrize("row", WORKED)
def test_the_worked_table(row: str) -> None:
    nullifiers, before, deduplicated, after = WORKED[row]
    partner = Partner(weights={"Google": 1})
    have(before, partner)
    hold("Google", *nullifiers)
    score = partner.score().json()
    assert score["stamps"]["Google"]["dedup"] is deduplicated
    assert score["score"] == ("0.00000" if deduplicated else "1.00000")
    assert links() == after
    assert [event["nullifiers"] for event in events("LDP")] == ([list(nullifiers)] if deduplicated else [])


@pytest.mark.parametrize("before", [{}, {A: (ALICE, FUTURE)}], ids=["row 12", "row 13"])
def test_two_stamps_of_an_address_that_share_a_nullifier_are_both_kept(before: dict[str, Any]) -> None:
    partner = Partner()
    have(before, partner)
    hold("Google", A, expires_at=OTHER_DATE)
    hold("Github", A)
    assert [stamp["dedup"] for stamp in partner.score().json()["stamps"].values()] == [False, False]
    assert links() == {A: MINE}  # the last kept stamp's date
    assert HashScorerLink.objects.count() == 1


def test_row_14_with_the_flag_off_only_the_first_generation_counts(settings: Settings) -> None:
    settings.FF_MULTI_NULLIFIER = "ON"  # only the exact text `on` turns it on
    partner = Partner()
    have({"v1:b": BOBS}, partner)
    hold("Google", A, "v1:b")
    assert partner.score().json()["stamps"]["Google"]["dedup"] is False
    assert links() == {A: MINE, "v1:b": BOBS}


def test_row_15_links_of_another_community_are_not_seen() -> None:
    elsewhere_owned = HashLinkFactory(hash=A, address=BOB, expires_at=FUTURE)
    partner = Partner()
    hold("Google", A)
    assert partner.score().json()["stamps"]["Google"]["dedup"] is False
    assert HashScorerLink.objects.get(community=partner.community).address == ALICE
    elsewhere_owned.refresh_from_db()
    assert elsewhere_owned.address == BOB


def test_row_16_a_stamp_without_a_nullifier_that_counts_is_kept_without_a_link(settings: Settings) -> None:
    settings.FF_MULTI_NULLIFIER = "off"
    partner = Partner()
    have({"v1:a": BOBS}, partner)
    hold("Google", "v1:a")
    assert partner.score().json()["stamps"]["Google"]["dedup"] is False
    assert links() == {"v1:a": BOBS}


@pytest.mark.parametrize(("before", "after"), [({}, MINE), ({"v0.0.0:a": BOBS}, BOBS)])
def test_row_17_a_hash_is_a_nullifier(before: dict[str, Any], after: Any) -> None:
    partner = Partner()
    have(before, partner)
    hold(credential=issue("Google", hash="v0.0.0:a"))
    assert partner.score().json()["stamps"]["Google"]["dedup"] is bool(before)
    assert links() == {"v0.0.0:a": after}


def test_a_nullifier_of_a_kept_and_a_deduplicated_stamp_is_this_addresss() -> None:
    partner = Partner()
    have({A: BOBS}, partner)
    hold("Google", A, B)
    hold("Github", B)
    partner.score()
    assert links() == {A: BOBS, B: MINE}


def test_a_missing_nullifier_of_two_deduplicated_stamps_follows_the_first_of_them() -> None:
    partner = Partner()
    have({A: BOBS, B: CAROLS}, partner)
    hold("Google", A, "v0:c")
    hold("Github", B, "v0:c")
    partner.score()
    assert links() == {A: BOBS, B: CAROLS, "v0:c": BOBS}


def test_the_first_to_come_is_served_and_stays_served() -> None:
    partner = Partner(weights={"Google": 1})
    for owner in (ALICE, BOB):
        hold("Google", A, to=owner)
    scores = [partner.score(owner).json()["score"] for owner in (ALICE, BOB, ALICE, BOB)]
    assert scores == ["1.00000", "0.00000", "1.00000", "0.00000"]
    assert links() == {A: MINE}


def test_a_deduplicated_stamp_is_answered_without_score_and_with_its_own_text_of_the_date() -> None:
    partner = Partner(weights={"Google": 1, "Github": 2})
    have({A: BOBS}, partner)
    hold("Google", A)
    hold("Github")
    stamps = partner.score().json()["stamps"]
    assert stamps["Google"] == {"score": "0.00000", "dedup": True, "expiration_date": "2099-01-01T00:00:00Z"}
    assert stamps["Github"] == {"score": "2.00000", "dedup": False, "expiration_date": "2099-01-01T00:00:00+00:00"}
    assert list(stamps) == ["Github", "Google"]
    assert score_row()["stamps"] == stamps
    assert [provider for provider, _ in kept_stamps()] == ["Github"]


def test_a_deduplicated_stamp_does_not_shorten_the_score() -> None:
    partner = Partner()
    have({A: BOBS}, partner)
    hold("Google", A, expires_at=FUTURE)
    hold("Github")
    partner.score()
    assert score_row()["expiration_date"] == EXPIRY


def test_the_event_names_the_credentials_provider_and_all_nullifiers_that_count(frozen: datetime) -> None:
    partner = Partner()
    have({B: BOBS}, partner)
    hold("Google", A, B, "v1:c")
    partner.score()
    event = Event.objects.get(action="LDP")
    assert event.data == {"nullifiers": [A, B, "v1:c"], "provider": "Google", "community_id": partner.community.pk}
    assert (event.address, event.community_id, event.created_at) == (ALICE, partner.community.pk, frozen)


def test_the_event_has_only_nullifiers_that_count(settings: Settings) -> None:
    settings.FF_MULTI_NULLIFIER = "off"
    partner = Partner()
    have({A: BOBS}, partner)
    hold("Google", "v1:c", A)
    partner.score()
    assert events("LDP")[0]["nullifiers"] == [A]


def test_every_scoring_has_an_event_for_each_deduplicated_provider() -> None:
    partner = Partner()
    have({A: BOBS, B: CAROLS}, partner)
    hold("Google", B)
    hold("Github", A)
    partner.score()
    partner.score()
    found = sorted((event["provider"], event["nullifiers"]) for event in events("LDP"))
    assert found == [("Github", [A])] * 2 + [("Google", [B])] * 2


def test_a_nullifier_that_another_request_takes_meanwhile_is_seen_as_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    partner = Partner(weights={"Google": 1, "Github": 2})
    hold("Google", A)
    hold("Github", B)
    take = elsewhere(lambda: have({A: BOBS}, partner))
    disturbed = before_saving(monkeypatch, take)
    score = partner.score().json()
    assert len(disturbed) == 1
    assert (score["score"], score["stamps"]["Google"]["dedup"]) == ("2.00000", True)
    assert links() == {A: BOBS, B: MINE}
    assert len(events("LDP")) == len(events("SCU")) == 1


def test_a_forfeited_link_that_another_request_renews_meanwhile_stays_its_owners(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    partner = Partner()
    have({A: BOBS_OLD}, partner)
    hold("Google", A)
    renew = elsewhere(lambda: HashScorerLink.objects.update(expires_at=FUTURE))
    before_saving(monkeypatch, renew)
    assert partner.score().json()["stamps"]["Google"]["dedup"] is True
    assert links() == {A: BOBS}


def test_a_missing_link_that_another_request_makes_meanwhile_needs_no_new_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    partner = Partner()
    have({A: BOBS}, partner)
    hold("Google", A, B)
    make = elsewhere(lambda: have({B: CAROLS}, partner))
    disturbed = before_saving(monkeypatch, make, times=9)
    assert partner.score().status_code == 200
    assert len(disturbed) == 1
    assert links() == {A: BOBS, B: CAROLS}
