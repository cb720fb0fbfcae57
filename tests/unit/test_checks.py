"""`manage.py check` finds wrong settings before a request does."""

from typing import Any

import pytest
from django.core.checks import run_checks
from pytest_django import Settings

from settings import environment


def found(identity: str) -> Any:
    """The message of the check with this id, or None."""
    return next((message for message in run_checks() if message.id == identity), None)


@pytest.mark.parametrize("token", ["abc", ""])
def test_e001_the_internal_token_must_be_set(token: str, settings: Settings) -> None:
    settings.DEVELOPMENT, settings.CGRANTS_API_TOKEN = False, token
    message = found("scorer_v2.E001")
    assert "CGRANTS_API_TOKEN" in message.msg
    assert "CGRANTS_API_TOKEN" in message.hint
    settings.CGRANTS_API_TOKEN = "abcd"
    assert found("scorer_v2.E001") is None


def test_e001_does_not_bother_developers(settings: Settings) -> None:
    settings.DEVELOPMENT, settings.CGRANTS_API_TOKEN = True, "abc"
    assert found("scorer_v2.E001") is None


def test_w001_an_issuer_should_be_trusted(settings: Settings) -> None:
    settings.TRUSTED_IAM_ISSUERS = []
    assert "TRUSTED_IAM_ISSUERS" in found("scorer_v2.W001").msg
    settings.TRUSTED_IAM_ISSUERS = ["did:ethr:0x1"]
    assert found("scorer_v2.W001") is None


@pytest.mark.parametrize(("name", "value"), [("ROLLOUT_MODE", "sometimes"), ("ROLLOUT_PERCENT", 101)])
def test_e002_the_rollout_must_be_possible(name: str, value: Any, settings: Settings) -> None:
    assert found("scorer_v2.E002") is None
    setattr(settings, name, value)
    assert name in found("scorer_v2.E002").hint


@pytest.mark.parametrize(("name", "value"), [("USE_TZ", False), ("TIME_ZONE", "Europe/Berlin")])
def test_e003_times_must_be_in_utc(name: str, value: Any, settings: Settings) -> None:
    assert found("scorer_v2.E003") is None
    setattr(settings, name, value)
    assert "UTC" in found("scorer_v2.E003").msg


def test_e004_tracing_must_be_installed(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scorer_v2.checks.find_spec", lambda _: None)
    assert found("scorer_v2.E004") is None
    settings.OTEL_ENABLED = True
    assert "OpenTelemetry" in found("scorer_v2.E004").msg


@pytest.mark.parametrize("limit", ["ten", "10", "10/0m"])
def test_e005_a_limit_on_logins_must_be_one(limit: str, settings: Settings) -> None:
    assert found("scorer_v2.E005") is None
    settings.ADMIN_LOGIN_RATE_LIMIT = limit
    assert "ADMIN_LOGIN_RATE_LIMIT" in found("scorer_v2.E005").msg
    settings.ADMIN_LOGIN_RATE_LIMIT = ""
    assert found("scorer_v2.E005") is None


@pytest.mark.parametrize("name", ["SECRET_KEY", "CGRANTS_API_TOKEN", "METRICS_TOKEN"])
def test_w002_secrets_are_long(name: str, settings: Settings) -> None:
    settings.DEVELOPMENT = False
    assert found("scorer_v2.W002") is None
    setattr(settings, name, "short")
    assert name in found("scorer_v2.W002").msg


@pytest.mark.parametrize("issuer", ["0x36015a5c", "did:ethr", "", " did:key:z6Mk"])
def test_w003_issuers_are_dids(issuer: str, settings: Settings) -> None:
    settings.TRUSTED_IAM_ISSUERS = ["did:ethr:0x1", "did:key:z6Mk"]
    assert found("scorer_v2.W003") is None
    settings.TRUSTED_IAM_ISSUERS = [issuer]
    assert repr(issuer) in found("scorer_v2.W003").msg


def test_w004_a_name_almost_like_a_setting_is_questioned(settings: Settings) -> None:
    assert found("scorer_v2.W004") is None
    settings.MISSPELT_NAMES = {"RATELIMIT_ENABLED": "RATELIMIT_ENABLE"}
    assert "RATELIMIT_ENABLED" in found("scorer_v2.W004").msg


@pytest.mark.parametrize("name", ["RATELIMIT_ENABLED", "TRUSTED_IAM_ISSUER", "DATABSE_URL_FILE"])
def test_a_name_almost_like_a_setting_is_misspelt(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    environment.optional_text("DATABASE_URL")
    monkeypatch.setenv(name, "true")
    assert name in environment.misspelt_names()


@pytest.mark.parametrize(
    "name", ["RATELIMIT_ENABLE", "SIWE_JWT_PRIVATE_KEY", "FF_V2_API", "REDIS_PASSWORD", "PGDATABASE"]
)
def test_other_names_are_not_misspelt(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "true")
    assert name not in environment.misspelt_names()


@pytest.mark.parametrize(
    ("concurrency", "threads", "warns"), [(3, 4, False), (4, 4, True), (9, 4, True), (1, 1, False)]
)
def test_w005_a_thread_is_left_for_health(settings: Settings, concurrency: int, threads: int, warns: bool) -> None:
    settings.DATABASE_CONCURRENCY, settings.GUNICORN_THREADS = concurrency, threads
    assert (found("scorer_v2.W005") is not None) == warns
