"""POST /ceramic-cache/stamps/bulk (contract, sections 4.5 and 4.5.1). How stamps are stored is in test_embed_stamps."""

from datetime import datetime
from typing import Any

import pytest
from pytest_django import Settings

from apps.ceramic_cache.models import CeramicCache
from tests.endpoints.disturbing import before_saving, fail
from tests.endpoints.left_behind import ANALYTICS, all_rows, passports, points, score_row
from tests.endpoints.scoring_world import (
    ALICE,
    BOB,
    EXPIRY,
    INVALID_ADDRESS,
    ISSUED,
    access_token,
    answered,
    client,
    configure_points,
    hold,
    issue,
    items,
    store_bulk,
    unsigned,
    user,
)
from tests.factories.account import CommunityFactory
from tests.factories.scorer_weighted import WeightedScorerFactory

pytestmark = pytest.mark.usefixtures("scoring_world")


@pytest.fixture
def community(scoring_world: None, settings: Settings) -> Any:
    """The UI's community."""
    community = CommunityFactory(weights={"Google": 1, "Github": 2})
    settings.CERAMIC_CACHE_SCORER_ID = community.pk
    return community


def test_it_stores_the_stamps_of_the_tokens_address_and_answers_201(community: Any, frozen: datetime) -> None:
    stamps = [issue("Google"), issue("Github")]
    answer = store_bulk(items(*stamps))
    status, found = answered(answer)
    rows = CeramicCache.objects.order_by("id")
    assert (status, found["success"], found["score"]["score"]) == (201, True, "3.00000")
    assert found["stamps"] == [
        {"id": row.pk, "address": ALICE, "provider": provider, "stamp": stamp}
        for row, provider, stamp in zip(rows, ("Google", "Github"), stamps, strict=True)
    ]
    assert list(found) == ["success", "stamps", "score"]
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
        "source_app": 1,
        "source_scorer_id": community.pk,
    }
    assert passports() == [(ALICE, community.pk, None)]


def test_an_items_own_address_does_not_count(community: Any) -> None:
    sent = {"provider": "Google", "stamp": issue("Google"), "address": BOB, "more": 1}
    answer = store_bulk([sent]).json()
    row = CeramicCache.objects.get()
    assert (row.address, row.provider) == (ALICE, "Google")
    assert answer["score"]["stamps"]["Google"]["score"] == "1.00000"


def test_it_replaces_the_stamps_of_the_items_providers(community: Any) -> None:
    google, filed_elsewhere = hold("Google"), hold("Lens", provider="Github")
    store_bulk(items(issue("Github", "v0:new")))
    live = CeramicCache.objects.filter(deleted_at=None)
    assert google in live
    assert filed_elsewhere not in live


def test_a_foreign_credential_is_stored_and_does_not_count(community: Any) -> None:
    answer = store_bulk(items(issue("Google", to=BOB))).json()
    assert (len(answer["stamps"]), answer["score"]["stamps"]) == (1, {})
    assert CeramicCache.objects.get().address == ALICE


def test_an_empty_array_scores_what_is_there(community: Any) -> None:
    hold("Google")
    status, answer = answered(store_bulk([]))
    assert (status, answer["score"]["score"], len(answer["stamps"])) == (201, "1.00000", 1)


def test_a_v2_stamp_counts_stays_and_is_not_listed(community: Any) -> None:
    hold("Github", type=2)
    answer = store_bulk(items(issue("Google"))).json()
    assert [stamp["provider"] for stamp in answer["stamps"]] == ["Google"]
    assert answer["score"]["score"] == "3.00000"


@pytest.mark.parametrize("did", ["{}", "did:pkh:eip155:1:{}", "did:pkh:eip155:10:{}", "anything:{}"])
@pytest.mark.parametrize("address", [ALICE, "0X" + ALICE[2:].upper(), "0x" + "aB" * 20])
def test_the_address_is_the_last_part_of_the_did_in_lower_case(community: Any, did: str, address: str) -> None:
    token = access_token(did=did.format(address))
    answer = store_bulk([], authorization=f"Bearer {token}").json()
    assert answer["score"]["address"] == address.lower()


@pytest.mark.parametrize(
    ("sent", "where", "kind"),
    [
        ([{"stamp": {}}], [0, "provider"], "missing"),
        ([{"provider": "a", "stamp": {}}, {"provider": None, "stamp": {}}], [1, "provider"], "string_type"),
        ([{"provider": 5, "stamp": {}}], [0, "provider"], "string_type"),
        ([{"provider": "a", "stamp": {}, "address": 5}], [0, "address"], "string_type"),
        ({}, [], "list_type"),
        (None, [], "list_type"),
    ],
)
def test_a_wrong_shape_is_422(community: Any, sent: Any, where: list[Any], kind: str) -> None:
    status, answer = answered(store_bulk(sent))
    assert status == 422
    assert [(fault["loc"], fault["type"]) for fault in answer["detail"]] == [(["body", "payload", *where], kind)]
    assert set(answer["detail"][0]) == {"type", "loc", "msg"}


def test_the_shape_is_422_before_too_many_and_too_many_before_the_tokens_address(community: Any) -> None:
    nobody = f"Bearer {access_token(did='did:pkh:eip155:1:0x1')}"
    item = {"provider": "Google", "stamp": unsigned("Google")}
    assert answered(store_bulk([{}, *[item] * 100], authorization=nobody))[1]["detail"][0]["type"] == "missing"
    too_many = (422, {"detail": "You have submitted too many stamps."})
    assert answered(store_bulk([item] * 101, authorization=nobody)) == too_many


def test_a_token_without_an_address_is_400_before_the_items_and_nothing_is_written(community: Any) -> None:
    before = all_rows()
    for did in ("did:pkh:eip155:1:0x1", "nobody", ":"):
        answer = store_bulk([{"provider": "Google"}], authorization=f"Bearer {access_token(did=did)}")
        assert answered(answer) == (400, INVALID_ADDRESS)
    assert all_rows() == before


@pytest.mark.parametrize(
    "item",
    [
        {"provider": "X"},
        {"provider": "X", "stamp": None},
        {"provider": "X", "stamp": "text"},
        {"provider": "X", "stamp": unsigned("X", proof={})},
        {"provider": "Google", "stamp": unsigned("X")},
        {"provider": "", "stamp": unsigned("X")},
        {"provider": "x" * 257, "stamp": unsigned("X")},
        {"provider": "X", "stamp": unsigned("X", issuanceDate="yesterday")},
    ],
    ids=["missing", "null", "text", "no proof value", "same provider", "no provider", "long provider", "no date"],
)
def test_a_wrong_item_is_400_before_the_community_and_nothing_is_written(item: Any, settings: Settings) -> None:
    settings.CERAMIC_CACHE_SCORER_ID = 10**9
    hold("Google")
    before = all_rows()
    status, answer = answered(store_bulk([*items(unsigned("Google")), item]))
    assert status == 400
    assert answer["detail"].startswith("Stamp 1: ")
    assert all_rows() == before


def test_without_the_configured_community_it_is_404_and_nothing_is_written(settings: Settings) -> None:
    settings.CERAMIC_CACHE_SCORER_ID = 10**9
    hold("Google")
    before = all_rows()
    assert answered(store_bulk(items(issue("Google")))) == (404, {"detail": "Not Found"})
    assert all_rows() == before


def test_a_sibling_with_the_id_as_its_external_id_is_scored_instead(community: Any) -> None:
    CommunityFactory(account=community.account, external_scorer_id=str(community.pk), threshold="7")
    answer = store_bulk(items(issue("Google"))).json()
    assert (answer["score"]["threshold"], len(answer["stamps"])) == ("7.00000", 1)


@pytest.mark.parametrize("text", ["nope", "[", "[NaN]", b"\xff"])
def test_a_body_that_is_no_json_is_400_for_those_who_may_ask(text: Any) -> None:
    assert answered(store_bulk(text)) == (400, {"detail": "Cannot parse request body"})
    assert answered(store_bulk(text, authorization="")) == (401, {"detail": "Unauthorized"})


def test_a_body_is_json_whatever_its_content_type_says(community: Any) -> None:
    answer = client().post("/ceramic-cache/stamps/bulk", b"[]", content_type="text/plain", headers=user())
    assert answer.status_code == 201


def test_a_body_that_is_too_large_is_413_in_json(community: Any, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    status, answer = answered(store_bulk("[" + " " * 100 + "]"))
    assert (status, bool(answer["detail"])) == (413, True)


def test_points_are_answered_where_the_community_is_in_the_programme(community: Any) -> None:
    configure_points(HKY=100)
    community.human_points_program = True
    community.save()
    community.scorer.threshold = 1
    community.scorer.save()
    score = store_bulk(items(issue("Google", "v0:a"))).json()["score"]
    assert points() == [("HKY", "Google", "v0:a")]
    assert score["points_data"] == {
        "total_points": 100,
        "is_eligible": True,
        "multiplier": 1,
        "breakdown": {"HKY": 100},
    }
    assert score["possible_points_data"]["breakdown"] == {"HKY": 100}


def test_no_points_are_answered_elsewhere(community: Any) -> None:
    score = store_bulk([]).json()["score"]
    assert (score["points_data"], score["possible_points_data"]) == (None, None)


def test_an_error_of_the_data_is_201_and_keeps_the_stamps(community: Any) -> None:
    community.rule = "FIFO"
    community.save()
    status, answer = answered(store_bulk(items(issue("Google"))))
    assert (status, answer["score"]["error"], len(answer["stamps"])) == (201, "Invalid rule", 1)
    assert (score_row()["status"], CeramicCache.objects.count()) == ("ERROR", 1)


def test_a_database_that_fails_is_503_and_the_stamps_are_as_before(
    community: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold("Google")
    before = all_rows()
    before_saving(monkeypatch, fail)
    answer = store_bulk(items(issue("Google", "v0:new"), issue("Github")))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert all_rows() == before


def test_a_scorer_of_an_unknown_type_is_500_and_nothing_is_stored(settings: Settings) -> None:
    settings.CERAMIC_CACHE_SCORER_ID = CommunityFactory(scorer=WeightedScorerFactory(type="OTHER")).pk
    before = all_rows()
    assert answered(store_bulk(items(issue("Google")))) == (500, {"detail": "Internal Server Error"})
    assert all_rows() == before


def test_it_takes_two_round_trips_and_leaves_no_analytics(community: Any, round_trips: list[list[str]]) -> None:
    store_bulk(items(*(issue(provider) for provider in ("Google", "Github", "Discord"))))
    assert len(round_trips) == 2
    assert ANALYTICS not in all_rows()
