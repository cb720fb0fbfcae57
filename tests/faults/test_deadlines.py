"""A slow database, or one locked passport, does not take everything along."""

import http.client
import os
import time
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from tests.factories.addresses import address as address_number
from tests.faults.crowd import crowd, health, steadily
from tests.faults.fault_proxy import FaultProxy
from tests.faults.faulty import LIMITS, Faulty
from tests.server.callers import ADDRESS, credentials, store_stamps
from tests.server.conftest import prepared
from tests.server.holding import holding
from tests.server.nginx import needs_nginx
from tests.server.running_server import HOST
from tests.server.servers import Servers

pytestmark = pytest.mark.xdist_group("faults")

DEADLINE = 3.0
HEALTH_SECONDS = int(os.environ.get("RESPONSE_BOUND_MS", "1000")) / 1000  # 250 on a quiet machine
LOCK_PASSPORT = "SELECT FROM registry_passport WHERE address = %s FOR UPDATE"
OWN = {
    "WEB_CONCURRENCY": "1",
    "DATABASE_CONCURRENCY": "3",
    "PASSPORT_CONCURRENCY": "2",
    "REQUEST_DEADLINE_MS": str(int(1000 * DEADLINE)),
    "DATABASE_ANSWER_TIMEOUT_MS": "15000",
    "DATABASE_LOCK_TIMEOUT_MS": "2000",
    "DATABASE_STATEMENT_TIMEOUT_MS": "5000",
}


@pytest.fixture
def faulty(servers: Servers, django_db_blocker: Any) -> Iterator[Faulty]:
    """One process, four threads."""
    service = servers.proxied("service with deadlines", by=FaultProxy, **{**LIMITS, **OWN})
    for prepared_service in prepared(service, django_db_blocker):
        faulty = Faulty(prepared_service)
        assert faulty.score().status == 200
        yield faulty
        faulty.figures.leave_for_section()


@pytest.mark.parametrize("connected", [True, False], ids=["known connections", "new connections"])
def test_forty_requests_at_a_silent_database_are_answered_in_time_and_health_at_once(
    faulty: Faulty, connected: bool
) -> None:
    faulty.figures.injected("black hole")
    if not connected:
        faulty.proxy.cut()
    ask = partial(faulty.service.call, "GET", score_path(faulty), headers=faulty.partner.headers)
    with faulty.proxy.silent(), steadily(health(faulty.service)) as healthy, crowd(ask, number=40) as asked:
        pass
    assert asked.statuses == {503}
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in asked.answers)
    assert max(asked.seconds) < DEADLINE + 1
    assert healthy.statuses == {200}
    assert healthy.p99 < allowed(faulty)
    faulty.recovers()


@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", "/ready"])
def test_pages_and_ready_have_a_deadline_too(faulty: Faulty, path: str) -> None:
    faulty.figures.injected("black hole")
    headers = {"Cookie": "sessionid=inventedinventedinventedinvented"}
    ask = partial(faulty.service.call, "GET", path, headers=headers)
    with faulty.proxy.silent(), steadily(health(faulty.service)) as healthy, crowd(ask, number=20) as asked:
        pass
    assert asked.statuses <= ({503, 200} if path == "/admin/login/" else {503})
    assert max(asked.seconds) < DEADLINE + 1
    assert healthy.p99 < allowed(faulty)
    faulty.recovers()


def test_one_locked_passport_keeps_no_other_address_waiting(faulty: Faulty) -> None:
    faulty.figures.injected("a passport that is locked elsewhere")
    other = address_number(7)
    store_stamps(other, credentials(faulty.service.issuer, other, 5))
    asking_for = partial(faulty.service.call, "GET", headers=faulty.partner.headers)
    with (
        holding(faulty.service.database, LOCK_PASSPORT, ADDRESS),
        steadily(health(faulty.service)) as healthy,
        steadily(partial(asking_for, score_path(faulty, other))) as others,
        crowd(partial(asking_for, score_path(faulty)), number=40) as asked,
    ):
        pass
    assert asked.statuses == {503}
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in asked.answers)
    assert (healthy.statuses, others.statuses) == ({200}, {200})
    assert healthy.p99 < allowed(faulty)
    assert others.p99 < 2 * allowed(faulty)
    faulty.recovers()


def test_the_deadline_counts_from_the_arrival_that_the_proxy_states(faulty: Faulty) -> None:
    with faulty.proxy.counting() as tally:
        assert behind_a_proxy(faulty, seconds_ago=DEADLINE + 1) == (503, "1")
    assert tally.statements == []
    with faulty.proxy.silent():
        started = time.monotonic()
        assert behind_a_proxy(faulty, seconds_ago=DEADLINE - 1) == (503, "1")
        assert time.monotonic() - started < 2
    faulty.recovers()


@needs_nginx
def test_nginx_overwrites_what_a_client_says_of_its_arrival(faulty: Faulty) -> None:
    headers = faulty.partner.headers | {"X-Request-Start": arrival(DEADLINE + 1)}
    assert faulty.service.call("GET", score_path(faulty), headers=headers).status == 200


def behind_a_proxy(faulty: Faulty, *, seconds_ago: float) -> tuple[int, str | None]:
    """Status and `Retry-After` of a score, asked for as nginx asks the server."""
    connection = http.client.HTTPConnection(HOST, faulty.service.server.own_port, timeout=30)
    try:
        headers = faulty.partner.headers | {"X-Request-Start": arrival(seconds_ago)}
        connection.request("GET", score_path(faulty), headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.headers["Retry-After"]
    finally:
        connection.close()


def arrival(seconds_ago: float) -> str:
    return f"t={time.time() - seconds_ago:.3f}"


def allowed(faulty: Faulty) -> float:
    """The seconds of `/health`; on a busy machine, three times what it takes with nothing else to do."""
    with steadily(health(faulty.service)) as at_rest:
        time.sleep(1)
    return max(HEALTH_SECONDS, 3 * at_rest.p99)


def score_path(faulty: Faulty, address: str = ADDRESS) -> str:
    return f"/v2/stamps/{faulty.partner.community.pk}/score/{address}"
