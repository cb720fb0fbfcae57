"""API4, unrestricted resource consumption: clients that send, take or hold what they can, beside one that behaves.

The service is started as it is shipped: nginx and gunicorn with their configurations of `deploy/`.
"""

import os
import time
from collections.abc import Iterator
from statistics import quantiles
from typing import Any

import pytest

from tests.server.callers import ADDRESS, Partner, partner
from tests.server.calls import call
from tests.server.conftest import prepared
from tests.server.hostile import Attack, attacking
from tests.server.nginx import needs_nginx
from tests.server.servers import Servers, Service

pytestmark = [needs_nginx, pytest.mark.xdist_group("hostile clients")]

# The suite runs beside other tests on the same processors: a second tells service from starvation. On a quiet machine:
# RESPONSE_BOUND_MS=250 pytest tests/server/test_hostile_clients.py -n0
BOUND_SECONDS = int(os.environ.get("RESPONSE_BOUND_MS", "1000")) / 1000
SECONDS_TO_ARRIVE = 1.0
REQUESTS = 100

HEAD = b"GET /health HTTP/1.1\r\nHost: a\r\n"
POST = b"POST /internal/check-revocations HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n"
ATTACKS = {
    "heads at a byte a second": Attack(200, HEAD + b"X-A: ", b"x"),
    "bodies at a byte a second": Attack(200, POST, b" "),
    "half heads": Attack(200, HEAD),
    "bodies that never come": Attack(200, POST),
    "garbage left open": Attack(200, b"\x16\x03\x01garbage"),
    "answers that are not read": Attack(200, b"GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n" * 2),
    "connections that are not closed": Attack(200, HEAD + b"Connection: close\r\n\r\n"),
    "pipelines": Attack(16, (HEAD + b"\r\n") * 10, reads=True, repeats=True),
    "idle connections": Attack(2_000),
}


@pytest.fixture
def served(servers: Servers, django_db_blocker: Any) -> Iterator[Service]:
    """With the threads and limits that are shipped."""
    yield from prepared(servers.direct("hostile clients"), django_db_blocker)


@pytest.mark.parametrize("name", ATTACKS)
def test_others_are_served_meanwhile(served: Service, name: str) -> None:
    caller = partner(served)
    assert caller.score(ADDRESS).status == 200
    at_rest = p99(seconds_of_scores(caller))
    with attacking(served.server.port, ATTACKS[name]):
        time.sleep(SECONDS_TO_ARRIVE)  # that many connections at once are not what is measured
        attacked = p99(seconds_of_scores(caller))
    # A machine that is slow by itself is no fault of the clients.
    assert attacked < max(BOUND_SECONDS, 3 * at_rest), f"{attacked:.3f} s, at rest {at_rest:.3f} s"


def seconds_of_scores(caller: Partner) -> list[float]:
    """How long each of the requests took, health checks among scores."""
    taken = []
    for number in range(REQUESTS):
        started = time.perf_counter()
        answer = call(caller.service.server, "GET", "/health") if number % 4 == 0 else caller.score(ADDRESS)
        taken.append(time.perf_counter() - started)
        assert answer.status == 200
    return taken


def p99(values: list[float]) -> float:
    return quantiles(values, n=100, method="inclusive")[98]
