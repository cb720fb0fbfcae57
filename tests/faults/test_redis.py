"""Redis is gone, hangs, forgets, or is full: scores are answered, limits apply again when it is back."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.faults.redis_server import RedisServer
from tests.server.callers import ADDRESS, Partner, credentials, partner, store_stamps
from tests.server.conftest import prepared
from tests.server.servers import Servers, Service
from tools.prove.figures import Figures

pytestmark = pytest.mark.xdist_group("faults")

BOUND_SECONDS = 5.0
UNLIMITED = "rate limits are not applied: the cache is unavailable"


@dataclass
class Limited:
    """A service with a Redis of its own, and a partner who may ask twice in a quarter of an hour."""

    service: Service
    redis: RedisServer
    figures: Figures
    partner: Partner | None = None

    def new_partner(self) -> None:
        self.partner = partner(self.service, key={"rate_limit": "2/15m"})

    def statuses(self, number: int) -> list[int]:
        found = []
        for _ in range(number):
            assert self.partner is not None
            started = time.monotonic()
            answer = self.partner.score(ADDRESS)
            assert time.monotonic() - started < BOUND_SECONDS
            self.figures.checked("an answer comes in bounded time")
            self.figures.answered(answer.status)
            found.append(answer.status)
        return found

    def is_unlimited(self) -> None:
        self.service.server.mark_log()
        assert self.statuses(4) == [200] * 4
        assert UNLIMITED in self.service.server.recent_log()
        self.figures.checked("a log line says what happened")
        weights = self.service.call("GET", f"/internal/embed/weights?community_id={self.partner.community.pk}")  # type: ignore[union-attr]
        assert (weights.status, self.service.call("GET", "/ready").status) == (200, 200)

    def is_limited_again(self) -> None:
        self.new_partner()
        deadline = time.monotonic() + BOUND_SECONDS
        while 429 not in self.statuses(3):
            assert time.monotonic() < deadline
        self.figures.checked("it recovers without a restart")


@pytest.fixture(scope="module")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    yield server
    server.thaw()
    server.kill()


@pytest.fixture
def limited(servers: Servers, redis_server: RedisServer, django_db_blocker: Any) -> Iterator[Limited]:
    settings = {"REDIS_URL": redis_server.url, "RATELIMIT_ENABLE": "true"}
    for service in prepared(servers.direct("limited service", **settings), django_db_blocker):
        found = Limited(service, redis_server, Figures())
        found.new_partner()
        store_stamps(ADDRESS, credentials(service.issuer, ADDRESS, 3))
        assert found.statuses(3) == [200, 200, 429]
        yield found
        found.figures.leave_for_section()


def test_a_redis_that_is_gone(limited: Limited) -> None:
    limited.figures.injected("Redis down")
    limited.redis.kill()
    try:
        limited.is_unlimited()
    finally:
        limited.redis.start()
    limited.is_limited_again()


def test_a_redis_that_hangs(limited: Limited) -> None:
    limited.figures.injected("Redis hanging")
    limited.redis.freeze()
    try:
        limited.is_unlimited()
    finally:
        limited.redis.thaw()
    limited.is_limited_again()


def test_a_redis_that_is_full(limited: Limited) -> None:
    limited.figures.injected("Redis full")
    limited.redis.client.config_set("maxmemory", 1)
    try:
        limited.is_unlimited()
    finally:
        limited.redis.client.config_set("maxmemory", 0)
    limited.is_limited_again()


def test_a_redis_that_forgot_everything(limited: Limited) -> None:
    limited.figures.injected("Redis flushed")
    limited.redis.client.flushall()
    assert limited.statuses(3) == [200, 200, 429]
    limited.is_limited_again()
