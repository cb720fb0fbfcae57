"""The partitioning that docs/performance.md describes works, and the service does not notice."""

import re
from pathlib import Path

import pytest
from django.test import Client

from tests.server.scratch_databases import ScratchDatabase
from tools.bench.filler import filler_address
from tools.bench.identities import API_KEY, PARTNER_COMMUNITY

pytestmark = pytest.mark.xdist_group("plans")

DOCUMENT = Path(__file__).resolve().parent.parent.parent / "docs" / "performance.md"
PARTITIONING = re.compile(r"<!-- partitioning -->\n```sql\n(.*?)```", re.DOTALL)
PARTS = "SELECT tableoid::regclass::text, count(*) FROM registry_event WHERE id > %s GROUP BY 1"


def documented() -> list[str]:
    found = PARTITIONING.search(DOCUMENT.read_text())
    assert found is not None
    return [statement for statement in found[1].split(";") if statement.strip()]


def test_events_go_on_in_partitions(database: ScratchDatabase) -> None:
    ((before, last),) = database.rows("SELECT count(*), max(id) FROM registry_event")
    with database.connect() as connection:
        for statement in documented():
            connection.execute(statement)
    path = f"/v2/stamps/{PARTNER_COMMUNITY}/score/{filler_address(7)}"
    assert Client().get(path, headers={"X-API-Key": API_KEY}).status_code == 200
    database.execute(
        "INSERT INTO registry_event (action, address, created_at, data) VALUES ('SCU', '0x0', '2099-01-09', '{}')"
    )
    assert database.rows("SELECT count(*) FROM registry_event") == [(before + 2,)]
    assert dict(database.rows(PARTS, [last])) == {"registry_event_until_2099": 1, "registry_event_2099_01": 1}
