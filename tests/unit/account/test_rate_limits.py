"""Windows and counts of rate limits (contract, section 5.2)."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from pytest_django import Settings

from apps.account.rate_limits import RateLimit, RateLimited, enforce_limit, parse_limit

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _limits_are_on(settings: Settings, _own_cache: None) -> None:
    settings.RATELIMIT_ENABLE = True


def left(now: datetime, *, prefix: str = "abcd1234", rate_limit: str | None = "0/15m") -> int | None:
    """`Retry-After`, or None when the request passes."""
    try:
        enforce_limit(prefix=prefix, rate_limit=rate_limit, now=now)
    except RateLimited as limited:
        return int(limited.headers["Retry-After"])
    return None


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("125/15m", RateLimit(125, 900)),
        ("15/15m", RateLimit(15, 900)),
        ("2000/15m", RateLimit(2000, 900)),
        ("10/s", RateLimit(10, 1)),
        ("10/2s", RateLimit(10, 2)),
        ("10/m", RateLimit(10, 60)),
        ("10/h", RateLimit(10, 3600)),
        ("10/2d", RateLimit(10, 172_800)),
        (" 10 / 2 d ", RateLimit(10, 172_800)),
        ("0/1h", RateLimit(0, 3600)),
    ],
)
def test_a_limit_is_requests_and_period(text: str, limit: RateLimit) -> None:
    assert parse_limit(text) == limit


@pytest.mark.parametrize("text", ["", None])
def test_no_text_is_no_limit(text: str | None, caplog: pytest.LogCaptureFixture) -> None:
    assert parse_limit(text) is None
    assert not caplog.records


@pytest.mark.parametrize("text", ["10", "10/", "/1h", "10/0m", "10/1w", "-1/1h", "1.5/1h", "10/1h/2", "\u0661/1h"])
def test_a_text_that_is_no_limit_sets_none_and_is_logged(text: str, caplog: pytest.LogCaptureFixture) -> None:
    assert parse_limit(text) is None
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


def test_a_window_ends_when_it_says() -> None:
    first = left(START)
    assert first is not None
    assert 1 <= first <= 900
    assert left(START + timedelta(seconds=first - 1)) == 1
    assert left(START + timedelta(seconds=first)) == 900
    assert left(START + timedelta(seconds=first, microseconds=1)) == 900
    assert left(START + timedelta(seconds=first + 899, microseconds=999_999)) == 1


def test_windows_of_keys_start_at_different_moments() -> None:
    assert len({left(START, prefix=f"prefix{number}") for number in range(9)}) > 5


def test_a_key_is_counted_afresh_in_every_window() -> None:
    end = left(START) or 0
    assert left(START, rate_limit="1/15m") == end  # the request above counted
    assert left(START + timedelta(seconds=end), rate_limit="1/15m") is None
    assert left(START + timedelta(seconds=end), rate_limit="1/15m") == 900


def test_another_period_has_a_count_of_its_own() -> None:
    assert left(START, rate_limit="1/1h") is None
    assert left(START, rate_limit="1/15m") is None
    assert left(START, rate_limit="1/1h") is not None


def test_a_raised_limit_applies_at_once() -> None:
    assert [left(START, rate_limit="2/15m") is None for _ in range(3)] == [True, True, False]
    assert left(START, rate_limit="4/15m") is None
    assert left(START, rate_limit="4/15m") is not None


def test_nothing_is_counted_while_limits_are_off(settings: Settings) -> None:
    settings.RATELIMIT_ENABLE = False
    assert left(START) is None
    settings.RATELIMIT_ENABLE = True
    assert left(START, rate_limit="1/15m") is None


def test_a_count_lives_as_long_as_its_window(monkeypatch: pytest.MonkeyPatch) -> None:
    lifetimes: list[float] = []
    add = LocMemCache.add

    def recorded(self: Any, key: str, value: Any, timeout: float, **others: Any) -> bool:
        lifetimes.append(timeout)
        return add(self, key, value, timeout, **others)

    monkeypatch.setattr(LocMemCache, "add", recorded)
    remaining = left(START)
    assert lifetimes == [(remaining or 0) + 1]


@pytest.mark.parametrize("broken", ["add", "incr"])
def test_a_cache_that_fails_limits_nobody_and_is_logged(
    broken: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ConnectionError

    left(START)
    monkeypatch.setattr(LocMemCache, broken, fail)
    assert left(START) is None
    assert "the cache is unavailable" in caplog.text


def test_a_count_that_vanished_meanwhile_limits_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LocMemCache, "add", lambda *_, **__: False)
    cache.clear()
    assert left(START) is None
