"""Servers for the recorded cases."""

from collections.abc import Generator

import pytest

from tests.server.servers import Servers, servers_of, show_logs


@pytest.fixture
def servers(pytestconfig: pytest.Config) -> Servers:
    servers = servers_of(pytestconfig)
    servers.mark_logs()
    return servers


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    show_logs(item.config, report)
    return report
