"""The function under test, on the database of the server that answers the recorded cases."""

from collections.abc import Iterator

import pytest

from tests.lambda_events.running_function import RunningFunction
from tests.server.servers import Service, servers_of


@pytest.fixture(scope="session")
def served(pytestconfig: pytest.Config) -> Service:
    """The service behind gunicorn, with the settings of the recorded profile `default`."""
    return servers_of(pytestconfig).of_profile("default")


@pytest.fixture(scope="module")
def function(served: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningFunction]:
    log = tmp_path_factory.mktemp("function") / "log"
    with RunningFunction(served.settings, log, several=True) as running:
        yield running


@pytest.fixture(scope="module")
def single_value_function(served: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningFunction]:
    log = tmp_path_factory.mktemp("single-value function") / "log"
    with RunningFunction(served.settings, log, several=False) as running:
        yield running
