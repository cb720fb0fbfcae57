"""What becomes of a score that cannot be computed or saved (contract, sections 3.10, D14, D15)."""

from datetime import datetime
from typing import Any

import pytest
from pytest_django import Settings

from apps.registry.models import Score
from tests.endpoints.disturbing import before_saving, deadlock, end_the_connection, fail, fall_silent
from tests.endpoints.left_behind import ANALYTICS, all_rows, calls, events, kept_stamps, links, passports, score_row
from tests.endpoints.scoring_world import ALICE, BOB, FUTURE, Partner, answered, hold, score_v2
from tests.factories.account import AllowListFactory
from tests.factories.registry import HashLinkFactory, ScoreFactory
from tests.factories.scorer_weighted import BinaryScorerFactory, WeightedScorerFactory

pytestmark = pytest.mark.usefixtures("scoring_world")

FAILED_ROW = {
    "score": None,
    "status": "ERROR",
    "last_score_timestamp": None,
    "expiration_date": None,
    "evidence": None,
    "stamp_scores": None,
    "stamps": None,
}
WRONG_WEIGHTS = [None, {"Google": None}, {"Google": "much"}, {"Google": True}, {"Google": "NaN"}, {"Google": [1]}, [1]]


def failed(error: str) -> dict[str, Any]:
    return {
        "address": ALICE,
        "score": "0.00000",
        "passing_score": False,
        "last_score_timestamp": None,
        "expiration_timestamp": None,
        "threshold": "20.00000",
        "error": error,
        "stamps": {},
        "points_data": None,
        "possible_points_data": None,
        "linked_score": None,
    }


@pytest.mark.parametrize("rule", ["FIFO", "lifo", ""])
def test_a_rule_that_is_not_lifo_is_answered_and_stored_as_an_error(rule: str) -> None:
    partner = Partner(rule=rule, threshold="1")
    hold("Google", "v0:a")
    assert answered(partner.score()) == (200, failed("Invalid rule"))
    assert score_row() == {**FAILED_ROW, "error": "Invalid rule"}
    assert passports() == [(ALICE, partner.community.pk, None)]
    assert (events("SCU"), links(), kept_stamps()) == ([], {}, [])


@pytest.mark.parametrize("weights", WRONG_WEIGHTS, ids=str)
def test_weights_that_are_missing_or_no_numbers_are_an_error_of_the_data(weights: Any) -> None:
    partner = Partner(scorer=WeightedScorerFactory(weights=weights))
    hold("Google", "v0:a")
    status, score = answered(partner.score())
    error = score["error"]
    assert (status, score) == (200, failed(error))
    assert error
    assert score_row() == {**FAILED_ROW, "error": error}
    assert (events("SCU"), links(), kept_stamps()) == ([], {}, [])


def test_missing_weights_are_an_error_without_stamps_as_well() -> None:
    assert Partner(scorer=BinaryScorerFactory(weights=None)).score().json()["error"]


def test_a_wrong_weight_concerns_only_those_who_hold_its_stamp() -> None:
    partner = Partner(weights={"Google": "much", "Github": "1"})
    hold("Google", to=BOB)
    hold("Github")
    assert partner.score(ALICE).json()["score"] == "1.00000"
    assert partner.score(BOB).json()["error"]


def test_the_customization_can_mend_a_wrong_weight() -> None:
    partner = Partner(weights={"AllowList#VIP": None})
    AllowListFactory(customization__scorer=partner.community, address_list__name="VIP", weight="2")
    hold("AllowList#VIP")
    assert partner.score().json()["score"] == "2.00000"


def test_an_error_of_the_data_replaces_the_score_and_leaves_links_events_and_stamps_as_they_were() -> None:
    partner = Partner(weights={"Google": 1, "Github": 1})
    HashLinkFactory(hash="v0:taken", address=BOB, expires_at=FUTURE, community=partner.community)
    hold("Google", "v0:a")
    hold("Github", "v0:taken")
    partner.score()
    hold("Discord", "v0:new")
    partner.community.scorer.weights = None
    partner.community.scorer.save()
    before = all_rows(but=(ANALYTICS, "registry_score"))
    score_id = Score.objects.get().pk
    assert partner.score().json()["error"]
    assert score_row() == {**FAILED_ROW, "error": "The scorer has no weights."}
    assert Score.objects.get().pk == score_id
    assert all_rows(but=(ANALYTICS, "registry_score")) == before


def test_an_error_of_the_data_may_go_away() -> None:
    partner = Partner(rule="FIFO", weights={"Google": 1})
    hold("Google")
    partner.score()
    partner.community.rule = "LIFO"
    partner.community.save()
    assert partner.score().json()["score"] == "1.00000"
    assert score_row()["error"] is None


@pytest.mark.parametrize("break_down", [fail, end_the_connection])
def test_a_database_that_fails_before_the_saving_is_503_and_everything_is_as_before(
    monkeypatch: pytest.MonkeyPatch, break_down: Any
) -> None:
    partner = Partner()
    ScoreFactory(passport__address=ALICE, passport__community=partner.community)
    hold("Google")
    before = all_rows()
    before_saving(monkeypatch, break_down)
    answer = partner.score()
    status, body = answered(answer)
    assert (status, answer.headers["Retry-After"], body.keys()) == (503, "1", {"detail"})
    assert body["detail"]
    assert all_rows(but=(ANALYTICS,)) == before


def test_a_database_that_fails_leaves_not_even_a_passport_and_the_next_request_is_served(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    partner = Partner()
    hold("Google")
    before_saving(monkeypatch, end_the_connection)
    assert partner.score().status_code == 503
    assert (passports(), Score.objects.count()) == ([], 0)
    assert partner.score().status_code == 200


def test_an_error_of_the_data_that_cannot_be_saved_is_503(monkeypatch: pytest.MonkeyPatch) -> None:
    before_saving(monkeypatch, fail)
    assert Partner(rule="FIFO").score().status_code == 503
    assert passports() == []


def test_a_connection_that_died_unnoticed_is_replaced_without_the_caller_noticing() -> None:
    partner = Partner()
    end_the_connection()
    assert partner.score().status_code == 200


def test_a_database_that_is_down_is_503(database_down: None) -> None:
    assert score_v2(1, ALICE, headers={"X-API-Key": "abcd1234.secret"}).status_code == 503


def test_a_failure_leaves_its_analytics_if_the_database_is_back(
    monkeypatch: pytest.MonkeyPatch, frozen: datetime
) -> None:
    before_saving(monkeypatch, fail)
    detail = Partner().score().json()["detail"]
    (call,) = calls()
    assert (call["status_code"], call["error"], call["response"], call["created_at"]) == (503, detail, None, frozen)


def test_a_database_that_does_not_answer_is_not_asked_to_record_that(monkeypatch: pytest.MonkeyPatch) -> None:
    before_saving(monkeypatch, fall_silent)
    answer = Partner().score()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert calls() == []


def test_a_deadlock_starts_over(monkeypatch: pytest.MonkeyPatch) -> None:
    disturbed = before_saving(monkeypatch, deadlock, times=2)
    partner = Partner()
    assert partner.score().status_code == 200
    assert len(disturbed) == 2
    assert len(events("SCU")) == 1


def test_a_request_that_is_always_disturbed_gives_up_with_503_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.SCORING_ATTEMPTS = 3
    disturbed = before_saving(monkeypatch, deadlock, times=9)
    answer = Partner().score()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert len(disturbed) == 3
    assert (passports(), events("SCU")) == ([], [])
