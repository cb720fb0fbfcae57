"""A migration that adds an index to a table in use gives up rather than wait for ever, and can be run again."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import OperationalError, connections

INDEX = "ban_address_lower"
IS_VALID = f"SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('{INDEX}')"
IS_RECORDED = "SELECT count(*) FROM django_migrations WHERE app = 'ceramic_cache' AND name = '0100_ban_address_lower'"


def migrate(database):
    call_command("migrate", database=database.alias, verbosity=0)


@pytest.fixture
def interrupted(existing_database, monkeypatch):
    """The existing database after a build that gave up, because another transaction had the table in use."""
    monkeypatch.setattr("scorer_v2.database.concurrent_indexes.LOCK_TIMEOUT", "100ms")
    with existing_database.connect() as user:
        user.execute("BEGIN")
        user.execute("UPDATE ceramic_cache_ban SET reason = 'in use'")
        with pytest.raises(OperationalError, match="lock timeout"):
            migrate(existing_database)
        user.execute("ROLLBACK")
    return existing_database


def test_it_gives_up_when_the_table_stays_in_use(interrupted):
    assert interrupted.query(IS_VALID) == [(False,)]
    assert interrupted.query(IS_RECORDED) == [(0,)]


def test_the_next_run_builds_the_index_anew(interrupted):
    migrate(interrupted)
    assert interrupted.query(IS_VALID) == [(True,)]
    assert interrupted.query(IS_RECORDED) == [(1,)]


def test_an_index_that_was_built_but_not_recorded_is_kept(existing_database):
    existing_database.execute(f"CREATE INDEX {INDEX} ON ceramic_cache_ban (lower(address))")
    before = existing_database.query(f"SELECT '{INDEX}'::regclass::oid")
    migrate(existing_database)
    assert existing_database.query(f"SELECT '{INDEX}'::regclass::oid") == before
    assert existing_database.query(IS_RECORDED) == [(1,)]


def test_the_connection_has_its_own_timeouts_again(interrupted):
    with connections[interrupted.alias].cursor() as cursor:
        cursor.execute("SELECT current_setting('lock_timeout'), current_setting('statement_timeout')")
        assert cursor.fetchone() == ("0", "0")


def test_it_can_be_taken_back(existing_database):
    migrate(existing_database)
    call_command("migrate", "ceramic_cache", "0001_initial", database=existing_database.alias, verbosity=0)
    assert existing_database.query(IS_VALID) == []


def test_it_is_not_built_through_a_proxy_that_pools_by_transaction(existing_database, settings):
    settings.DATABASE_TRANSACTION_SETTINGS = {"lock_timeout": "5000"}
    with pytest.raises(ImproperlyConfigured, match="DATABASE_POOLER=none"):
        migrate(existing_database)
    assert existing_database.query(IS_RECORDED) == [(0,)]
