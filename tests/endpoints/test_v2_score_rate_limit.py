"""The rate limit of a partner key (contract, section 5.2, D20), seen through GET /v2/stamps/.../score/..."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from django.utils import timezone
from pytest_django import Settings

from apps.registry.managers.transactions import ScoringTransaction
from scorer_v2.primitives.errors import Conflict
from tests.endpoints.left_behind import ANALYTICS, all_rows, calls
from tests.endpoints.scoring_world import Partner, answered

pytestmark = pytest.mark.usefixtures("scoring_world")

LIMITED = (429, {"detail": "You have been rate limited!"})
START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _limits_are_on(scoring_world: None, settings: Settings) -> None:
    settings.RATELIMIT_ENABLE = True


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Sets the time of now."""

    def set_now(now: datetime) -> None:
        monkeypatch.setattr(timezone, "now", lambda: now)

    return set_now


def limited(rate_limit: str | None, **columns: Any) -> Partner:
    return Partner(key={"secret": "abcd1234.secret", "rate_limit": rate_limit, **columns})


def statuses(partner: Partner, number: int) -> list[int]:
    return [partner.score().status_code for _ in range(number)]


def test_the_first_requests_pass_and_the_next_are_429(at: Callable[[datetime], None]) -> None:
    at(START)
    partner = limited("2/1h")
    assert statuses(partner, 2) == [200, 200]
    answer = partner.score()
    assert answered(answer) == LIMITED
    assert 1 <= int(answer.headers["Retry-After"]) <= 3600


def test_a_window_ends_when_retry_after_says_and_the_next_one_is_as_long(at: Callable[[datetime], None]) -> None:
    at(START)
    partner = limited("1/15m")
    partner.score()
    left = int(partner.score().headers["Retry-After"])
    at(START + timedelta(seconds=left - 1))
    assert (partner.score().status_code, partner.score().headers["Retry-After"]) == (429, "1")
    at(START + timedelta(seconds=left))
    assert statuses(partner, 2) == [200, 429]
    assert partner.score().headers["Retry-After"] == "900"
    at(START + timedelta(seconds=left + 899, milliseconds=999))
    assert (partner.score().status_code, partner.score().headers["Retry-After"]) == (429, "1")
    at(START + timedelta(seconds=left + 900))
    assert partner.score().status_code == 200


def test_a_refused_request_counts_and_leaves_nothing_but_its_analytics() -> None:
    partner = limited("1/1h")
    partner.score()
    before = all_rows(but=(ANALYTICS,))
    assert statuses(partner, 3) == [429] * 3
    assert partner.score("0x" + "b" * 40).status_code == 429
    assert all_rows(but=(ANALYTICS,)) == before
    assert [call["status_code"] for call in calls()] == [200, *[429] * 4]


def test_requests_that_fail_after_the_check_count() -> None:
    partner = limited("3/1h")
    assert partner.score("0x1").status_code == 400
    assert partner.score(scorer_id=10**9).status_code == 404
    assert partner.score(scorer_id="no community has it").status_code == 422
    assert partner.score().status_code == 429


def test_requests_that_fail_before_the_check_do_not_count() -> None:
    partner = limited("1/1h")
    assert partner.score(**{"X-API-Key": "abcd1234.wrong"}).status_code == 401
    assert statuses(partner, 2) == [200, 429]


def test_keys_count_apart_and_all_communities_of_a_key_together() -> None:
    first, other = limited("1/1h"), limited("1/1h", secret="other123.secret")
    assert [first.score().status_code, other.score().status_code] == [200, 200]
    assert first.score(scorer_id=other.community.pk).status_code == 429


@pytest.mark.parametrize("rate_limit", ["", None, "none", "5/0s", "5", "5/x"])
def test_a_key_without_a_limit_that_is_understood_is_not_limited(rate_limit: str | None) -> None:
    assert statuses(limited(rate_limit), 7) == [200] * 7


def test_a_key_with_a_limit_of_none_never_passes() -> None:
    assert statuses(limited("0/1d"), 2) == [429, 429]


def test_limits_for_other_endpoints_do_not_apply() -> None:
    assert statuses(limited("", analysis_rate_limit="1/1h", embed_rate_limit="1/1h"), 3) == [200] * 3


def test_no_limit_applies_while_limits_are_off(settings: Settings) -> None:
    settings.RATELIMIT_ENABLE = False
    assert statuses(limited("1/1h"), 3) == [200] * 3


@pytest.mark.parametrize("broken", ["add", "incr"])
def test_a_cache_that_fails_limits_nobody(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ConnectionError("the cache is down")

    partner = limited("1/1h")
    partner.score()
    monkeypatch.setattr(LocMemCache, broken, fail)
    assert statuses(partner, 3) == [200] * 3


def test_the_first_request_after_the_cache_came_back_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    partner = limited("1/1h")
    partner.score()
    cache.clear()
    assert statuses(partner, 2) == [200, 429]


def test_limits_are_counted_in_redis(redis_cache: str) -> None:
    assert statuses(limited("2/1h"), 3) == [200, 200, 429]


def test_a_redis_that_is_not_there_limits_nobody(settings: Settings) -> None:
    settings.CACHES = {"default": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}}
    assert statuses(limited("1/1h"), 2) == [200, 200]


def test_an_alias_counts_for_the_demo_key(settings: Settings) -> None:
    settings.DEMO_API_KEY, settings.DEMO_API_KEY_ALIASES = "abcd1234.secret", ["one", "two"]
    partner = limited("2/1h")
    sent = [{"X-API-Key": key} for key in ("one", "two", "abcd1234.secret")]
    assert [partner.score(**headers).status_code for headers in sent] == [200, 200, 429]


def test_a_request_beyond_the_limit_neither_locks_nor_loads(round_trips: list[list[str]]) -> None:
    partner = limited("1/1h")
    partner.score()
    round_trips.clear()
    assert partner.score().status_code == 429
    assert round_trips == [["account.find_key"], ["account.record_request"]]


def test_a_key_that_was_not_proven_lately_is_proven_before_it_is_counted(round_trips: list[list[str]]) -> None:
    assert statuses(limited("0/1h"), 1) == [429]
    assert round_trips == [["account.find_key"], ["account.record_request"]]


def test_a_score_takes_two_round_trips_once_its_key_is_known(round_trips: list[list[str]]) -> None:
    partner = limited("9/1h")
    partner.score()
    round_trips.clear()
    assert partner.score().status_code == 200
    assert len(round_trips) == 2


def test_a_key_that_is_revoked_beyond_its_limit_is_401() -> None:
    partner = limited("1/1h")
    assert statuses(partner, 2) == [200, 429]
    partner.key.revoked = True
    partner.key.save()
    assert partner.score().status_code == 401


def test_a_request_that_starts_over_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    partner = limited("2/1h")
    save, failures = ScoringTransaction.save, iter([Conflict("another request")])

    def fail_once(self: ScoringTransaction, **what: Any) -> None:
        for failure in failures:
            raise failure
        save(self, **what)

    monkeypatch.setattr(ScoringTransaction, "save", fail_once)
    assert statuses(partner, 3) == [200, 200, 429]
