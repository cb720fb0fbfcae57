"""POST /internal/embed/stamps/{address} (contract, sections 4.3 and 4.5.1)."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from pytest_django import Settings

from apps.ceramic_cache.models import CeramicCache
from tests.endpoints.disturbing import before_saving, deadlock, end_the_connection, fail
from tests.endpoints.left_behind import ANALYTICS, all_rows, events, points, score_row
from tests.endpoints.scoring_world import (
    ALICE,
    BOB,
    EXPIRY,
    INVALID_ADDRESS,
    ISSUED,
    PAST,
    STRANGER,
    answered,
    hold,
    issue,
    store_embed,
    unsigned,
)
from tests.factories.account import CommunityFactory
from tests.factories.ceramic_cache import RevocationFactory
from tests.factories.scorer_weighted import WeightedScorerFactory

pytestmark = pytest.mark.usefixtures("scoring_world")

INVALID_SCORER = {"detail": "Invalid scorer_id"}


@pytest.fixture
def community(scoring_world: None) -> Any:
    return CommunityFactory(weights={"Google": 1, "Github": 2})


def body(community: Any, *stamps: Any) -> dict[str, Any]:
    return {"scorer_id": community.pk, "stamps": list(stamps)}


def live() -> list[tuple[str, Any]]:
    """Provider and credential of the rows that are not deleted, in order."""
    rows = CeramicCache.objects.filter(deleted_at=None).order_by("id")
    return list(rows.values_list("provider", "stamp"))


def test_it_stores_the_stamps_and_answers_them_with_the_score(community: Any, frozen: datetime) -> None:
    stamps = [issue("Google"), issue("Github")]
    status, answer = answered(store_embed(body(community, *stamps)))
    rows = CeramicCache.objects.order_by("id")
    assert (status, answer["success"], answer["score"]["score"]) == (200, True, "3.00000")
    assert answer["stamps"] == [
        {"id": row.pk, "address": ALICE, "provider": provider, "stamp": stamp}
        for row, provider, stamp in zip(rows, ("Google", "Github"), stamps, strict=True)
    ]
    assert rows.values().first() == {
        "id": rows[0].pk,
        "type": 1,
        "address": ALICE,
        "provider": "Google",
        "stamp": stamps[0],
        "proof_value": stamps[0]["proof"]["proofValue"],
        "created_at": frozen,
        "updated_at": frozen,
        "deleted_at": None,
        "issuance_date": ISSUED,
        "expiration_date": EXPIRY,
        "compose_db_save_status": "pending",
        "compose_db_stream_id": "",
        "source_app": 2,
        "source_scorer_id": community.pk,
    }


def test_an_upper_case_address_is_stored_in_lower_case(community: Any) -> None:
    assert store_embed(body(community, issue("Google")), "0X" + ALICE[2:].upper()).json()["score"]["score"] == "1.00000"
    assert CeramicCache.objects.get().address == ALICE


def test_it_retires_the_live_v1_rows_of_the_same_providers_and_no_others(community: Any, frozen: datetime) -> None:
    old = hold("Google", "v0:old")
    others = [
        hold("Github"),
        hold("Google", type=2, updated_at=PAST),
        hold("Google", to=BOB),
        hold("Google", deleted_at=PAST),
    ]
    before = list(CeramicCache.objects.exclude(pk=old.pk).order_by("id").values())
    new = issue("Google", "v0:new")
    answer = store_embed(body(community, new)).json()
    retired = CeramicCache.objects.filter(pk=old.pk).values().get()
    assert (retired["deleted_at"], retired["updated_at"], retired["stamp"]) == (frozen, frozen, old.stamp)
    assert list(CeramicCache.objects.filter(pk__in=[other.pk for other in others]).order_by("id").values()) == before
    assert [stamp["stamp"] for stamp in answer["stamps"]] == [others[0].stamp, new]
    assert answer["score"]["score"] == "3.00000"


def test_a_new_credential_takes_the_place_of_a_revoked_one(community: Any) -> None:
    """The same one, stored again, stays revoked (D23)."""
    RevocationFactory(ceramic_cache=hold("Google"))
    assert store_embed(body(community, issue("Google"))).json()["stamps"] == []
    assert len(store_embed(body(community, issue("Google", "v0:new"))).json()["stamps"]) == 1


def test_what_does_not_count_is_stored_and_listed_all_the_same(community: Any) -> None:
    stamps = [issue("Google", expires_at=PAST), issue("Github", key=STRANGER), unsigned("Discord"), issue("X", to=BOB)]
    answer = store_embed(body(community, *stamps)).json()
    assert [stamp["stamp"] for stamp in answer["stamps"]] == stamps
    assert (answer["score"]["score"], answer["score"]["stamps"]) == ("0.00000", {})
    assert CeramicCache.objects.filter(address=ALICE).count() == 4


def test_an_empty_list_scores_what_is_there(community: Any) -> None:
    hold("Google")
    before = list(CeramicCache.objects.values())
    status, answer = answered(store_embed(body(community)))
    assert (status, answer["score"]["score"], len(answer["stamps"])) == (200, "1.00000", 1)
    assert list(CeramicCache.objects.values()) == before


# What PostgreSQL's jsonb makes of a text, which is what every reader of the column has always seen.
TEXTS = {
    '{"a": 1.10, "b": 1e2, "c": 0.1e-1}': '{"a": 1.10, "b": 100, "c": 0.01}',
    '{"a": 123456789012345678901234567890}': '{"a": 123456789012345678901234567890}',
    '{"bb": 1, "a": 2, "bb": 3}': '{"a": 2, "bb": 3}',
    '{"\\u00e9": "\\ud83d\\ude00 \u4e2d"}': '{"\u00e9": "\U0001f600 \u4e2d"}',
    '{"a": null, "b": [], "c": {}, "d": false}': '{"a": null, "b": [], "c": {}, "d": false}',
}


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
def test_a_stamp_is_stored_and_answered_as_it_was_sent(community: Any, text: str) -> None:
    credential = json.dumps(unsigned("Google"))[:-1] + f', "sent": {text}}}'
    answer = store_embed(f'{{"scorer_id": {community.pk}, "stamps": [{credential}]}}')
    assert answer.status_code == 200
    assert f'"sent": {TEXTS[text]}' in answer.content.decode()
    assert CeramicCache.objects.get().stamp["sent"] == json.loads(text)


def test_of_a_repeated_key_of_the_body_the_last_one_counts(community: Any) -> None:
    first, last = json.dumps([unsigned("First"), unsigned("Second")]), json.dumps([unsigned("Last")])
    store_embed(f'{{"stamps": {first}, "scorer_id": 0, "scorer_id": {community.pk}, "stamps": {last}}}')
    assert [provider for provider, _ in live()] == ["Last"]


def test_unknown_keys_are_ignored(community: Any) -> None:
    assert store_embed({**body(community), "more": [1]}).status_code == 200


@pytest.mark.parametrize("convert", [str, float, lambda number: f" {number} "])
def test_a_scorer_id_may_be_a_text_or_a_whole_float(community: Any, convert: Any) -> None:
    assert store_embed({"scorer_id": convert(community.pk), "stamps": []}).status_code == 200


@pytest.mark.parametrize(
    ("sent", "kind", "where"),
    [
        ({"scorer_id": "abc", "stamps": []}, "int_parsing", "scorer_id"),
        ({"scorer_id": 1.5, "stamps": []}, "int_from_float", "scorer_id"),
        ({"stamps": []}, "missing", "scorer_id"),
        ({"scorer_id": 1}, "missing", "stamps"),
        ({"scorer_id": 1, "stamps": {}}, "list_type", "stamps"),
        ({"scorer_id": 1, "stamps": None}, "list_type", "stamps"),
    ],
)
def test_a_wrong_shape_is_422_before_the_address(sent: Any, kind: str, where: str) -> None:
    status, answer = answered(store_embed(sent, "0x1"))
    assert status == 422
    assert [(fault["type"], fault["loc"]) for fault in answer["detail"]] == [(kind, ["body", "payload", where])]
    assert set(answer["detail"][0]) == {"type", "loc", "msg"}


def test_all_that_is_missing_is_named() -> None:
    _, answer = answered(store_embed({}))
    assert [(fault["loc"][-1], fault["msg"]) for fault in answer["detail"]] == [
        ("scorer_id", "Field required"),
        ("stamps", "Field required"),
    ]


@pytest.mark.parametrize("text", ["nope", " ", "{", '{"scorer_id": NaN, "stamps": []}', b"\xff", '"\\ud800"'])
def test_a_body_that_is_no_json_is_400_for_those_who_may_ask(text: Any) -> None:
    assert answered(store_embed(text, "0x1")) == (400, {"detail": "Cannot parse request body"})
    assert answered(store_embed(text, "0x1", token="wrong")) == (401, {"detail": "Unauthorized"})


@pytest.mark.parametrize("token", ["", "wrong", "Bearer development-internal-token"])
def test_another_token_is_401_and_nothing_is_stored(community: Any, token: str) -> None:
    before = all_rows()
    assert answered(store_embed(body(community, issue("Google")), token=token)) == (401, {"detail": "Unauthorized"})
    assert all_rows() == before


def test_an_invalid_address_is_400_before_too_many_stamps(community: Any) -> None:
    assert answered(store_embed(body(community, *[1] * 101), "0x1")) == (400, INVALID_ADDRESS)


def test_too_many_stamps_are_422_before_what_is_wrong_with_them(community: Any) -> None:
    before = all_rows()
    expected = (422, {"detail": "You have submitted too many stamps."})
    assert answered(store_embed(body(community, *[1] * 101))) == expected
    assert all_rows() == before


def test_a_hundred_stamps_are_not_too_many(community: Any) -> None:
    answer = store_embed(body(community, *(unsigned(f"P{number}") for number in range(100))))
    assert len(answer.json()["stamps"]) == 100


@pytest.mark.parametrize(
    "stamp",
    [None, "a text", [], unsigned("Google"), unsigned("X", proof=...), unsigned("X", credentialSubject=...)],
    ids=["null", "text", "list", "same provider", "no proof", "no provider"],
)
def test_a_wrong_item_is_400_before_the_scorer_and_nothing_is_written(stamp: Any) -> None:
    hold("Google")
    before = all_rows()
    status, answer = answered(store_embed({"scorer_id": 10**9, "stamps": [unsigned("Google"), stamp]}))
    assert status == 400
    assert answer["detail"].startswith("Stamp 1: ")
    assert all_rows() == before


@pytest.mark.parametrize("scorer_id", [10**9, 2**63, 10**40, -1, -(10**40)])
def test_an_unknown_community_is_400_and_nothing_is_written(scorer_id: int) -> None:
    hold("Google")
    before = all_rows()
    assert answered(store_embed({"scorer_id": scorer_id, "stamps": [issue("Google")]})) == (400, INVALID_SCORER)
    assert all_rows() == before


def test_a_negative_id_means_the_demo_scorer_also_as_the_source(community: Any, settings: Settings) -> None:
    settings.DEMO_API_SCORER_ID = community.pk
    assert store_embed({"scorer_id": -1, "stamps": [issue("Google")]}).json()["score"]["score"] == "1.00000"
    assert CeramicCache.objects.get().source_scorer_id == community.pk


def test_a_sibling_with_the_id_as_its_external_id_is_scored_instead(community: Any) -> None:
    CommunityFactory(account=community.account, external_scorer_id=str(community.pk), threshold="7")
    answer = store_embed(body(community, issue("Google"))).json()
    assert (answer["score"]["threshold"], len(answer["stamps"])) == ("7.00000", 1)


@pytest.mark.parametrize("member", ["issuanceDate", "expirationDate"])
@pytest.mark.parametrize(
    ("text", "stored"),
    [
        (None, None),
        (..., None),
        ("2098-05-06T07:08:09.123456Z", datetime(2098, 5, 6, 7, 8, 9, 123456, tzinfo=UTC)),
        ("2098-05-06T07:08:09+02:00", datetime(2098, 5, 6, 5, 8, 9, tzinfo=UTC)),
        ("2098-05-06T07:08:09", datetime(2098, 5, 6, 7, 8, 9, tzinfo=UTC)),
        ("2098-05-06", datetime(2098, 5, 6, tzinfo=UTC)),
    ],
)
def test_dates_are_stored_as_moments(community: Any, member: str, text: Any, stored: datetime | None) -> None:
    assert store_embed(body(community, unsigned("Google", **{member: text}))).status_code == 200
    column = {"issuanceDate": "issuance_date", "expirationDate": "expiration_date"}[member]
    assert getattr(CeramicCache.objects.get(), column) == stored


def test_a_value_that_the_database_cannot_hold_is_400_and_nothing_is_written(community: Any) -> None:
    hold("Google")
    before = all_rows()
    for value in ("a\x00b", {"\x00": 1}):
        status, answer = answered(store_embed(body(community, unsigned("Google", more=value))))
        assert (status, answer) == (400, {"detail": "A stamp holds a value that cannot be stored."})
    assert all_rows() == before


@pytest.mark.parametrize("break_down", [fail, end_the_connection])
def test_a_database_that_fails_is_503_and_the_stamps_are_as_before(
    community: Any, monkeypatch: pytest.MonkeyPatch, break_down: Any
) -> None:
    hold("Google")
    before = all_rows()
    before_saving(monkeypatch, break_down)
    answer = store_embed(body(community, issue("Google", "v0:new"), issue("Github")))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert all_rows() == before


def test_a_deadlock_stores_the_stamps_once(community: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    before_saving(monkeypatch, deadlock, times=2)
    assert len(store_embed(body(community, issue("Google"))).json()["stamps"]) == 1
    assert (CeramicCache.objects.count(), len(events("SCU"))) == (1, 1)


def test_an_error_of_the_data_keeps_the_stamps(community: Any) -> None:
    community.rule = "FIFO"
    community.save()
    status, answer = answered(store_embed(body(community, issue("Google"))))
    assert (status, answer["score"]["error"], len(answer["stamps"])) == (200, "Invalid rule", 1)
    assert (score_row()["status"], len(live())) == ("ERROR", 1)


def test_a_scorer_of_an_unknown_type_is_500_and_nothing_is_stored() -> None:
    community = CommunityFactory(scorer=WeightedScorerFactory(type="OTHER"))
    before = all_rows()
    status, answer = answered(store_embed(body(community, issue("Google"))))
    assert (status, answer) == (500, {"detail": "Internal Server Error"})
    assert all_rows() == before


def test_points_are_earned_and_not_answered() -> None:
    community = CommunityFactory(human_points_program=True, threshold="0")
    answer = store_embed(body(community, issue("Google", "v0:a"))).json()
    assert answer["score"]["points_data"] is None
    assert points() == [("HKY", "Google", "v0:a")]


def test_it_takes_two_round_trips_and_leaves_no_analytics(community: Any, round_trips: list[list[str]]) -> None:
    store_embed(body(community, *(issue(provider) for provider in ("Google", "Github", "Discord"))))
    assert len(round_trips) == 2
    assert ANALYTICS not in all_rows()
