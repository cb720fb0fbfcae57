"""A new database without statistics: a process that served it while it was empty does not keep its plans of then."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import psycopg
import pytest
from django.db import connections
from django.test.utils import override_settings

from apps.registry.managers import statistics
from tests.plans import hot_statements, plan_nodes
from tests.plans.conftest import SETTINGS
from tests.plans.designs import DESIGNS
from tests.server.profiles import profile_environment
from tests.server.scratch_databases import ScratchDatabase, ScratchDatabases
from tools.bench import filler
from tools.bench.partners import make_partners
from tools.bench.recording import record
from tools.bench.requests import bulk_stamps, scores

pytestmark = pytest.mark.xdist_group("plans")

TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
BELIEVED = "SELECT reltuples FROM pg_class WHERE oid = %s::regclass"
GROWING = ("ceramic_cache_ceramiccache", "registry_hashscorerlink", "registry_passport", "registry_stamp")
STATEMENTS = ("registry.snapshot.of_a_key", "registry.enter.of_a_key", "registry.save_score", "registry.claim_links")
CLOCK = count(10**6, 10)  # seconds: it is always time to look
ADD_EVENTS = """
    INSERT INTO registry_event (action, address, created_at, data)
    SELECT 'SCU', '0x0', now(), '{}' FROM generate_series(1, %s)
"""


@pytest.fixture(scope="module")
def databases() -> Iterator[ScratchDatabases]:
    made = ScratchDatabases(profile_environment("default"))
    yield made
    made.close()


@pytest.fixture
def new_database(databases: ScratchDatabases, django_db_blocker: Any) -> Iterator[ScratchDatabase]:
    """The service in this process uses it; nothing analyses it but the service, which looks after each score."""
    made = databases.create()
    made.execute(*(f"ALTER TABLE {table} SET (autovacuum_enabled = off)" for (table,) in made.rows(TABLES)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(statistics, "monotonic", CLOCK.__next__)
        with made.as_django_default(django_db_blocker), override_settings(**SETTINGS, STATISTICS_CHECK_SECONDS=1):
            make_partners()
            yield made


def score() -> None:
    record(scores(hot_statements.SENDING)[:1])


def believed(database: ScratchDatabase, table: str) -> float:
    ((rows,),) = database.rows(BELIEVED, [table])
    return float(rows)


def test_rows_that_arrive_later_are_found_by_the_indexes_designed_for_them(new_database: ScratchDatabase) -> None:
    with override_settings(STATISTICS_CHECK_SECONDS=0):
        record(bulk_stamps(hot_statements.SENDING)[:1])
        score()
    with new_database.connect() as connection:
        filler.fill(connection, filler.Size(10_000))
    for _ in GROWING:  # a large table is analysed alone
        score()
    plans = plan_nodes.prepared_plans(connections["default"].connection)
    for name in STATEMENTS:
        for plan in plans[name]:
            used = {f"{table}.{column}" for table, column in plan.indexed if table in GROWING}
            # PostgreSQL 18 also finds an address's stamps by an index that begins with their type.
            assert {each.replace(".type", ".address") for each in used} == _designed(name)
            assert not plan.scanned & set(GROWING)


def test_a_table_is_analysed_again_when_it_has_twice_the_pages(new_database: ScratchDatabase) -> None:
    with new_database.connect() as connection:
        connection.execute(ADD_EVENTS, [1_000])
        score()
        first = believed(new_database, "registry_event")
        connection.execute(ADD_EVENTS, [500])
        score()
        assert believed(new_database, "registry_event") == first
        connection.execute(ADD_EVENTS, [1_000])
        score()
        assert believed(new_database, "registry_event") == pytest.approx(2_500, abs=10)


def test_a_table_of_another_role_is_left_alone(new_database: ScratchDatabase) -> None:
    notices: list[str] = []
    with psycopg.connect(new_database.url, autocommit=True) as connection:
        connection.execute(ADD_EVENTS, [10])
        connection.add_notice_handler(lambda notice: notices.append(notice.message_primary or ""))
        connection.execute("SET ROLE pg_monitor")
        connection.execute(statistics.KEEP_STATISTICS.sql)
    assert (believed(new_database, "registry_event"), notices) == (-1, [])


def test_a_process_looks_once_in_so_many_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter((1e9, 1e9 + 4.9, 1e9 + 5, 1e9 + 5.1, 1e9 + 60))
    monkeypatch.setattr(statistics, "monotonic", lambda: next(now))
    with override_settings(STATISTICS_CHECK_SECONDS=5):
        assert [len(statistics.statistics_steps()) for _ in range(5)] == [1, 0, 1, 0, 1]
    with override_settings(STATISTICS_CHECK_SECONDS=0):
        assert statistics.statistics_steps() == ()


def _designed(name: str) -> set[str]:
    return {each.replace(".type", ".address") for each in DESIGNS[name] if each.startswith(GROWING)}
