"""A request waits for the database only so long: then it is told, and nothing of it stays."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.factories.registry import PassportFactory
from tests.server.callers import ADDRESS, credentials, partner, store_stamps
from tests.server.conftest import prepared
from tests.server.holding import holding
from tests.server.servers import Servers, Service

LOCK_PASSPORT = "SELECT FROM registry_passport WHERE address = %s FOR UPDATE"
LOCK_TABLE = "LOCK TABLE account_accountapikey IN ACCESS EXCLUSIVE MODE"


@pytest.fixture
def impatient(servers: Servers, django_db_blocker: Any) -> Iterator[Service]:
    limits = {"DATABASE_LOCK_TIMEOUT_MS": "300", "DATABASE_STATEMENT_TIMEOUT_MS": "600"}
    yield from prepared(servers.direct("impatient service", **limits), django_db_blocker)


def test_a_passport_that_somebody_holds_is_not_waited_for_without_end(impatient: Service) -> None:
    caller = partner(impatient)
    store_stamps(ADDRESS, credentials(impatient.issuer, ADDRESS, 3))
    PassportFactory(address=ADDRESS, community=caller.community)
    with holding(impatient.database, LOCK_PASSPORT, ADDRESS):
        started = time.monotonic()
        answer = caller.score(ADDRESS)
        assert time.monotonic() - started < 3
    assert (answer.status, answer.headers["retry-after"]) == (503, "1")
    assert impatient.database.counts(["registry_score", "registry_event", "registry_stamp"]) == {
        "registry_score": 0,
        "registry_event": 0,
        "registry_stamp": 0,
    }
    assert caller.score(ADDRESS).status == 200


def test_a_table_that_somebody_holds_is_not_waited_for_without_end(impatient: Service) -> None:
    caller = partner(impatient)
    with holding(impatient.database, LOCK_TABLE):
        answer = caller.score(ADDRESS)
    assert answer.status == 503
    assert caller.score(ADDRESS).status == 200
