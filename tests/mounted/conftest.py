"""The host project as a server of its own, on the schema that exists."""

import json
import secrets
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connections
from psycopg import sql

from tests.migration.conftest import NEWEST, recorded_tool
from tests.server.profiles import machine_environment, profile_environment
from tests.server.running_server import RunningServer
from tests.server.scratch_databases import ScratchDatabase, conninfo, empty
from tests.server.servers import Service
from tools.issuing import IssuerKey

MODES = ("all", "header")


@pytest.fixture(scope="package")
def existing_database(django_db_setup: None) -> Iterator[ScratchDatabase]:
    """A database as the replaced service left it: no migration of ours ever ran on it."""
    parameters = dict(connections["default"].settings_dict)
    database = ScratchDatabase(f"{parameters['NAME']}_mounted_{secrets.token_hex(4)}"[-63:], parameters)
    name = sql.Identifier(database.name)
    with psycopg.connect(conninfo(parameters, "postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
        with database.connect() as made:
            recorded_tool().create(made, NEWEST)
        yield database
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


@pytest.fixture(scope="package")
def hosts(existing_database: ScratchDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Service]]:
    """The project with each mode of the rollout."""
    issuer, profile = IssuerKey.generate(), profile_environment("default")
    given = {
        **profile,
        **machine_environment(),
        "WEB_CONCURRENCY": "1",
        "DJANGO_SETTINGS_MODULE": "tests.mounted.host.settings",
        "DATABASE_URL": existing_database.url,
        "TRUSTED_IAM_ISSUERS": json.dumps([*json.loads(profile["TRUSTED_IAM_ISSUERS"]), issuer.did]),
    }
    folder = tmp_path_factory.mktemp("mounted")
    services = {
        mode: Service(
            RunningServer({**given, "ROLLOUT_MODE": mode}, folder / f"{mode}.log"), given, existing_database, issuer
        )
        for mode in MODES
    }
    yield services
    assert [service.server.stop() for service in services.values()] == [0, 0]


@pytest.fixture
def host(hosts: dict[str, Service], django_db_blocker: Any) -> Iterator[Service]:
    """The project with the mode `all`. Factories write into its database."""
    yield from _emptied(hosts["all"], django_db_blocker)


@pytest.fixture
def gated_host(hosts: dict[str, Service], django_db_blocker: Any) -> Iterator[Service]:
    """The project with the mode `header`."""
    yield from _emptied(hosts["header"], django_db_blocker)


def _emptied(service: Service, blocker: Any) -> Iterator[Service]:
    service.server.mark_log()
    with service.database.connect() as connection:
        empty(connection, first_id=1_000)
    with service.database.as_django_default(blocker):
        yield service
