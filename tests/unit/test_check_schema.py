"""`missing_from_schema` and `manage.py check_schema`: what a database lacks is found and named."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from scorer_v2.database.required_schema import REQUIRED
from scorer_v2.database.schema_check import missing_from_schema

pytestmark = pytest.mark.django_db


def change(*statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def invalidate(index):
    """What an interrupted concurrent build leaves behind."""
    change(f"UPDATE pg_index SET indisvalid = false WHERE indexrelid = '{index}'::regclass")


def test_it_finds_nothing_missing_in_a_migrated_database():
    assert missing_from_schema(connection) == []


def test_it_asks_for_all_tables_at_once(django_assert_num_queries):
    with django_assert_num_queries(2):
        missing_from_schema(connection)


def test_it_finds_a_missing_table():
    change("DROP TABLE stake_stake")
    assert missing_from_schema(connection) == ["stake_stake: the table is missing"]


def test_it_finds_a_missing_column():
    change("ALTER TABLE registry_score DROP COLUMN stamps")
    assert missing_from_schema(connection) == ["registry_score: column stamps (jsonb) is missing"]


def test_it_finds_a_column_of_another_type():
    change("ALTER TABLE registry_score ALTER COLUMN score TYPE double precision")
    assert missing_from_schema(connection) == [
        "registry_score: column score is double precision, not numeric(18,9)",
    ]


def test_it_finds_a_text_column_that_is_too_narrow():
    change("ALTER TABLE registry_hashscorerlink ALTER COLUMN hash TYPE varchar(64)")
    assert missing_from_schema(connection) == [
        "registry_hashscorerlink: column hash is character varying(64), not character varying(100)",
    ]


@pytest.mark.parametrize("wider", ["varchar(101)", "varchar", "text"])
def test_it_accepts_a_text_column_that_is_wider(wider):
    change(f"ALTER TABLE registry_hashscorerlink ALTER COLUMN hash TYPE {wider}")
    assert missing_from_schema(connection) == []


def test_it_finds_a_column_that_became_nullable():
    change("ALTER TABLE registry_hashscorerlink ALTER COLUMN expires_at DROP NOT NULL")
    assert missing_from_schema(connection) == ["registry_hashscorerlink: column expires_at must not be nullable"]


def test_it_finds_a_column_that_refuses_our_nulls():
    change("ALTER TABLE registry_score ALTER COLUMN evidence SET NOT NULL")
    assert missing_from_schema(connection) == ["registry_score: column evidence must be nullable"]


def test_it_finds_an_unknown_column_that_our_inserts_would_leave_out():
    change("ALTER TABLE registry_event ADD COLUMN tenant integer NOT NULL")
    assert missing_from_schema(connection) == [
        "registry_event: column tenant needs a default: new rows come without it",
    ]


@pytest.mark.parametrize("column", ["tenant integer", "tenant integer NOT NULL DEFAULT 0"])
def test_it_accepts_an_unknown_column_that_fills_itself(column):
    change(f"ALTER TABLE registry_event ADD COLUMN {column}")
    assert missing_from_schema(connection) == []


def test_it_finds_ids_that_are_not_generated():
    change("ALTER TABLE registry_event ALTER COLUMN id DROP IDENTITY")
    assert missing_from_schema(connection) == ["registry_event: column id needs a default: new rows come without it"]


@pytest.mark.parametrize(
    ("table", "constraint", "columns"),
    [
        ("account_accountapikey", "account_accountapikey_prefix_key", "prefix"),
        ("registry_hashscorerlink", "registry_hashscorerlink_hash_community_id_ea7e08a6_uniq", "hash, community_id"),
        ("registry_passport", "registry_passport_address_community_id_14f7b36b_uniq", "address, community_id"),
        ("registry_score", "registry_score_passport_id_key", "passport_id"),
        ("registry_humanpoints", "unique_human_points_constraint", "address, action, chain_id, provider, tx_hash"),
        (
            "registry_humanpointscommunityqualifiedusers",
            "registry_humanpointscomm_address_community_id_a9e351f4_uniq",
            "address, community_id",
        ),
        ("ceramic_cache_revocation", "ceramic_cache_revocation_ceramic_cache_id_key", "ceramic_cache_id"),
    ],
)
def test_it_finds_a_missing_unique_key(table, constraint, columns):
    change(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
    assert missing_from_schema(connection) == [f"{table}: unique key ({columns}) is missing"]


def test_it_finds_the_missing_unique_key_of_live_stamps():
    change("DROP INDEX unique_non_deleted_provider_for_address")
    assert missing_from_schema(connection) == [
        "ceramic_cache_ceramiccache: unique key (type, address, provider) where deleted_at IS NULL is missing",
    ]


def test_a_key_with_its_columns_in_another_order_will_do():
    change(
        "ALTER TABLE registry_passport DROP CONSTRAINT registry_passport_address_community_id_14f7b36b_uniq",
        "CREATE UNIQUE INDEX ON registry_passport (community_id, address)",
    )
    assert missing_from_schema(connection) == []


def test_a_deferrable_key_will_not_do_because_on_conflict_cannot_use_it():
    change(
        "ALTER TABLE registry_score DROP CONSTRAINT registry_score_passport_id_key",
        "ALTER TABLE registry_score ADD UNIQUE (passport_id) DEFERRABLE",
    )
    assert missing_from_schema(connection) == ["registry_score: unique key (passport_id) is missing"]


def test_it_finds_a_missing_index():
    change("DROP INDEX ban_address_lower")
    assert missing_from_schema(connection) == ["ceramic_cache_ban: index on (lower(address::text)) is missing"]


def test_a_partial_index_will_not_do():
    change(
        "DROP INDEX ban_address_lower",
        "CREATE INDEX ON ceramic_cache_ban (lower(address)) WHERE type = 'account'",
    )
    assert missing_from_schema(connection) == ["ceramic_cache_ban: index on (lower(address::text)) is missing"]


def test_it_finds_an_invalid_index():
    invalidate("ban_address_lower")
    assert missing_from_schema(connection) == [
        "ceramic_cache_ban: index on (lower(address::text)) is invalid: drop ban_address_lower and build it again",
    ]


def test_it_finds_an_invalid_unique_key():
    invalidate("unique_non_deleted_provider_for_address")
    assert missing_from_schema(connection) == [
        "ceramic_cache_ceramiccache: unique key (type, address, provider) where deleted_at IS NULL is invalid: "
        "drop unique_non_deleted_provider_for_address and build it again",
    ]


def test_an_index_that_is_only_slow_can_be_left_out():
    change("DROP INDEX ban_address_lower")
    assert missing_from_schema(connection, with_indexes=False) == []


def test_it_looks_for_nothing_twice():
    for table in REQUIRED.values():
        names = [column.split(" ")[0] for column in table.columns.split(", ")]
        for wanted in (names, table.unique, table.indexes):
            assert len(set(wanted)) == len(wanted)


def test_the_command_says_one_line_when_all_is_there(capsys):
    call_command("check_schema")
    assert capsys.readouterr().out == "The database 'default' has all that the code needs.\n"


def test_the_command_prints_json(capsys):
    call_command("check_schema", json=True)
    assert json.loads(capsys.readouterr().out) == {"database": "default", "missing": [], "optional": []}


def test_what_an_older_generation_lacks_is_information(capsys):
    change(
        "DROP TABLE account_embedstampplatform",
        "ALTER TABLE account_customplatform DROP COLUMN is_evm",
    )
    call_command("check_schema")
    assert capsys.readouterr().out.splitlines() == [
        "optional: account_customplatform: column is_evm (boolean) is missing",
        "optional: account_embedstampplatform: the table is missing",
        "The database 'default' has all that the code needs.",
    ]


def test_the_command_lists_what_is_missing_and_fails(capsys):
    change("DROP INDEX ban_address_lower", "DROP TABLE stake_stake")
    with pytest.raises(CommandError, match="'default' lacks 2 of the things") as failure:
        call_command("check_schema")
    assert failure.value.returncode == 1
    assert capsys.readouterr().out.splitlines() == [
        "ceramic_cache_ban: index on (lower(address::text)) is missing",
        "stake_stake: the table is missing",
    ]


def test_the_command_lists_what_is_missing_as_json_and_fails(capsys):
    change("DROP TABLE stake_stake")
    with pytest.raises(CommandError):
        call_command("check_schema", json=True)
    assert json.loads(capsys.readouterr().out)["missing"] == ["stake_stake: the table is missing"]


def test_the_command_says_that_the_database_cannot_be_asked(monkeypatch):
    def refuse(_connection):
        raise OperationalError("connection refused")

    monkeypatch.setattr("scorer_v2.management.commands.check_schema.missing_from_schema", refuse)
    with pytest.raises(CommandError, match="'default' cannot be asked: connection refused"):
        call_command("check_schema")
