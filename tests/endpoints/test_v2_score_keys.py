"""Partner API keys (contract, section 2.1, D1 to D3, D17), seen through GET /v2/stamps/{scorer_id}/score/{address}."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from apps.account import services
from apps.account.models import AccountAPIKey
from tests.endpoints.disturbing import before_saving, fail
from tests.endpoints.left_behind import ANALYTICS, all_rows, calls
from tests.endpoints.scoring_world import ALICE, INVALID_KEY, PAST, Partner, answered, client, score_v2
from tests.factories.account import ApiKeyFactory, pbkdf2_hash, sha256_hash

pytestmark = pytest.mark.usefixtures("scoring_world")

SECRET = "abcd1234.correct-horse"
NO_PERMISSION = {"detail": "Invalid permissions for action."}


def partner_with(**key: Any) -> Partner:
    return Partner(key={"secret": SECRET, **key})


def stored_digest() -> str | None:
    return AccountAPIKey.objects.get().hashed_key_sha256


@pytest.mark.parametrize(
    "headers",
    [
        {"X-API-Key": SECRET},
        {"x-api-key": SECRET},
        {"Authorization": f"Bearer {SECRET}"},
        {"Authorization": f"Token {SECRET}"},
        {"Authorization": f"Whatever  {SECRET} more words"},
        {"X-API-Key": "", "Authorization": f"Bearer {SECRET}"},
        {"X-API-Key": SECRET, "Authorization": "Bearer wrong"},
    ],
    ids=str,
)
def test_a_key_is_taken_from_its_header_or_else_from_authorization(headers: dict[str, str]) -> None:
    assert partner_with().score(**headers).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Other": "none"},
        {"X-API-Key": ""},
        {"Authorization": SECRET},
        {"Authorization": "Bearer"},
        {"X-API-Key": "wrong", "Authorization": f"Bearer {SECRET}"},
        {"X-API-Key": "abcd1234"},
        {"X-API-Key": "abcd1234."},
        {"X-API-Key": "abcd1234.wrong"},
        {"X-API-Key": SECRET.upper()},
        {"X-API-Key": f"{SECRET}x"},
        {"X-API-Key": "unknown0.correct-horse"},
        {"X-API-Key": "too-long-a-prefix.correct-horse"},
        {"X-API-Key": f"abcd1234.{'x' * 5000}"},
        {"X-API-Key": "abcd1234.\x00"},
        {"X-API-Key": "."},
        {"X-API-Key": "abcd1234.\u00e9\u20ac"},
    ],
    ids=lambda headers: ascii(headers)[:60],
)
def test_any_other_key_is_401_and_writes_no_score(headers: dict[str, str]) -> None:
    partner = partner_with()
    before = all_rows()
    assert answered(partner.score(**headers)) == (401, INVALID_KEY)
    assert all_rows(but=(ANALYTICS,)) == before


def test_a_key_without_a_dot_is_its_own_prefix() -> None:
    assert Partner(key={"secret": "nodotkey"}).score().status_code == 200


@pytest.mark.parametrize(
    ("columns", "status"),
    [
        ({"hashed_key_sha256": sha256_hash(SECRET), "hashed_key": "nonsense"}, 200),
        ({"hashed_key_sha256": None, "hashed_key": sha256_hash(SECRET)}, 200),
        ({"hashed_key_sha256": None, "hashed_key": pbkdf2_hash(SECRET)}, 200),
        # Once the SHA-256 is stored, nothing else is tried.
        ({"hashed_key_sha256": sha256_hash("x"), "hashed_key": pbkdf2_hash(SECRET)}, 401),
        ({"hashed_key_sha256": sha256_hash("x"), "hashed_key": sha256_hash(SECRET)}, 401),
        ({"hashed_key_sha256": None, "hashed_key": sha256_hash("x")}, 401),
        ({"hashed_key_sha256": None, "hashed_key": pbkdf2_hash("x")}, 401),
        ({"hashed_key_sha256": None, "hashed_key": "pbkdf2_sha256$nonsense"}, 401),
        ({"hashed_key_sha256": None, "hashed_key": "md5$salt$nonsense"}, 401),
        ({"hashed_key_sha256": None, "hashed_key": SECRET}, 401),
    ],
)
def test_the_hash_that_is_compared(columns: dict[str, Any], status: int) -> None:
    assert partner_with(id="an id", **columns).score().status_code == status


def test_an_alias_means_the_demo_key_in_its_own_header_only(settings: Settings) -> None:
    settings.DEMO_API_KEY, settings.DEMO_API_KEY_ALIASES = SECRET, ["demo", "other-demo"]
    partner = partner_with()
    assert partner.score(**{"X-API-Key": "other-demo"}).status_code == 200
    assert partner.score(Authorization="Bearer demo").status_code == 401


def test_an_alias_of_a_demo_key_that_does_not_exist_is_401_and_leaves_no_row(settings: Settings) -> None:
    settings.DEMO_API_KEY, settings.DEMO_API_KEY_ALIASES = "demokey0.secret", ["demo"]
    assert answered(partner_with().score(**{"X-API-Key": "demo"})) == (401, INVALID_KEY)
    assert calls() == []


def test_an_alias_without_a_demo_key_is_401(settings: Settings) -> None:
    settings.DEMO_API_KEY_ALIASES = ["demo"]
    assert partner_with().score(**{"X-API-Key": "demo"}).status_code == 401


@pytest.mark.parametrize("form", ["sha256", "sha256_only", "pbkdf2"])
def test_a_revoked_key_is_401(form: str) -> None:
    assert answered(partner_with(form=form, revoked=True).score()) == (401, INVALID_KEY)


@pytest.mark.parametrize("form", ["sha256", "sha256_only", "pbkdf2"])
def test_a_key_expires_after_its_date_and_not_before(form: str, frozen: datetime) -> None:
    assert partner_with(form=form, expiry_date=frozen).score().status_code == 200
    AccountAPIKey.objects.update(expiry_date=frozen - timedelta(microseconds=1))
    assert partner_with(secret="other123.key").score().status_code == 200
    answer = score_v2(1, headers={"X-API-Key": SECRET})
    assert answered(answer) == (401, INVALID_KEY)


@pytest.mark.parametrize("form", ["sha256", "sha256_only", "pbkdf2"])
def test_a_key_that_may_not_read_scores_is_403(form: str) -> None:
    assert answered(partner_with(form=form, read_scores=False).score()) == (403, NO_PERMISSION)


def test_the_first_use_of_an_old_key_stores_its_sha256_and_nothing_else_of_the_key() -> None:
    partner = partner_with(form="pbkdf2", name="old")
    before = AccountAPIKey.objects.values().get()
    assert partner.score().status_code == 200
    assert AccountAPIKey.objects.values().get() == {**before, "hashed_key_sha256": sha256_hash(SECRET)}
    assert partner.score().status_code == 200


def unknown_scorer(partner: Partner) -> Any:
    return partner.score(scorer_id=10**9)


def invalid_address(partner: Partner) -> Any:
    return partner.score("0x1")


def wrong_parameter(partner: Partner) -> Any:
    return partner.score(scorer_id="abc")


@pytest.mark.parametrize(("ask", "status"), [(unknown_scorer, 404), (invalid_address, 400), (wrong_parameter, 422)])
def test_an_old_key_is_migrated_also_when_the_request_fails_later(ask: Any, status: int) -> None:
    assert ask(partner_with(form="pbkdf2")).status_code == status
    assert stored_digest() == sha256_hash(SECRET)


def test_an_old_key_without_permission_is_migrated(settings: Settings) -> None:
    assert partner_with(form="pbkdf2", read_scores=False).score().status_code == 403
    assert stored_digest() == sha256_hash(SECRET)


def test_an_old_key_stays_migrated_when_the_database_fails_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    before_saving(monkeypatch, fail)
    assert partner_with(form="pbkdf2").score().status_code == 503
    assert stored_digest() == sha256_hash(SECRET)


def test_an_old_key_over_its_limit_is_migrated(settings: Settings) -> None:
    settings.RATELIMIT_ENABLE = True
    assert partner_with(form="pbkdf2", rate_limit="0/1h").score().status_code == 429
    assert stored_digest() == sha256_hash(SECRET)


@pytest.mark.parametrize("refused", [{"revoked": True}, {"expiry_date": PAST}])
def test_an_old_key_that_is_refused_is_not_migrated(refused: dict[str, Any]) -> None:
    assert partner_with(form="pbkdf2", **refused).score().status_code == 401
    assert stored_digest() is None


def test_a_wrong_guess_at_an_old_key_does_not_migrate_it() -> None:
    assert partner_with(form="pbkdf2").score(**{"X-API-Key": "abcd1234.wrong"}).status_code == 401
    assert stored_digest() is None


def test_an_old_key_cannot_be_checked_while_all_turns_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "PBKDF2_WAIT_SECONDS", 0.01)
    partner = partner_with(form="pbkdf2")
    with services._pbkdf2_turns:
        answer = partner.score()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert stored_digest() is None
    assert partner.score().status_code == 200


REFUSALS: dict[str, tuple[dict[str, Any], str, int]] = {
    "wrong secret": ({}, "abcd1234.wrong", 401),
    "wrong secret of an old key": ({"form": "pbkdf2"}, "abcd1234.wrong", 401),
    "revoked": ({"revoked": True}, SECRET, 401),
    "expired": ({"expiry_date": PAST}, SECRET, 401),
    "no permission": ({"read_scores": False}, SECRET, 403),
}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_refusal_of_a_known_prefix_leaves_one_row(refusal: str, frozen: datetime) -> None:
    columns, sent, status = REFUSALS[refusal]
    key = ApiKeyFactory(secret=SECRET, **{**columns, "id": "an id"})
    assert score_v2(5, query="?a=1", headers={"X-API-Key": sent}).status_code == status
    (call,) = calls()
    assert call.pop("error")
    assert call == {
        "api_key_id": key.id,
        "created_at": frozen,
        "path": f"/v2/stamps/5/score/{ALICE}",
        "path_segments": ["v2", "stamps", "5", "score", ALICE],
        "base_path": None,
        "query_params": {"a": ["1"]},
        "headers": {"Cookie": "***", "X-Api-Key": "***"},
        "payload": None,
        "response": None,
        "response_skipped": False,
        "status_code": status,
    }


def test_a_refusal_before_wrong_parameters_leaves_its_row() -> None:
    ApiKeyFactory(secret=SECRET)
    assert score_v2("abc", headers={"X-API-Key": "abcd1234.wrong"}).status_code == 401
    assert [call["status_code"] for call in calls()] == [401]


@pytest.mark.parametrize("headers", [{}, {"X-API-Key": "unknown0.x"}, {"X-API-Key": ""}])
def test_a_refusal_without_a_known_prefix_leaves_no_row(headers: dict[str, str]) -> None:
    ApiKeyFactory(secret=SECRET)
    assert client().get(f"/v2/stamps/1/score/{ALICE}", headers=headers).status_code == 401
    assert calls() == []


@pytest.mark.parametrize("flag", ["off", "Off", "ON", "true", ""])
def test_a_refusal_leaves_no_row_unless_the_flag_is_exactly_on(flag: str, settings: Settings) -> None:
    settings.FF_API_ANALYTICS = flag
    partner_with().score(**{"X-API-Key": "abcd1234.wrong"})
    assert calls() == []


def test_an_unproven_request_locks_and_loads_nothing(round_trips: list[list[str]]) -> None:
    before = all_rows()
    score_v2(1, headers={"X-API-Key": "unknown0.x"})
    assert len(round_trips) == 2
    assert round_trips[1] == ["commit"]
    assert all_rows() == before
