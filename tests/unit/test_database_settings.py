"""Connections from their URLs: the limits of requests, one plan for prepared statements, and what the URL adds."""

import pytest
from django.db import connection as django_connection

from settings.databases import connection, transaction_settings, url_through_proxy

URL = "postgresql://somebody@127.0.0.1:5432/scorer"
LIMITS = "DATABASE_STATEMENT_TIMEOUT_MS", "DATABASE_LOCK_TIMEOUT_MS", "DATABASE_IDLE_TRANSACTION_TIMEOUT_MS"


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*LIMITS, "DATABASE_GENERIC_PLANS", "DATABASE_PREPARED_STATEMENTS", "DATABASE_POOLER"):
        monkeypatch.delenv(name, raising=False)


def server_options(url: str = URL) -> str:
    return connection("DATABASE_URL", url)["OPTIONS"].get("options", "")


def test_a_request_has_limits_and_one_plan() -> None:
    assert server_options() == (
        "-c statement_timeout=10000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=10000"
        " -c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3"
        " -c jit=off -c plan_cache_mode=force_generic_plan"
    )


def test_what_the_url_says_comes_last_and_wins() -> None:
    assert server_options(f"{URL}?options=-c%20lock_timeout%3D1").endswith("force_generic_plan -c lock_timeout=1")


def test_all_of_it_can_be_turned_off(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*LIMITS, "DATABASE_GENERIC_PLANS"):
        monkeypatch.setenv(name, "0")
    assert server_options() == "-c jit=off"


def test_without_prepared_statements_there_is_no_plan_to_keep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_PREPARED_STATEMENTS", "off")
    found = connection("DATABASE_URL", URL)["OPTIONS"]
    assert found["prepare_threshold"] is None
    assert "plan_cache_mode" not in found["options"]


@pytest.mark.django_db
def test_the_server_is_told_the_time_zone_as_it_connects() -> None:
    """Else Django sets it with a round trip of its own."""
    parameters = {**django_connection.get_connection_params(), "options": ""}
    with django_connection.Database.connect(**parameters) as connected:
        assert connected.info.parameter_status("TimeZone") == "UTC"


def test_behind_a_pooler_transactions_set_the_limits_and_nothing_is_prepared(monkeypatch: pytest.MonkeyPatch) -> None:
    assert transaction_settings() == {}
    monkeypatch.setenv("DATABASE_POOLER", "transaction")
    found = connection("DATABASE_URL", URL)
    assert "options" not in found["OPTIONS"]
    assert found["OPTIONS"]["prepare_threshold"] is None
    assert found["DISABLE_SERVER_SIDE_CURSORS"]
    assert transaction_settings() == {
        "TimeZone": "UTC",
        "jit": "off",
        "statement_timeout": "10000",
        "lock_timeout": "5000",
        "idle_in_transaction_session_timeout": "10000",
    }


@pytest.mark.parametrize("scheme", ["psql", "postgres", "postgresql"])
def test_a_url_may_have_any_of_the_schemes_in_use(scheme: str) -> None:
    found = connection("DATABASE_URL", f"{scheme}://somebody:secret@db.example:5433/scorer")
    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"], found["NAME"]) == (
        "somebody",
        "secret",
        "db.example",
        5433,
        "scorer",
    )


@pytest.mark.parametrize(
    ("proxy", "due"),
    [
        (None, "psql://u:p@db.example:5433/scorer?sslmode=require"),
        ("proxy.example", "psql://u:p@proxy.example:5433/scorer?sslmode=require"),
        ("proxy.example:6432", "psql://u:p@proxy.example:6432/scorer?sslmode=require"),
        ("postgres://x@proxy.example:6432", "psql://u:p@proxy.example:6432/scorer?sslmode=require"),
    ],
)
def test_the_proxys_host_takes_the_place_of_the_databases(proxy: str | None, due: str) -> None:
    assert url_through_proxy("psql://u:p@db.example:5433/scorer?sslmode=require", proxy) == due
