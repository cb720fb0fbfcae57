"""A database that the planner believes to have a million rows in every table."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connections
from django.test.utils import override_settings

from tests.plans import hot_statements, plan_nodes
from tests.server.profiles import profile_environment
from tests.server.scratch_databases import ScratchDatabase, ScratchDatabases
from tools.bench import filler
from tools.bench.identities import INTERNAL_TOKEN, ISSUER, USER_COMMUNITY
from tools.bench.partners import make_partners

# Real rows: enough that statistics look as those of many do.
STAMPS = 10_000
BELIEVED = 1_000_000
# Tables that have a row for each of our own words, whatever the service has to do.
SMALL = ("registry_humanpointsconfig",)
# The planner takes rows per page from here, and the number of pages from the file.
BELIEVE = """
    UPDATE pg_class SET reltuples = %s
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relpages > 0 AND NOT relname = ANY(%s)
"""
SETTINGS = {
    "TRUSTED_IAM_ISSUERS": [ISSUER.did],
    "CGRANTS_API_TOKEN": INTERNAL_TOKEN,
    "CERAMIC_CACHE_SCORER_ID": USER_COMMUNITY,
    "FF_MULTI_NULLIFIER": "on",
    "FF_API_ANALYTICS": "on",
    "HUMAN_POINTS_ENABLED": True,
    "HUMAN_POINTS_WRITE_ENABLED": True,
    "HUMAN_POINTS_MTA_ENABLED": True,
    "HUMAN_POINTS_START_TIMESTAMP": 0,
    "RATELIMIT_ENABLE": False,
}


# Where the generations of the existing database differ in indexes of the request path.
AS_IN_2025 = (
    "DROP INDEX idx_cc_addr_id_not_deleted",
    "CREATE INDEX ceramic_cache_ceramiccache_address_deleted_at_id_desc "
    "ON ceramic_cache_ceramiccache (address, deleted_at, id DESC)",
)
GENERATIONS: dict[str, tuple[str, ...]] = {"2026-07": (), "2025-12": AS_IN_2025}


@pytest.fixture(scope="module", params=GENERATIONS)
def database(request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[ScratchDatabase]:
    """The models, and the service in this process, use it."""
    databases = ScratchDatabases(profile_environment("default"))
    try:
        made = databases.create()
        made.execute(*GENERATIONS[request.param])
        with made.as_django_default(django_db_blocker), override_settings(**SETTINGS):
            make_partners()
            with made.connect() as connection:
                filler.fill(connection, filler.Size(STAMPS))
            yield made
    finally:
        databases.close()


@pytest.fixture(scope="module")
def plans(database: ScratchDatabase) -> dict[str, list[plan_nodes.Plan]]:
    """Of all statements that requests sent, on the connection that they used, once the planner believes."""
    cache.clear()  # else weights that an earlier database had are not asked for
    hot_statements.send_requests()
    driver = connections["default"].connection
    with database.connect() as connection:
        connection.execute("ANALYZE")
        connection.execute(BELIEVE, [BELIEVED, list(SMALL)])
    return plan_nodes.prepared_plans(driver)
