"""GET /internal/score/v2/{scorer_id}/{address} (contract, section 4.7)."""

from datetime import datetime
from typing import Any

import pytest
from pytest_django import Settings

from tests.endpoints.disturbing import before_saving, fail
from tests.endpoints.left_behind import ANALYTICS, all_rows, events, passports, points, score_row
from tests.endpoints.scoring_world import ALICE, INVALID_ADDRESS, PAST, answered, hold, score_internal
from tests.factories.account import CommunityFactory
from tests.factories.scorer_weighted import WeightedScorerFactory

pytestmark = pytest.mark.usefixtures("scoring_world")

NO_COMMUNITY = {"detail": "No Community matches the given query."}


def test_it_answers_the_bare_score_object(frozen: datetime) -> None:
    hold("Google")
    answer = score_internal(CommunityFactory(weights={"Google": "1.25"}, threshold="1").pk)
    expected = {
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
    }
    assert answered(answer) == (200, expected)
    assert list(answer.json()) == list(expected)
    assert score_row()["last_score_timestamp"] == frozen


def test_it_finds_a_community_of_any_account_by_id_only() -> None:
    named = CommunityFactory(deleted_at=PAST)
    CommunityFactory(account=named.account, external_scorer_id=str(named.pk), threshold="7")
    assert score_internal(named.pk).json()["threshold"] == "20.00000"
    assert passports() == [(ALICE, named.pk, None)]
    CommunityFactory(external_scorer_id="77777777")
    assert answered(score_internal(77777777)) == (404, NO_COMMUNITY)


@pytest.mark.parametrize("scorer_id", [10**9, 2**63, 10**40, -1, -(10**40), 0])
def test_an_unknown_community_is_404_before_the_address_and_a_negative_one_is_no_demo_scorer(
    scorer_id: int, settings: Settings
) -> None:
    settings.DEMO_API_SCORER_ID = CommunityFactory().pk
    before = all_rows()
    assert answered(score_internal(scorer_id, "0x1")) == (404, NO_COMMUNITY)
    assert answered(score_internal(scorer_id)) == (404, NO_COMMUNITY)
    assert all_rows() == before


@pytest.mark.parametrize("scorer_id", ["abc", "1.5", "0x1"])
def test_a_scorer_id_that_is_no_integer_is_404_or_422(scorer_id: str) -> None:
    status, body = answered(score_internal(scorer_id))
    assert status in (404, 422)
    assert body["detail"]


@pytest.mark.parametrize("address", ["0x1", "nobody", ALICE + "0"])
def test_an_invalid_address_is_400_and_leaves_nothing(address: str) -> None:
    community = CommunityFactory()
    before = all_rows()
    assert answered(score_internal(community.pk, address)) == (400, INVALID_ADDRESS)
    assert all_rows() == before


def test_the_address_is_lowercased() -> None:
    assert score_internal(CommunityFactory().pk, "0X" + ALICE[2:].upper()).json()["address"] == ALICE


@pytest.mark.parametrize("token", ["", "wrong", "Bearer development-internal-token", "development-internal-tokeN"])
def test_another_token_is_401_whatever_else_is_wrong(token: str) -> None:
    for scorer_id in ("abc", 10**9, CommunityFactory().pk):
        assert answered(score_internal(scorer_id, "0x1", token=token)) == (401, {"detail": "Unauthorized"})


@pytest.mark.parametrize(
    "columns", [{"rule": "FIFO"}, {"weights": None}, {"weights": {"Google": "much"}}], ids=["rule", "null", "text"]
)
def test_an_error_of_the_data_is_500_and_stored(columns: dict[str, Any]) -> None:
    hold("Google")
    assert answered(score_internal(CommunityFactory(**columns).pk)) == (500, {"detail": "Failed to calculate score."})
    row = score_row()
    assert (row["status"], row["score"], row["evidence"], row["stamps"]) == ("ERROR", None, None, None)
    assert row["error"]
    assert events("SCU") == []


def test_points_are_earned_and_not_answered() -> None:
    hold("Google", "v0:a")
    answer = score_internal(CommunityFactory(human_points_program=True, threshold="0").pk).json()
    assert (answer["points_data"], answer["possible_points_data"]) == (None, None)
    assert points() == [("HKY", "Google", "v0:a")]


def test_a_database_that_fails_is_503_and_everything_is_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    community = CommunityFactory()
    before = all_rows()
    before_saving(monkeypatch, fail)
    answer = score_internal(community.pk)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert all_rows() == before


def test_a_scorer_of_an_unknown_type_is_500_in_json_and_leaves_nothing() -> None:
    community = CommunityFactory(scorer=WeightedScorerFactory(type="OTHER"))
    assert answered(score_internal(community.pk)) == (500, {"detail": "Internal Server Error"})
    assert passports() == []


def test_it_takes_two_round_trips_and_leaves_no_analytics(round_trips: list[list[str]]) -> None:
    score_internal(CommunityFactory().pk)
    assert len(round_trips) == 2
    assert ANALYTICS not in all_rows()
