"""The world that is scored, and servers that run."""

from tests.endpoints.conftest import database_down, frozen, round_trips, scoring_world
from tests.server.conftest import pytest_runtest_makereport, servers, service

__all__ = ["database_down", "frozen", "pytest_runtest_makereport", "round_trips", "scoring_world", "servers", "service"]
