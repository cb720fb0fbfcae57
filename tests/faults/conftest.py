"""A service of two processes that reaches its database through a proxy that fails on demand, with short limits."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.faults.fault_proxy import FaultProxy
from tests.faults.faulty import LIMITS, Faulty
from tests.server.conftest import prepared, pytest_runtest_makereport, servers
from tests.server.servers import Servers

__all__ = ["pytest_runtest_makereport", "servers"]


@pytest.fixture
def faulty(servers: Servers, django_db_blocker: Any) -> Iterator[Faulty]:
    service = servers.proxied("faulty service", by=FaultProxy, **LIMITS)
    for prepared_service in prepared(service, django_db_blocker):
        yield Faulty(prepared_service)
