"""Every statement that a request can send finds its rows by the index that it was designed for, among a million."""

import psycopg
import pytest

from tests.plans.conftest import BELIEVED, SMALL
from tests.plans.designs import DESIGNS
from tests.plans.hot_statements import statements_of_requests
from tests.plans.plan_nodes import Plan, prepared_plans
from tests.server.scratch_databases import ScratchDatabase

Plans = dict[str, list[Plan]]

pytestmark = pytest.mark.xdist_group("plans")


def test_the_planner_believes_in_a_million_rows(plans: Plans, database: ScratchDatabase) -> None:
    ((explained,),) = database.rows("EXPLAIN (FORMAT JSON) SELECT FROM ceramic_cache_ceramiccache")
    assert explained[0]["Plan"]["Plan Rows"] == pytest.approx(BELIEVED, rel=0.01)


def test_a_statement_without_an_index_is_noticed(plans: Plans, database: ScratchDatabase) -> None:
    with psycopg.connect(database.url, autocommit=True, options="-c plan_cache_mode=force_generic_plan") as connection:
        query = "/* a.slow_one */ SELECT stamp FROM ceramic_cache_ceramiccache WHERE lower(address) = %s"
        connection.execute(query, ["0x0"], prepare=True)
        assert prepared_plans(connection)["a.slow_one"] == [
            Plan(indexed=frozenset(), scanned=frozenset({"ceramic_cache_ceramiccache"}))
        ]


def test_every_statement_of_the_request_path_is_sent_and_designed(plans: Plans) -> None:
    assert set(plans) == set(statements_of_requests()) == set(DESIGNS)


@pytest.mark.parametrize("name", DESIGNS)
def test_a_statement_uses_the_indexes_it_was_designed_for(plans: Plans, name: str) -> None:
    for plan in plans[name]:
        assert {f"{table}.{column}" for table, column in plan.indexed} == DESIGNS[name]
        assert plan.scanned <= set(SMALL)
