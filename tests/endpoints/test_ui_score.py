"""GET /ceramic-cache/score/{address} (contract, section 4.6)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from apps.registry.models import Score
from tests.endpoints.disturbing import before_saving, fail
from tests.endpoints.left_behind import all_rows, events, passports, points, score_row
from tests.endpoints.scoring_world import (
    ALICE,
    BOB,
    INVALID_ADDRESS,
    access_token,
    answered,
    configure_points,
    hold,
    issue,
    resigned,
    score_user,
)
from tests.factories.account import CommunityFactory
from tests.factories.registry import (
    HumanPointsFactory,
    HumanPointsMultiplierFactory,
    PassportFactory,
    QualifiedUserFactory,
    ScoreFactory,
)
from tests.factories.scorer_weighted import WeightedScorerFactory

pytestmark = pytest.mark.usefixtures("scoring_world")

MISCONFIGURED = {
    "detail": "Community matching the configured scorer id does not exist! This is probably a misconfiguration!"
}
ANOTHERS = {"detail": "Address in path does not match address in JWT"}
UNABLE = {"detail": "Unable to get score for provided scorer."}


@pytest.fixture
def community(scoring_world: None, settings: Settings) -> Any:
    """The UI's community."""
    community = CommunityFactory(weights={"Google": 1})
    settings.CERAMIC_CACHE_SCORER_ID = community.pk
    return community


def stored(community: Any, **columns: Any) -> Any:
    return ScoreFactory(passport__address=ALICE, passport__community=community, **columns)


def test_a_stored_score_is_answered_as_it_is_and_nothing_is_written(community: Any) -> None:
    stored(
        community,
        raw_score="3.350000000000000005551115123",
        threshold="2.50000",
        last_score_timestamp=datetime(2025, 3, 1, 1, 2, 3, 456789, tzinfo=UTC),
    )
    hold("Google")  # newer than the score
    before = all_rows()
    answer = score_user()
    expected = {
        "address": ALICE,
        "score": "3.35000",
        "passing_score": True,
        "last_score_timestamp": "2025-03-01T01:02:03.456789+00:00",
        "expiration_timestamp": "2099-01-01T00:00:00+00:00",
        "threshold": "2.50000",
        "error": None,
        "stamps": {"Google": {"score": "3.35000", "dedup": False, "expiration_date": "2099-01-01T00:00:00+00:00"}},
        "points_data": None,
        "possible_points_data": None,
        "linked_score": None,
    }
    assert answered(answer) == (200, expected)
    assert list(answer.json()) == list(expected)
    assert all_rows() == before


@pytest.mark.parametrize(
    ("stamps", "answer"),
    [
        (None, {}),
        ({}, {}),
        ([], {}),
        ("", {}),
        (0, {}),
        (False, {}),
        ([1], [1]),
        ("x", "x"),
        ({"\\": {"\u00e9": 1.5}}, ...),
        ({"Google": {"score": "1.25000", "dedup": False, "expiration_date": None, "source_wallet": ALICE}}, ...),
    ],
)
def test_stored_stamps_are_answered_as_they_are_and_nothing_as_no_stamps(
    community: Any, stamps: Any, answer: Any
) -> None:
    stored(community, stamps=stamps)
    assert score_user().json()["stamps"] == (stamps if answer is ... else answer)


def test_a_stored_error_is_answered_as_it_is(community: Any) -> None:
    stored(community, failed=True)
    before = all_rows()
    status, score = answered(score_user())
    assert (status, score["error"], score["score"], score["threshold"]) == (200, "Invalid rule", "0.00000", "20.00000")
    assert (score["stamps"], score["last_score_timestamp"], score["passing_score"]) == ({}, None, False)
    assert all_rows() == before


@pytest.mark.parametrize("change", [{"expiration_date": None}, {"status": "PROCESSING", "expiration_date": None}])
def test_a_stored_score_without_an_expiry_is_answered_as_it_is(community: Any, change: dict[str, Any]) -> None:
    stored(community, **change)
    before = all_rows()
    status, score = answered(score_user())
    assert (status, score["score"], score["expiration_timestamp"]) == (200, "21.50000", None)
    assert all_rows() == before


def test_a_stored_score_is_good_until_it_has_expired(community: Any, frozen: datetime) -> None:
    row = stored(community, expiration_date=frozen)
    assert score_user().json()["score"] == "21.50000"
    row.expiration_date = frozen - timedelta(microseconds=1)
    row.save()
    assert score_user().json()["score"] == "0.00000"
    assert (score_row()["last_score_timestamp"], len(events("SCU"))) == (frozen, 1)


def test_without_a_score_it_is_computed_and_then_answered_as_stored(community: Any) -> None:
    hold("Google")
    computed = score_user().json()
    assert computed["score"] == "1.00000"
    hold("Github")
    before = all_rows()
    assert score_user().json() == computed
    assert all_rows() == before


def test_a_passport_without_a_score_is_scored(community: Any) -> None:
    PassportFactory(address=ALICE, community=community)
    assert score_user().json()["last_score_timestamp"] is not None
    assert Score.objects.get().status == "DONE"


def test_scores_of_others_and_of_other_communities_are_not_its_own(community: Any) -> None:
    ScoreFactory(passport__address=ALICE)
    ScoreFactory(passport__address=BOB, passport__community=community)
    assert score_user().json()["score"] == "0.00000"


def test_an_offset_is_answered_once_and_stored_in_utc(community: Any) -> None:
    hold(credential=resigned(issue("Google"), expirationDate="2099-01-01T02:00:00+02:00"))
    assert score_user().json()["expiration_timestamp"] == "2099-01-01T02:00:00+02:00"
    assert score_user().json()["expiration_timestamp"] == "2099-01-01T00:00:00+00:00"


@pytest.mark.parametrize("spelling", [ALICE, "0X" + ALICE[2:].upper(), "0x" + ALICE[2:].upper()])
def test_the_address_is_the_tokens_in_any_case(community: Any, spelling: str) -> None:
    stored(community)
    assert score_user(spelling).json()["address"] == ALICE
    token = access_token(did=f"did:pkh:eip155:1:{spelling}")
    assert score_user(ALICE, authorization=f"Bearer {token}").json()["score"] == "21.50000"


@pytest.mark.parametrize("address", [BOB, ALICE[2:]])
def test_anothers_address_is_401_and_nothing_is_written(community: Any, address: str) -> None:
    before = all_rows()
    assert answered(score_user(address)) == (401, ANOTHERS)
    assert all_rows() == before


def test_an_invalid_address_is_400_also_for_a_token_of_the_same_nonsense(community: Any) -> None:
    assert answered(score_user("0x1")) == (400, INVALID_ADDRESS)
    token = access_token(did="did:pkh:eip155:1:0x1")
    assert answered(score_user("0x1", authorization=f"Bearer {token}")) == (400, INVALID_ADDRESS)


def test_no_token_is_401_before_the_query_and_the_query_422_before_the_address() -> None:
    query = "?alternate_scorer_id=abc"
    assert answered(score_user("0x1", authorization="", query=query)) == (401, {"detail": "Unauthorized"})
    assert answered(score_user("0x1", query=query))[0] == 422


@pytest.mark.parametrize("value", ["abc", "1.5", "", "null"])
def test_an_alternate_scorer_that_is_no_integer_is_422(community: Any, value: str) -> None:
    status, answer = answered(score_user(query=f"?alternate_scorer_id={value}"))
    fault = {
        "type": "int_parsing",
        "loc": ["query", "alternate_scorer_id"],
        "msg": "Input should be a valid integer, unable to parse string as an integer",
    }
    assert (status, answer) == (422, {"detail": [fault]})


def test_another_scorer_of_any_account_can_be_asked_for(community: Any) -> None:
    other = CommunityFactory(threshold="7")
    assert score_user(query=f"?alternate_scorer_id={other.pk}").json()["threshold"] == "7.00000"
    assert passports() == [(ALICE, other.pk, None)]


def test_an_alternate_scorer_of_0_is_the_configured_one(community: Any) -> None:
    stored(community)
    assert score_user(query="?alternate_scorer_id=0").json()["score"] == "21.50000"


@pytest.mark.parametrize("scorer_id", [10**9, 2**63, 10**40, -1, -(2**63), -(10**40)])
def test_an_unknown_community_is_404_and_a_negative_one_is_not_the_demo_scorer(
    community: Any, settings: Settings, scorer_id: int
) -> None:
    settings.DEMO_API_SCORER_ID = community.pk
    CommunityFactory(external_scorer_id=str(scorer_id))
    before = all_rows()
    assert answered(score_user(query=f"?alternate_scorer_id={scorer_id}")) == (404, MISCONFIGURED)
    assert all_rows() == before


def test_a_missing_configured_community_is_404(settings: Settings) -> None:
    settings.CERAMIC_CACHE_SCORER_ID = 10**9
    assert answered(score_user()) == (404, MISCONFIGURED)


def test_anothers_address_is_401_before_the_community_is_404(settings: Settings) -> None:
    settings.CERAMIC_CACHE_SCORER_ID = 10**9
    assert answered(score_user(BOB)) == (401, ANOTHERS)


def test_a_stored_score_is_the_named_communitys_and_a_computed_one_its_siblings(community: Any) -> None:
    CommunityFactory(account=community.account, external_scorer_id=str(community.pk), threshold="7")
    assert score_user().json()["threshold"] == "7.00000"
    stored(community)
    assert score_user().json()["threshold"] == "20.00000"


def in_the_programme(community: Any) -> None:
    community.human_points_program = True
    community.save()


def test_points_are_answered_with_a_stored_score(community: Any) -> None:
    configure_points(PMT=300, HIM=1000)
    in_the_programme(community)
    stored(community)
    HumanPointsFactory(address=ALICE, action="PMT", chain_id=10, tx_hash="0x1")
    HumanPointsFactory(address=ALICE, action="HIM", chain_id=10, tx_hash="0x2")
    HumanPointsFactory(address=BOB, action="PMT", chain_id=10, tx_hash="0x1")
    HumanPointsMultiplierFactory(address=ALICE, multiplier=2)
    QualifiedUserFactory(address=ALICE)
    before = all_rows()
    score = score_user().json()
    assert score["points_data"] == {
        "total_points": 300,
        "is_eligible": True,
        "multiplier": 2,
        "breakdown": {"PMT": 300, "PMT_10": 300},
    }
    assert score["possible_points_data"] == {
        "total_points": 0,
        "is_eligible": False,
        "multiplier": 2,
        "breakdown": {"PMT": 300, "HIM": 1000},
    }
    assert all_rows() == before


def test_points_are_answered_with_a_computed_score_this_requests_awards_included(community: Any) -> None:
    configure_points(HKY=100)
    in_the_programme(community)
    community.scorer.threshold = 1
    community.scorer.save()
    hold("Google", "v0:a")
    assert score_user().json()["points_data"]["total_points"] == 100
    assert points() == [("HKY", "Google", "v0:a")]


def test_no_points_are_answered_while_they_are_off(community: Any, settings: Settings) -> None:
    in_the_programme(community)
    settings.HUMAN_POINTS_ENABLED = False
    for _ in ("computed", "stored"):
        score = score_user().json()
        assert (score["points_data"], score["possible_points_data"]) == (None, None)


def test_an_error_of_the_data_is_answered_stored_and_answered_again(community: Any) -> None:
    community.rule = "FIFO"
    community.save()
    first = answered(score_user())
    assert (first[0], first[1]["error"]) == (200, "Invalid rule")
    community.rule = "LIFO"
    community.save()
    assert answered(score_user()) == first


def test_a_scorer_of_an_unknown_type_is_400_with_a_text_of_its_own(settings: Settings) -> None:
    settings.CERAMIC_CACHE_SCORER_ID = CommunityFactory(scorer=WeightedScorerFactory(type="OTHER")).pk
    assert answered(score_user()) == (400, UNABLE)
    assert passports() == []


@pytest.mark.parametrize("evidence", [{"rawScore": "much", "threshold": "1"}, {"rawScore": "1"}, [1], "text"])
def test_a_stored_score_that_cannot_be_read_is_400(community: Any, evidence: Any) -> None:
    stored(community, evidence=evidence, score=0)
    assert answered(score_user()) == (400, UNABLE)


def test_a_database_that_fails_is_503(community: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    before = all_rows()
    before_saving(monkeypatch, fail)
    answer = score_user()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert all_rows() == before


def test_a_database_that_is_down_is_503(database_down: None) -> None:
    assert answered(score_user())[0] == 503


def test_a_stored_score_takes_one_round_trip(community: Any, round_trips: list[list[str]]) -> None:
    stored(community)
    score_user()
    assert round_trips == [["registry.stored_score"]]
