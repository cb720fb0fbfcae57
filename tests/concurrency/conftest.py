"""A service under a storm. `PROVE_SEED` replays one."""

import os
import secrets
from collections.abc import Iterator
from typing import Any

import pytest

from tests.server.conftest import prepared, pytest_runtest_makereport, servers
from tests.server.servers import Servers, Service

__all__ = ["pytest_runtest_makereport", "servers"]


@pytest.fixture
def seed() -> int:
    return int(os.environ.get("PROVE_SEED") or secrets.randbits(32))


@pytest.fixture
def stormy_service(servers: Servers, django_db_blocker: Any) -> Iterator[Service]:
    yield from prepared(servers.direct("storm", GUNICORN_THREADS="6"), django_db_blocker)
