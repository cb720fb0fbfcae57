"""The same service through PgBouncer in transaction pooling, and through a proxy as strict as RDS Proxy."""

import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.factories.registry import PassportFactory
from tests.server.callers import ADDRESS, bulk_items, credentials, partner, store_stamps, user_community, user_headers
from tests.server.conftest import prepared
from tests.server.holding import holding
from tests.server.poolers import PgBouncer, StrictProxy
from tests.server.servers import Servers, Service

POOLED = {"DATABASE_POOLER": "transaction"}
IMPATIENT = {"DATABASE_LOCK_TIMEOUT_MS": "300", "DATABASE_STATEMENT_TIMEOUT_MS": "600"}
LOCK_PASSPORT = "SELECT FROM registry_passport WHERE address = %s FOR UPDATE"
LOCK_TABLE = "LOCK TABLE account_accountapikey IN ACCESS EXCLUSIVE MODE"
PROXIES = {"pgbouncer": PgBouncer, "strict proxy": StrictProxy}

pytestmark = pytest.mark.xdist_group("poolers")


@pytest.fixture(params=PROXIES)
def pooled(request: pytest.FixtureRequest, servers: Servers, django_db_blocker: Any) -> Iterator[Service]:
    """A service with one thread and short limits, by way of the proxy."""
    made = servers.proxied(f"by {request.param}", by=PROXIES[request.param], **POOLED, **IMPATIENT)
    yield from prepared(made, django_db_blocker)


def warmed(service: Service) -> Any:
    assert service.call("GET", "/ready").status == 200
    assert service.proxy is not None
    return service.proxy


def test_the_strict_proxy_refuses_a_service_that_does_not_know_of_it(servers: Servers, django_db_blocker: Any) -> None:
    for service in prepared(servers.proxied("by a strict proxy, unknowing", by=StrictProxy), django_db_blocker):
        assert service.call("GET", "/ready").status == 503
        assert isinstance(service.proxy, StrictProxy)
        assert service.proxy.refused >= {b"options", b"timezone"}
        assert "does not support this start-up parameter" in service.server.recent_log()


@pytest.mark.parametrize("number", [0, 20])
def test_a_score_takes_two_trips(pooled: Service, number: int) -> None:
    proxy, caller = warmed(pooled), partner(pooled, human_points_program=True)
    store_stamps(ADDRESS, credentials(pooled.issuer, ADDRESS, number))
    for _ in range(2):
        with proxy.counting() as tally:
            answer = caller.score(ADDRESS)
        assert (answer.status, len(answer.json()["stamps"])) == (200, number)
        assert (tally.trips, tally.connections) == (2, 0)
        assert tally.statements.count("set_locally") == tally.statements.count("begin") + tally.statements.count(
            "account.record_request"
        )


def test_storing_and_scoring_stamps_takes_two_trips(pooled: Service) -> None:
    proxy = warmed(pooled)
    user_community()
    items = bulk_items(credentials(pooled.issuer, ADDRESS, 5))
    headers = user_headers(pooled, ADDRESS)
    with proxy.counting() as tally:
        answer = pooled.call("POST", "/ceramic-cache/stamps/bulk", headers=headers, body=items)
    assert (answer.status, tally.trips) == (201, 2)


def test_a_passport_that_somebody_holds_is_not_waited_for_without_end(pooled: Service) -> None:
    caller = partner(pooled)
    store_stamps(ADDRESS, credentials(pooled.issuer, ADDRESS, 3))
    PassportFactory(address=ADDRESS, community=caller.community)
    with holding(pooled.database, LOCK_PASSPORT, ADDRESS):
        started = time.monotonic()
        assert caller.score(ADDRESS).status == 503
        assert time.monotonic() - started < 3
    assert caller.score(ADDRESS).status == 200


def test_a_reading_statement_has_its_limits_too(pooled: Service) -> None:
    caller = partner(pooled)
    path = f"/internal/embed/weights?community_id={caller.community.pk}"
    with holding(pooled.database, "LOCK TABLE account_community IN ACCESS EXCLUSIVE MODE"):
        started = time.monotonic()
        assert pooled.call("GET", path).status == 503
        assert time.monotonic() - started < 3
    assert pooled.call("GET", path).status == 200


@pytest.mark.parametrize("pooled", ["pgbouncer"], indirect=True)
def test_no_limit_stays_on_a_connection_that_others_use(pooled: Service) -> None:
    assert partner(pooled).score(ADDRESS).status == 200
    assert pooled.proxy is not None
    with psycopg.connect(pooled.database.url_through(pooled.proxy.port), autocommit=True) as other:
        shown = "SELECT current_setting('lock_timeout'), current_setting('statement_timeout')"
        assert other.execute(shown, prepare=False).fetchone() == ("0", "0")
