"""API3: members that a caller adds set nothing, and an answer has no more than its description."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from apps.ceramic_cache.models import CeramicCache
from tests.endpoints.scoring_world import (
    ALICE,
    BOB,
    Partner,
    hold,
    internal,
    issue,
    items,
    score_user,
    store_bulk,
    store_embed,
)
from tests.factories.account import CommunityFactory

pytestmark = pytest.mark.usefixtures("scoring_world")

# Columns of the rows that are written, and parts of what decides.
COLUMNS = {
    "id": 1,
    "type": 2,
    "address": BOB,
    "deleted_at": "2020-01-01T00:00:00Z",
    "created_at": "2000-01-01T00:00:00Z",
    "updated_at": "2098-01-01T00:00:00Z",
    "source_app": 7,
    "source_scorer_id": 7,
    "compose_db_save_status": "saved",
    "proof_value": "mine",
    "issuance_date": None,
    "revoked": False,
    "score": "100",
    "threshold": "0",
    "weights": {"Google": 100},
    "trusted_issuers": ["did:ethr:0x1"],
    "is_staff": True,
    "now": "2000-01-01T00:00:00Z",
    "__class__": "x",
    "__proto__": {"a": 1},
}


@pytest.fixture(autouse=True)
def community(scoring_world: None, settings: Settings) -> Any:
    """The UI's community."""
    community = CommunityFactory(weights={"Google": 1}, threshold="20")
    settings.CERAMIC_CACHE_SCORER_ID = community.pk
    return community


def stored() -> dict[str, Any]:
    """The one row, less what differs from run to run."""
    names = [field.attname for field in CeramicCache._meta.concrete_fields if field.attname not in ("id", "stamp")]
    (row,) = CeramicCache.objects.values(*names)
    return row


def answer_of(answer: Any) -> dict[str, Any]:
    """The score, less its time."""
    score: dict[str, Any] = {**answer.json()["score"], "last_score_timestamp": None}
    return score


def test_columns_that_are_added_to_an_item_set_nothing(frozen: Any) -> None:
    (item,) = items(issue("Google"))
    plain = answer_of(store_bulk([item])), stored()
    CeramicCache.objects.all().delete()
    assert (answer_of(store_bulk([{**COLUMNS, **item}])), stored()) == plain


def test_columns_that_are_added_to_a_body_set_nothing(community: Any, frozen: Any) -> None:
    body = {"scorer_id": community.pk, "stamps": [issue("Google")]}
    plain = answer_of(store_embed(body)), stored()
    CeramicCache.objects.all().delete()
    assert (answer_of(store_embed({**COLUMNS, **body})), stored()) == plain


@pytest.mark.parametrize("name", COLUMNS)
def test_a_parameter_that_is_added_to_a_query_decides_nothing(name: str) -> None:
    hold("Google")
    partner = Partner(weights={"Google": 1}, threshold="20")
    plain = {**partner.score().json(), "last_score_timestamp": None}
    asked = partner.score(query=f"?{name}=0&passing_score=true&include_human_points=false").json()
    assert {**asked, "last_score_timestamp": None} == plain
    assert plain["passing_score"] is False


def test_answers_have_no_more_than_their_description() -> None:
    partner = Partner(weights={"Google": 1})
    hold("Google")
    answers = {
        "/v2/stamps/{scorer_id}/score/{address}": partner.score(),
        "/ceramic-cache/score/{address}": score_user(),
        "/internal/score/v2/{scorer_id}/{address}": get(f"/internal/score/v2/{partner.community.pk}/{ALICE}"),
        "/internal/embed/score/{scorer_id}/{address}": get(f"/internal/embed/score/{partner.community.pk}/{ALICE}"),
        "/internal/embed/validate-api-key": get(
            "/internal/embed/validate-api-key", **{"X-API-Key": partner.key.secret}
        ),
    }
    description = Client().get("/openapi.json").json()
    for path, answer in answers.items():
        assert answer.status_code == 200, path
        assert members(answer.json()) == described(description, path), path


def get(path: str, **headers: str) -> Any:
    return Client(raise_request_exception=False).get(path, headers=headers or internal())


def members(value: dict[str, Any]) -> set[str]:
    return set(value)


def described(description: Any, path: str) -> set[str]:
    """The members of the answer's schema."""
    success = description["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    name = success["$ref"].rpartition("/")[2]
    return set(description["components"]["schemas"][name]["properties"])
