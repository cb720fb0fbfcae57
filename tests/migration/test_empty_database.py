"""`migrate` on an empty database makes the newest schema that is recorded, and the rows that it starts with."""

import pytest
from django.core.management import call_command
from django.db import connections

from apps.account.rulesets.definitions import provider_id_of
from scorer_v2.database.schema_check import missing_from_schema
from tests.migration.conftest import NEWEST, recorded_tool


@pytest.fixture(scope="module")
def migrated(scratch_database):
    database = scratch_database()
    call_command("migrate", database=database.alias, verbosity=0)
    return database


def test_it_makes_the_newest_schema(migrated, capsys):
    with migrated.connect() as connection:
        status = recorded_tool().diff(connection, NEWEST)
    assert status == 0, capsys.readouterr().out
    assert capsys.readouterr().out.splitlines()[-1] == "0 differences in 60 tables"


def test_it_adds_the_rows_that_an_empty_database_gets(migrated):
    assert dict(migrated.query("SELECT action, points FROM registry_humanpointsconfig WHERE active")) == {
        "SCB": 500,
        "HKY": 100,
        "ISB": 100,
        "ISS": 200,
        "ISG": 500,
        "CSB": 100,
        "CSE": 200,
        "CST": 500,
        "PMT": 300,
        "HIM": 1000,
    }
    assert migrated.query("SELECT chain, block_number FROM stake_lastblock") == [(0, 0)]
    campaigns = "SELECT image_tag FROM account_featuredcampaign WHERE is_active ORDER BY display_order"
    assert migrated.query(campaigns) == [("gitcoin",), ("verax",), ("lido",), ("zksync",)]
    assert migrated.query("SELECT platform_type, name, is_evm FROM account_customplatform") == [
        ("NFT", "NFTHolder", True)
    ]
    assert migrated.query("SELECT count(*) FROM registry_weightconfiguration") == [(0,)]


def test_it_makes_all_that_the_code_needs(migrated):
    assert missing_from_schema(connections[migrated.alias]) == []


@pytest.mark.django_db
def test_the_models_are_what_the_migrations_make(capsys):
    call_command("makemigrations", check=True, dry_run=True)
    assert capsys.readouterr().out == "No changes detected\n"


def test_the_example_ruleset_has_the_provider_that_follows_from_its_definition(migrated):
    ((provider, definition),) = migrated.query("SELECT provider_id, definition FROM account_customcredentialruleset")
    assert provider == provider_id_of(type_name="NFTHolder", definition=definition)


def test_a_custom_platform_of_the_older_generation_can_be_stored(migrated):
    migrated.execute("INSERT INTO account_customplatform (platform_type, name) VALUES ('DEVEL', 'old')")
    assert migrated.query("DELETE FROM account_customplatform WHERE name = 'old' RETURNING is_evm") == [(False,)]


def test_a_database_that_an_earlier_version_made_becomes_the_newest_schema(scratch_database, capsys):
    database = scratch_database()
    for label in ("account", "registry"):
        call_command("migrate", label, "0001_initial", database=database.alias, verbosity=0)
    call_command("migrate", database=database.alias, verbosity=0)
    with database.connect() as connection:
        assert recorded_tool().diff(connection, NEWEST) == 0, capsys.readouterr().out
