"""Lists stay quick on tables of many millions of rows: few statements, no unbounded count, no sort without an index.

How quick they are on 1,000,000 rows was measured: docs/operations.md.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from scorer_v2.admin_site.model_admin import IndexedAdmin
from tests.factories import account, ceramic_cache, cgrants, registry, scorer_weighted, stake

Browsers = Callable[..., Client]

FACTORIES: dict[Any, Any] = {
    factory._meta.model: factory
    for module in (account, ceramic_cache, cgrants, registry, scorer_weighted, stake)
    for name, factory in vars(module).items()
    if name.endswith("Factory") and not name.startswith("_")
}
LISTS = [model for model, page in admin.site._registry.items() if isinstance(page, IndexedAdmin)]
SORTED_WHOLE = {"AccountAPIKey"}
"""Tables that stay small, and are shown in an order that has no index."""

pytestmark = pytest.mark.django_db


def statements(browser: Client, model: Any, **query: str) -> list[str]:
    """What the list of a table asks the database, once content types and optional columns are known."""
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(url, query).status_code == 200
        return [query["sql"] for query in captured.captured_queries if "pg_attribute" not in query["sql"]]


def fill(model: Any) -> None:
    for _ in range(3):
        FACTORIES[model]() if model in FACTORIES else None


@pytest.mark.parametrize("model", LISTS, ids=lambda model: model._meta.label)
def test_a_list_takes_six_statements_and_counts_and_sorts_no_whole_table(log_in: Browsers, model: Any) -> None:
    fill(model)
    browser = log_in("operations")
    for query in ({}, {"q": "0x" + "a" * 40}):
        asked = statements(browser, model, **query)
        assert len(asked) <= 6
        (count,) = [sql for sql in asked if "COUNT(*)" in sql]
        assert "LIMIT" in count
        (rows,) = [sql for sql in asked if "ORDER BY" in sql]
        by = re.sub(r" LIMIT .*| (ASC|DESC)", "", rows.rpartition("ORDER BY ")[2])
        assert model.__name__ in SORTED_WHOLE or by == f'"{model._meta.db_table}"."{model._meta.pk.column}"'


def test_no_filter_reads_its_choices_from_a_table() -> None:
    for model in LISTS:
        for entry in admin.site._registry[model].list_filter:
            name = entry[0] if isinstance(entry, tuple) else entry
            assert not isinstance(name, str) or not model._meta.get_field(name).is_relation, model
