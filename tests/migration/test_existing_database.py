"""`migrate` on the existing database adds what is ours, touches nothing else, and can be run again."""

import json

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connections
from django.db.migrations.loader import MigrationLoader

from scorer_v2.database.schema_check import missing_from_schema, optional_missing_from_schema
from tests.migration.conftest import GENERATIONS, RECORDED, recorded_tool

OUR_LABELS = ("account", "ceramic_cache", "cgrants", "registry", "scorer_weighted", "stake")
OUR_INDEXES = {"ban_address_lower", "ceramic_cache_jws"}
# What Django itself writes after every migration: content types and permissions of the installed apps.
DJANGO_WRITES = {"django_content_type", "auth_permission"}


def recorded_migrations(generation):
    tool = recorded_tool()
    rows = tool.load(tool.GENERATIONS[generation][1])
    return {(row["app"], row["name"]) for row in rows}


def migrate(database):
    call_command("migrate", database=database.alias, verbosity=0)


def our_migrations():
    """Those that run on the existing database: the others have names that every generation has already."""
    taken = set.intersection(*map(recorded_migrations, GENERATIONS))
    return {key for key in MigrationLoader(None).disk_migrations if key[0] in OUR_LABELS} - taken


def test_the_migrations_that_make_the_existing_schema_count_as_applied_there():
    """The second one changes what Django knows, and no table."""
    assert our_migrations() == {
        ("ceramic_cache", "0100_ban_address_lower"),
        ("ceramic_cache", "0101_stamp_jws"),
        ("account", "0100_key_prefix_as_primary_key"),
    }


def test_no_migration_of_ours_has_a_name_that_only_a_newer_generation_has():
    for generation in GENERATIONS:
        assert our_migrations().isdisjoint(recorded_migrations(generation))


def test_every_other_migration_of_ours_is_not_one_transaction():
    migrations = MigrationLoader(None).disk_migrations
    assert [key for key in our_migrations() if migrations[key].atomic] == []


def test_it_adds_our_indexes_and_changes_no_other_definition(existing_database):
    before = existing_database.definitions()
    migrate(existing_database)
    after = existing_database.definitions()
    assert {key: after.get(key) for key in before} == before
    assert after.keys() - before.keys() == {("index", name) for name in OUR_INDEXES}


def test_it_writes_no_rows_but_our_migrations_and_djangos_own(existing_database, generation):
    before = existing_database.rows()
    migrate(existing_database)
    after = existing_database.rows()
    changed = {table for table in after if after[table] != before[table]}
    assert changed <= {"django_migrations", *DJANGO_WRITES}
    assert all(before[table] <= after[table] for table in before)
    recorded = set(existing_database.query("SELECT app, name FROM django_migrations"))
    assert recorded - recorded_migrations(generation) == our_migrations()


def test_a_second_run_changes_nothing(existing_database):
    migrate(existing_database)
    before = existing_database.definitions(), existing_database.rows()
    migrate(existing_database)
    assert (existing_database.definitions(), existing_database.rows()) == before


def test_it_is_still_the_existing_schema_and_has_all_that_the_code_needs(existing_database, generation, capsys):
    migrate(existing_database)
    with existing_database.connect() as connection:
        assert recorded_tool().diff(connection, generation) == 0, capsys.readouterr().out
    assert missing_from_schema(connections[existing_database.alias]) == []


def test_before_it_only_our_indexes_are_missing(existing_database):
    assert missing_from_schema(connections[existing_database.alias]) == [
        "ceramic_cache_ceramiccache: index on (\"right\"(stamp #>> '{proof,jws}'::text[], 86)) "
        "where (stamp #> '{proof,jws}'::text[]) IS NOT NULL is missing",
        "ceramic_cache_ban: index on (lower(address::text)) is missing",
    ]


@pytest.mark.parametrize("label", OUR_LABELS)
def test_all_models_have_a_table_of_the_newest_schema(label):
    catalog = json.loads((RECORDED / "head_catalog.json").read_text())
    tables = {name for name in catalog if name.startswith(f"{label}_")}
    assert {model._meta.db_table for model in apps.get_app_config(label).get_models()} == tables


@pytest.mark.parametrize("generation", ["2026-07"], indirect=True)
def test_the_newest_generation_lacks_nothing_optional(existing_database):
    assert optional_missing_from_schema(connections[existing_database.alias]) == []


@pytest.mark.parametrize("generation", ["2025-12"], indirect=True)
def test_an_older_generation_lacks_only_what_is_optional(existing_database):
    migrate(existing_database)
    assert optional_missing_from_schema(connections[existing_database.alias]) == [
        "account_customplatform: column is_evm (boolean) is missing",
        "account_embedsectionheader: the table is missing",
        "account_embedsectionorder: the table is missing",
        "account_embedstampplatform: the table is missing",
        "account_featuredcampaign: the table is missing",
        "account_walletgroupcommunityclaim: the table is missing",
        "registry_platformmetadata: the table is missing",
        "registry_stampmetadata: column platform_id (bigint) is missing",
    ]
