"""GET /internal/embed/score/{scorer_id}/{address} (contract, section 4.2)."""

from datetime import datetime

import pytest
from pytest_django import Settings

from tests.endpoints.disturbing import before_saving, fail
from tests.endpoints.left_behind import ANALYTICS, all_rows, events, passports, points, score_row
from tests.endpoints.scoring_world import (
    ALICE,
    BOB,
    INVALID_ADDRESS,
    PAST,
    answered,
    client,
    hold,
    score_embed,
    unsigned,
)
from tests.factories.account import CommunityFactory
from tests.factories.ceramic_cache import RevocationFactory
from tests.factories.registry import HashLinkFactory
from tests.factories.scorer_weighted import WeightedScorerFactory

pytestmark = pytest.mark.usefixtures("scoring_world")

INVALID_SCORER = {"detail": "Invalid scorer_id"}


def test_it_answers_stamps_and_score_with_their_keys_in_order(frozen: datetime) -> None:
    community = CommunityFactory(weights={"Google": "1.25"}, threshold="1")
    stamp = hold("Google")
    answer = score_embed(community.pk)
    expected = {
        "success": True,
        "stamps": [{"id": stamp.pk, "address": ALICE, "provider": "Google", "stamp": stamp.stamp}],
        "score": {
            "address": ALICE,
            "score": "1.25000",
            "passing_score": True,
            "last_score_timestamp": "2026-01-02T03:04:05.678901+00:00",
            "expiration_timestamp": "2099-01-01T00:00:00+00:00",
            "threshold": "1.00000",
            "error": None,
            "stamps": {"Google": {"score": "1.25000", "dedup": False, "expiration_date": "2099-01-01T00:00:00+00:00"}},
            "points_data": None,
            "possible_points_data": None,
            "linked_score": None,
        },
    }
    assert answered(answer) == (200, expected)
    assert list(answer.json()) == list(expected)
    assert list(answer.json()["stamps"][0]) == ["id", "address", "provider", "stamp"]


def test_it_lists_stamps_that_do_not_count_and_none_that_are_not_live() -> None:
    community = CommunityFactory()
    HashLinkFactory(hash="v0:taken", address=BOB, community=community)
    listed = [
        hold("Google", expires_at=PAST),
        hold("Github", "v0:taken"),
        hold(credential=unsigned("Discord"), address=ALICE),
    ]
    hold("NFT", deleted_at=PAST)
    hold("Other", to=BOB)
    RevocationFactory(ceramic_cache=hold("Revoked"))
    answer = score_embed(community.pk).json()
    assert [stamp["id"] for stamp in answer["stamps"]] == [stamp.pk for stamp in listed]
    assert [stamp["stamp"] for stamp in answer["stamps"]] == [stamp.stamp for stamp in listed]
    assert list(answer["score"]["stamps"]) == ["Github"]


def test_a_v2_stamp_counts_and_is_not_listed() -> None:
    hold("Google", type=2)
    answer = score_embed(CommunityFactory(weights={"Google": 1}).pk).json()
    assert (answer["stamps"], answer["score"]["score"]) == ([], "1.00000")


def test_a_stamp_of_a_provider_is_listed_also_when_a_newer_one_counts() -> None:
    old = hold("Google", updated_at=PAST)
    hold("Google", type=2)
    assert [stamp["id"] for stamp in score_embed(CommunityFactory().pk).json()["stamps"]] == [old.pk]


@pytest.mark.parametrize("headers", [{}, {"Authorization": "nonsense"}, {"X-API-Key": "nonsense"}])
def test_it_asks_for_no_authentication(headers: dict[str, str]) -> None:
    assert score_embed(CommunityFactory().pk, **headers).status_code == 200


def test_the_address_is_lowercased() -> None:
    hold("Google")
    answer = score_embed(CommunityFactory().pk, "0X" + ALICE[2:].upper()).json()
    assert (answer["score"]["address"], answer["stamps"][0]["address"]) == (ALICE, ALICE)


def test_it_scores_the_community_of_any_account() -> None:
    community = CommunityFactory(deleted_at=PAST)
    score_embed(community.pk)
    assert passports() == [(ALICE, community.pk, None)]


def test_a_sibling_with_the_id_as_its_external_id_is_scored_instead() -> None:
    named = CommunityFactory()
    sibling = CommunityFactory(account=named.account, external_scorer_id=str(named.pk), threshold="7")
    assert score_embed(named.pk).json()["score"]["threshold"] == "7.00000"
    assert passports() == [(ALICE, sibling.pk, None)]


def test_an_external_id_of_another_account_wins_nothing() -> None:
    named = CommunityFactory()
    CommunityFactory(external_scorer_id=str(named.pk))
    score_embed(named.pk)
    assert passports() == [(ALICE, named.pk, None)]


@pytest.mark.parametrize("scorer_id", [10**9, 2**63, 10**40, -1, -(2**63), -(10**40)])
def test_an_unknown_community_is_400_before_the_address_and_leaves_nothing(scorer_id: int) -> None:
    CommunityFactory(external_scorer_id=str(10**9))
    before = all_rows()
    assert answered(score_embed(scorer_id, "0x1")) == (400, INVALID_SCORER)
    assert answered(score_embed(scorer_id)) == (400, INVALID_SCORER)
    assert all_rows() == before


def test_a_negative_id_means_the_demo_scorer(settings: Settings) -> None:
    settings.DEMO_API_SCORER_ID = CommunityFactory(threshold="7").pk
    assert score_embed(-5).json()["score"]["threshold"] == "7.00000"


@pytest.mark.parametrize("address", ["0x1", "nobody", ALICE + "0"])
def test_an_invalid_address_is_400_and_leaves_nothing(address: str) -> None:
    community = CommunityFactory()
    before = all_rows()
    assert answered(score_embed(community.pk, address)) == (400, INVALID_ADDRESS)
    assert all_rows() == before


@pytest.mark.parametrize("scorer_id", ["abc", "1.5", "0x1"])
def test_a_scorer_id_that_is_no_integer_is_404_or_422(scorer_id: str) -> None:
    status, body = answered(score_embed(scorer_id))
    assert status in (404, 422)
    assert body["detail"]


def test_an_error_of_the_data_is_answered_with_the_stamps_and_stored() -> None:
    stamp = hold("Google")
    status, answer = answered(score_embed(CommunityFactory(rule="FIFO").pk))
    assert (status, answer["success"], [listed["id"] for listed in answer["stamps"]]) == (200, True, [stamp.pk])
    assert (answer["score"]["error"], answer["score"]["threshold"]) == ("Invalid rule", "20.00000")
    assert (score_row()["status"], events("SCU")) == ("ERROR", [])


def test_points_are_earned_and_not_answered() -> None:
    hold("Google", "v0:a")
    answer = score_embed(CommunityFactory(human_points_program=True, threshold="0").pk).json()["score"]
    assert (answer["points_data"], answer["possible_points_data"]) == (None, None)
    assert points() == [("HKY", "Google", "v0:a")]


def test_it_leaves_no_analytics() -> None:
    score_embed(CommunityFactory().pk)
    assert ANALYTICS not in all_rows()


def test_a_database_that_fails_is_503_and_everything_is_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    community = CommunityFactory()
    before = all_rows()
    before_saving(monkeypatch, fail)
    answer = score_embed(community.pk)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert answered(answer)[1]["detail"]
    assert all_rows() == before


def test_a_scorer_of_an_unknown_type_is_500_in_json_and_leaves_nothing() -> None:
    community = CommunityFactory(scorer=WeightedScorerFactory(type="OTHER"))
    assert answered(score_embed(community.pk)) == (500, {"detail": "Internal Server Error"})
    assert passports() == []


def test_it_takes_two_round_trips(round_trips: list[list[str]]) -> None:
    score_embed(CommunityFactory().pk)
    assert len(round_trips) == 2


@pytest.mark.parametrize("path", ["/internal/embed/score/1", f"/internal/embed/score/1/{ALICE}/"])
def test_another_path_is_404(path: str) -> None:
    assert answered(client().get(path)) == (404, {"detail": "Not Found"})
