"""API6: what is counted is counted for all spellings of one caller, and what is scarce is given once."""

from typing import Any

import pytest
from pytest_django import Settings

from tests.endpoints.left_behind import all_rows
from tests.endpoints.scoring_world import ALICE, Partner, configure_points, hold, score_v2
from tests.factories.registry import HumanPointsFactory

pytestmark = pytest.mark.usefixtures("scoring_world")

SECRET = "abcd1234.correct-horse"


@pytest.fixture
def limited(scoring_world: None, settings: Settings) -> Partner:
    settings.RATELIMIT_ENABLE = True
    return Partner(key={"secret": SECRET, "rate_limit": "2/15m"})


SPELLINGS: list[dict[str, str]] = [
    {"X-API-Key": SECRET},
    {"x-api-key": SECRET},
    {"Authorization": f"Bearer {SECRET}"},
    {"Authorization": f"Anything {SECRET}"},
    {"X-API-Key": SECRET, "X-Forwarded-For": "1.2.3.4"},
    {"X-API-Key": SECRET, "User-Agent": "another", "X-Real-IP": "1.2.3.4"},
]


@pytest.mark.parametrize("headers", SPELLINGS)
def test_a_limit_counts_for_a_key_however_it_is_presented(limited: Partner, headers: dict[str, str]) -> None:
    for _ in range(2):
        assert limited.score().status_code == 200
    assert score_v2(limited.community.pk, headers=headers).status_code == 429


@pytest.mark.parametrize("scorer_id", [10**6, "0", "-1", "99999999999999999999"])
def test_asking_for_what_is_not_there_counts_as_well(limited: Partner, scorer_id: Any) -> None:
    """Or scorers could be looked for without a limit."""
    for _ in range(2):
        assert limited.score(scorer_id=scorer_id).status_code == 404
    assert limited.score(scorer_id=scorer_id).status_code == 429
    assert limited.score("0x1").status_code == 429


def test_a_wrong_secret_uses_up_nothing_of_a_keys_limit(limited: Partner) -> None:
    """Who knows a prefix must not lock its owner out."""
    for _ in range(5):
        assert score_v2(limited.community.pk, headers={"X-API-Key": "abcd1234.wrong"}).status_code == 401
    assert limited.score().status_code == 200


def test_points_are_given_once_however_often_a_score_is_asked_for() -> None:
    configure_points(HKY=100, PMT=300)
    partner = Partner(weights={"Google": 1}, threshold="1", human_points_program=True)
    hold("Google", "v0:a", "v1:key")
    totals = [partner.score(query="?include_human_points=true").json()["points_data"]["total_points"] for _ in range(3)]
    assert totals == [100, 100, 100]
    assert len(all_rows()["registry_humanpoints"]) == 1


def test_points_of_another_address_are_not_told() -> None:
    configure_points(HKY=100)
    HumanPointsFactory(address="0x" + "b" * 40, action="HKY")
    partner = Partner(weights={}, threshold="1", human_points_program=True)
    assert partner.score(ALICE, query="?include_human_points=true").json()["points_data"]["total_points"] == 0
