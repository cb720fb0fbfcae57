"""PostgreSQL is stopped and started. A cluster of the test's own, because others use the tests' one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from tests.faults.fault_proxy import FaultProxy
from tests.faults.faulty import LIMITS, Faulty, only_in_proof
from tests.server.running_server import RunningServer
from tests.server.scratch_databases import ScratchDatabase, migrate
from tests.server.servers import Servers, Service
from tools import embedded_cluster, embedded_postgres

pytestmark = [only_in_proof, pytest.mark.xdist_group("faults")]


@dataclass
class Cluster:
    """Stops and starts the server. Its home is what `embedded_postgres` made."""

    folder: Path
    home: Path

    def stop(self, mode: str) -> None:
        account = embedded_cluster.server_account()
        programs, data = embedded_cluster.programs(self.home, account), self.home / "data"
        account.run(programs / "pg_ctl", "stop", f"--mode={mode}", f"--pgdata={data}")
        embedded_cluster.eventually(lambda: not embedded_cluster.is_watched(self.home), 10)

    def start(self) -> None:
        embedded_postgres.database_url(self.folder, "scorer")


@pytest.fixture
def cluster(tmp_path: Path) -> Cluster:
    try:
        url = embedded_postgres.database_url(tmp_path / "postgres", "scorer")
    except ImproperlyConfigured as impossible:
        pytest.skip(str(impossible))
    return Cluster(tmp_path / "postgres", Path(unquote(urlsplit(url).hostname or "")))


@pytest.fixture
def restarting(cluster: Cluster, servers: Servers, tmp_path: Path, django_db_blocker: Any) -> Iterator[Faulty]:
    home = str(cluster.home)
    database = ScratchDatabase("scorer", {"HOST": home, "PORT": "5432", "USER": "postgres", "PASSWORD": ""})
    settings = servers._own_settings() | LIMITS
    migrate(database, settings)
    # As in production: what was committed survives a crash. Embedded servers do without, for speed.
    database.execute("ALTER DATABASE scorer SET synchronous_commit = on")
    database.empty()
    proxy = FaultProxy(database.target)
    given = {**settings, "DATABASE_URL": database.url_through(proxy.port)}
    with RunningServer(given, tmp_path / "log") as server, _as_default(database, django_db_blocker):
        yield Faulty(Service(server, given, database, servers.issuer, proxy))
    proxy.close()


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_a_server_that_is_stopped_and_started(restarting: Faulty, cluster: Cluster, mode: str) -> None:
    assert restarting.score().status == 200
    before = restarting.written()
    restarting.figures.injected(f"PostgreSQL stopped ({mode}) and started")
    cluster.stop(mode)
    restarting.is_unavailable()
    restarting.logged("the database failed")
    cluster.start()
    assert restarting.written() == before
    restarting.recovers()
    restarting.figures.leave_for_section()


@contextmanager
def _as_default(database: ScratchDatabase, blocker: Any) -> Iterator[None]:
    """Factories write into this cluster."""
    settings = connections["default"].settings_dict
    with blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        connections["default"].close()
        for name, value in {**database.parameters, "NAME": database.name}.items():
            patch.setitem(settings, name, value)
        yield
        connections["default"].close()
