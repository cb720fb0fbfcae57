"""GET /v2/stamps/{scorer_id}/score/{address}: whom it answers, for which community, in which order it refuses
(contract, section 4.1). What it stores is in test_v2_score_rows."""

from datetime import datetime
from typing import Any
from urllib.parse import quote

import pytest
from pytest_django import Settings

from apps.registry import evaluation
from tests.endpoints.left_behind import ANALYTICS, all_rows, passports
from tests.endpoints.scoring_world import (
    ALICE,
    BOB,
    INVALID_ADDRESS,
    INVALID_KEY,
    NO_SCORER,
    Partner,
    answered,
    client,
    hold,
    score_v2,
)
from tests.factories.account import ApiKeyFactory, CommunityFactory
from tests.factories.scorer_weighted import BinaryScorerFactory, WeightedScorerFactory

pytestmark = pytest.mark.usefixtures("scoring_world")

NOT_AN_INTEGER = {
    "type": "int_parsing",
    "loc": ["path", "scorer_id"],
    "msg": "Input should be a valid integer, unable to parse string as an integer",
}


def test_it_answers_a_score_object_with_its_keys_in_order(frozen: datetime) -> None:
    partner = Partner(weights={"Google": "1.25", "Github": 2}, threshold="3.25")
    hold("Google")
    hold("Github")
    answer = partner.score()
    stamp = {"dedup": False, "expiration_date": "2099-01-01T00:00:00+00:00"}
    expected = {
        "address": ALICE,
        "score": "3.25000",
        "passing_score": True,
        "last_score_timestamp": "2026-01-02T03:04:05.678901+00:00",
        "expiration_timestamp": "2099-01-01T00:00:00+00:00",
        "threshold": "3.25000",
        "error": None,
        "stamps": {"Google": {"score": "1.25000", **stamp}, "Github": {"score": "2.00000", **stamp}},
        "points_data": None,
        "possible_points_data": None,
        "linked_score": None,
    }
    assert answered(answer) == (200, expected)
    assert list(answer.json()) == list(expected)


def test_an_address_without_stamps_scores_0(frozen: datetime) -> None:
    _, score = answered(Partner(threshold="20").score())
    assert (score["score"], score["passing_score"], score["threshold"]) == ("0.00000", False, "20.00000")
    assert (score["error"], score["stamps"], score["expiration_timestamp"]) == (None, {}, None)


def test_a_threshold_of_0_is_passed_without_stamps() -> None:
    assert Partner(threshold="0").score().json()["passing_score"] is True


@pytest.mark.parametrize("factory", [BinaryScorerFactory, WeightedScorerFactory])
def test_both_types_of_scorer_score_by_sum_and_threshold(factory: Any) -> None:
    WeightedScorerFactory()  # so that the ids of scorers and communities differ
    hold("Google")
    score = Partner(scorer=factory(weights={"Google": 0.30000000000000004}, threshold="0.3")).score().json()
    assert (score["score"], score["passing_score"], score["threshold"]) == ("0.30000", True, "0.30000")


@pytest.mark.parametrize(
    ("sent", "address"),
    [
        (ALICE.upper(), ALICE),
        ("0x" + "aB" * 20, "0x" + "ab" * 20),  # no checksum is enforced
        ("aB" * 20, "ab" * 20),  # another address than with the prefix
    ],
)
def test_the_address_is_lowercased_and_keeps_its_prefix_or_its_lack_of_one(sent: str, address: str) -> None:
    hold("Google", to=address)
    hold("Google", to=("0x" + address).replace("0x0x", ""))
    score = Partner().score(sent).json()
    assert (score["address"], len(score["stamps"])) == (address, 1)
    assert [held for held, _, _ in passports()] == [address]


@pytest.mark.parametrize("address", ["0x1", ALICE + "0", ALICE[:-1], "vitalik.eth", "0x" + "g" * 40, "0y" + "a" * 40])
def test_an_invalid_address_is_400_and_leaves_nothing_but_its_analytics(address: str) -> None:
    partner = Partner()
    before = all_rows()
    assert answered(partner.score(address)) == (400, INVALID_ADDRESS)
    assert all_rows(but=(ANALYTICS,)) == before


@pytest.mark.parametrize("query", ["?include_human_points=maybe", "?include_human_points=2"])
def test_a_query_that_is_no_boolean_is_422(query: str) -> None:
    status, body = answered(Partner().score(query=query))
    assert status == 422
    assert [entry["loc"] for entry in body["detail"]] == [["query", "include_human_points"]]
    assert {"type", "loc", "msg"} == set(body["detail"][0])


@pytest.mark.parametrize("scorer_id", ["abc", "1.5", "0x1", "1e3", "%20"])
def test_a_scorer_id_that_is_no_integer_is_422(scorer_id: str) -> None:
    assert answered(Partner().score(scorer_id=scorer_id)) == (422, {"detail": [NOT_AN_INTEGER]})


@pytest.mark.parametrize(
    "scorer_id", [10**9, 2**31, 2**63 - 1, 2**63, 99999999999999999999, 10**60, -1, -(2**63), -(10**30)]
)
def test_a_scorer_id_that_is_nobodys_is_404_whatever_its_size(scorer_id: int) -> None:
    partner = Partner()
    before = all_rows()
    assert answered(partner.score(scorer_id=scorer_id)) == (404, NO_SCORER)
    assert all_rows(but=(ANALYTICS,)) == before


def test_a_community_of_another_account_is_404() -> None:
    partner, other = Partner(), CommunityFactory(external_scorer_id="88881")
    assert answered(partner.score(scorer_id=other.pk)) == (404, NO_SCORER)
    assert answered(partner.score(scorer_id=88881)) == (404, NO_SCORER)


def test_a_community_is_found_by_its_external_id_first() -> None:
    partner = Partner(threshold="1")
    CommunityFactory(account=partner.key.account, external_scorer_id=str(partner.community.pk), threshold="2")
    assert partner.score().json()["threshold"] == "2.00000"


def test_an_external_id_of_another_account_does_not_hide_ones_own_community() -> None:
    partner = Partner(threshold="1")
    CommunityFactory(external_scorer_id=str(partner.community.pk), threshold="2")
    assert partner.score().json()["threshold"] == "1.00000"


def test_an_external_id_may_be_longer_than_any_id() -> None:
    partner = Partner(external_scorer_id="99999999999999999999", threshold="3")
    assert partner.score(scorer_id=99999999999999999999).json()["threshold"] == "3.00000"


def test_an_external_id_is_compared_with_the_decimal_text_of_the_id() -> None:
    partner = Partner(external_scorer_id="0077")
    assert answered(partner.score(scorer_id="0077")) == (404, NO_SCORER)


@pytest.mark.parametrize("text", ["my-scorer", "0x12", "Ünicode ✓", "1.5", "x" * 42])
def test_any_text_finds_a_community_of_the_keys_account_by_its_external_id(text: str) -> None:
    partner = Partner(external_scorer_id=text, threshold="3")
    assert partner.score(scorer_id=quote(text)).json()["threshold"] == "3.00000"


def test_a_text_that_is_the_external_id_of_another_account_is_422_and_leaves_no_row() -> None:
    partner = Partner()
    CommunityFactory(external_scorer_id="theirs")
    before = all_rows()
    assert answered(partner.score(scorer_id="theirs")) == (422, {"detail": [NOT_AN_INTEGER]})
    assert all_rows() == before


def test_a_soft_deleted_community_is_scored() -> None:
    assert Partner(deleted_at="2025-01-01T00:00:00Z").score().status_code == 200


def test_a_negative_id_means_the_demo_scorer(settings: Settings) -> None:
    partner = Partner(threshold="7")
    settings.DEMO_API_SCORER_ID = partner.community.pk
    assert partner.score(scorer_id=-1).json()["threshold"] == "7.00000"
    assert partner.score(scorer_id=-(10**30)).status_code == 200
    assert partner.score(scorer_id="-0").status_code == 404


def test_the_demo_scorer_is_404_for_a_key_of_another_account(settings: Settings) -> None:
    settings.DEMO_API_SCORER_ID = CommunityFactory().pk
    assert answered(Partner().score(scorer_id=-1)) == (404, NO_SCORER)


def test_a_negative_id_without_a_demo_scorer_is_404_even_where_it_is_an_external_id_of_others() -> None:
    CommunityFactory(external_scorer_id="-1")
    assert answered(Partner().score(scorer_id=-1)) == (404, NO_SCORER)


def test_an_unproven_key_is_401_before_anything_else() -> None:
    wrong = {"X-API-Key": "nobody00.secret"}
    for path in (f"abc/score/{ALICE}", "1/score/0x1", f"1/score/{ALICE}?include_human_points=maybe"):
        assert answered(client().get(f"/v2/stamps/{path}", headers=wrong)) == (401, INVALID_KEY)


def test_a_key_without_permission_is_403_before_the_parameters() -> None:
    key = ApiKeyFactory(read_scores=False)
    answer = score_v2("abc", "0x1", headers={"X-API-Key": key.secret})
    assert answered(answer) == (403, {"detail": "Invalid permissions for action."})


def test_wrong_parameters_are_422_before_the_rate_limit(settings: Settings) -> None:
    settings.RATELIMIT_ENABLE = True
    partner = Partner(key={"rate_limit": "0/1h"})
    assert partner.score(query="?include_human_points=maybe").status_code == 422
    assert partner.score(scorer_id="abc").status_code == 429


def test_the_rate_limit_is_429_before_the_community(settings: Settings) -> None:
    settings.RATELIMIT_ENABLE = True
    assert Partner(key={"rate_limit": "0/1h"}).score("0x1", scorer_id=10**9).status_code == 429


def test_the_community_is_404_before_the_address() -> None:
    assert answered(Partner().score("0x1", scorer_id=10**9)) == (404, NO_SCORER)


def test_the_error_of_the_data_is_found_after_the_address() -> None:
    assert answered(Partner(rule="FIFO").score("0x1")) == (400, INVALID_ADDRESS)


@pytest.mark.parametrize("path", ["/", "/more", "/more/", "%2Fmore"])
def test_anything_after_the_address_is_404(path: str) -> None:
    partner = Partner()
    assert answered(partner.score(ALICE + path)) == (404, {"detail": "Not Found"})


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_another_method_is_405_before_the_key_is_looked_at(method: str) -> None:
    answer = client().generic(method, f"/v2/stamps/1/score/{ALICE}")
    assert answered(answer) == (405, {"detail": "Method Not Allowed"})
    assert "GET" in answer.headers["Allow"]


def test_what_nobody_foresaw_is_500_with_the_endpoints_own_text(monkeypatch: pytest.MonkeyPatch) -> None:
    partner = Partner()
    before = all_rows()
    monkeypatch.setattr(evaluation, "compute", lambda *_, **__: 1 / 0)
    assert answered(partner.score()) == (500, {"detail": "Unexpected error while submitting passport"})
    assert all_rows(but=(ANALYTICS,)) == before


def test_a_scorer_of_an_unknown_type_is_500_and_leaves_no_passport() -> None:
    partner = Partner(scorer=WeightedScorerFactory(type="OTHER"))
    assert answered(partner.score()) == (500, {"detail": "Unexpected error while submitting passport"})
    assert passports() == []


def test_two_addresses_have_scores_of_their_own() -> None:
    partner = Partner(weights={"Google": 1})
    hold("Google", to=ALICE)
    assert [partner.score(who).json()["score"] for who in (ALICE, BOB)] == ["1.00000", "0.00000"]


def test_it_takes_two_round_trips(round_trips: list[list[str]]) -> None:
    partner = Partner()
    hold("Google")
    partner.score()
    assert [names[-1] for names in round_trips] == ["registry.snapshot.of_a_key", "account.record_request"]
    assert "commit" in round_trips[1]
