"""Services under test. Factories write into the database of the service that a test asks for."""

from collections.abc import Generator, Iterator
from typing import Any

import pytest

from tests.server.servers import Servers, Service, servers_of, show_logs

# Tests of races hold a lock until all requests wait for it: no request may be refused before.
SETTINGS = {"GUNICORN_THREADS": "12", "DATABASE_CONCURRENCY": "12", "PASSPORT_CONCURRENCY": "12"}


@pytest.fixture
def servers(pytestconfig: pytest.Config) -> Servers:
    servers = servers_of(pytestconfig)
    servers.mark_logs()
    return servers


@pytest.fixture
def service(servers: Servers, django_db_blocker: Any) -> Iterator[Service]:
    """Two processes, each with threads for all that a test asks at once; on an empty database."""
    yield from prepared(servers.direct("service", **SETTINGS), django_db_blocker)


@pytest.fixture
def proxied_service(servers: Servers, django_db_blocker: Any) -> Iterator[Service]:
    """One thread, and so one connection, by way of a counting proxy; on an empty database."""
    yield from prepared(servers.proxied("proxied service"), django_db_blocker)


def prepared(service: Service, blocker: Any) -> Iterator[Service]:
    service.database.empty()
    with service.database.as_django_default(blocker):
        yield service


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    show_logs(item.config, report)
    return report
