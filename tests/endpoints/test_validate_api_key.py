"""GET /internal/embed/validate-api-key (contract, section 4.4). More of what keys are in test_v2_score_keys."""

from datetime import datetime
from typing import Any

import pytest
from pytest_django import Settings

from apps.account import services
from apps.account.models import AccountAPIKey
from tests.endpoints.left_behind import all_rows, calls
from tests.endpoints.scoring_world import INVALID_KEY, PAST, answered, client
from tests.factories.account import ApiKeyFactory, sha256_hash

pytestmark = pytest.mark.usefixtures("scoring_world")

PATH = "/internal/embed/validate-api-key"
SECRET = "abcd1234.correct-horse"


def validate(key: str = SECRET, **headers: str) -> Any:
    return client().get(PATH, headers=headers or {"X-API-Key": key})


@pytest.mark.parametrize("limit", ["125/15m", "350/15m", "", None, "anything"])
def test_it_answers_the_embed_limit_as_it_is_stored_and_writes_nothing(limit: str | None) -> None:
    ApiKeyFactory(secret=SECRET, embed_rate_limit=limit, rate_limit="1/1h", analysis_rate_limit="2/1h")
    before = all_rows()
    assert answered(validate()) == (200, {"embed_rate_limit": limit})
    assert all_rows() == before


def test_permission_to_read_scores_is_not_needed_and_no_limit_applies(settings: Settings) -> None:
    settings.RATELIMIT_ENABLE = True
    ApiKeyFactory(secret=SECRET, read_scores=False, rate_limit="0/1h", embed_rate_limit="0/1h")
    assert [validate().status_code for _ in range(3)] == [200] * 3


@pytest.mark.parametrize("headers", [{"Authorization": f"Bearer {SECRET}"}, {"Authorization": f"Token {SECRET}"}])
def test_a_key_may_be_in_authorization(headers: dict[str, str]) -> None:
    ApiKeyFactory(secret=SECRET)
    assert validate(**headers).status_code == 200


@pytest.mark.parametrize(
    "headers", [{"X-Other": "x"}, {"X-API-Key": ""}, {"Authorization": SECRET}, {"X-API-Key": "abcd1234.wrong"}]
)
def test_a_missing_or_wrong_key_is_401(headers: dict[str, str]) -> None:
    ApiKeyFactory(secret=SECRET)
    assert answered(validate(**headers)) == (401, INVALID_KEY)


def test_an_alias_means_the_demo_key_in_both_headers(settings: Settings) -> None:
    settings.DEMO_API_KEY, settings.DEMO_API_KEY_ALIASES = SECRET, ["demo"]
    ApiKeyFactory(secret=SECRET, embed_rate_limit="7/1h")
    for headers in ({"X-API-Key": "demo"}, {"Authorization": "Bearer demo"}):
        assert answered(validate(**headers)) == (200, {"embed_rate_limit": "7/1h"})


def test_the_first_use_of_an_old_key_stores_its_sha256_and_nothing_else() -> None:
    ApiKeyFactory(secret=SECRET, form="pbkdf2")
    before = AccountAPIKey.objects.values().get()
    assert validate().status_code == 200
    assert AccountAPIKey.objects.values().get() == {**before, "hashed_key_sha256": sha256_hash(SECRET)}
    assert validate().status_code == 200


@pytest.mark.parametrize("form", ["sha256", "sha256_only", "pbkdf2"])
@pytest.mark.parametrize("refused", [{"revoked": True}, {"expiry_date": PAST}])
def test_a_refused_key_is_401_is_not_migrated_and_leaves_one_row(
    form: str, refused: dict[str, Any], frozen: datetime
) -> None:
    key = ApiKeyFactory(secret=SECRET, form=form, **refused)
    stored = key.hashed_key_sha256
    assert answered(validate()) == (401, INVALID_KEY)
    assert AccountAPIKey.objects.get().hashed_key_sha256 == stored
    (call,) = calls()
    assert call.pop("error")
    assert call == {
        "api_key_id": key.id,
        "created_at": frozen,
        "path": PATH,
        "path_segments": ["internal", "embed", "validate-api-key"],
        "base_path": None,
        "query_params": {},
        "headers": {"Cookie": "***", "X-Api-Key": "***"},
        "payload": None,
        "response": None,
        "response_skipped": False,
        "status_code": 401,
    }


def test_a_wrong_secret_leaves_one_row_and_an_unknown_prefix_none() -> None:
    ApiKeyFactory(secret=SECRET)
    validate("abcd1234.wrong")
    validate("unknown0.wrong")
    assert [call["status_code"] for call in calls()] == [401]


def test_an_old_key_cannot_be_checked_while_all_turns_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "PBKDF2_WAIT_SECONDS", 0.01)
    ApiKeyFactory(secret=SECRET, form="pbkdf2")
    with services._pbkdf2_turns:
        answer = validate()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert answered(answer)[1]["detail"]


def test_a_database_that_is_down_is_503(database_down: None) -> None:
    answer = validate()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")


def test_it_takes_one_round_trip(round_trips: list[list[str]]) -> None:
    ApiKeyFactory(secret=SECRET)
    validate()
    assert round_trips == [["account.find_key"]]
