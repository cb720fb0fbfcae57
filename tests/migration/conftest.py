"""Scratch databases next to the test database, and what can be said of one."""

import importlib.util
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import psycopg
import pytest
from django.db import connections
from psycopg import sql
from psycopg.conninfo import make_conninfo

RECORDED = Path(__file__).parent.parent / "contract" / "recorded" / "schema"

GENERATIONS = ("2025-12", "2026-07")
NEWEST = GENERATIONS[-1]

# All that a migration could change of the public schema's definitions, with names.
DEFINITIONS = {
    "column": """
        SELECT c.relname || '.' || a.attname, a.attnum, format_type(a.atttypid, a.atttypmod), a.attnotnull,
               a.attidentity, pg_get_expr(d.adbin, d.adrelid)
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        LEFT JOIN pg_attrdef d ON (d.adrelid, d.adnum) = (a.attrelid, a.attnum)
        WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0
    """,
    "constraint": """
        SELECT conrelid::regclass::text || '.' || conname, pg_get_constraintdef(oid), convalidated
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    """,
    "index": """
        SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid), indisvalid, indexrelid
        FROM pg_index WHERE indrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
    """,
    "relation": "SELECT relname, relkind FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind <> 'i'",
    "function": "SELECT oid::regprocedure::text, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
    "trigger": "SELECT tgrelid::regclass::text || '.' || tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal",
    "type": "SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace",
}


class ScratchDatabase:
    """A database of its own, known to Django as `alias` and to the driver by `url`."""

    def __init__(self, alias: str, url: str) -> None:
        self.alias = alias
        self.url = url

    def connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(self.url, autocommit=True)

    def execute(self, *statements: str) -> None:
        with self.connect() as connection:
            for statement in statements:
                connection.execute(statement)

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        with self.connect() as connection:
            return connection.execute(statement).fetchall()

    def definitions(self) -> dict[tuple[str, str], tuple[Any, ...]]:
        """What the database is made of: (kind, name) to what is said of it."""
        with self.connect() as connection:
            return {
                (kind, str(name)): tuple(rest)
                for kind, statement in DEFINITIONS.items()
                for name, *rest in connection.execute(statement)
            }

    def rows(self) -> dict[str, set[str]]:
        """Every row of every table, as text."""
        tables = [table for (table,) in self.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        with self.connect() as connection:
            return {
                table: {
                    row
                    for (row,) in connection.execute(sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(table)))
                }
                for table in tables
            }


@pytest.fixture(scope="module")
def scratch_database(django_db_setup: None, django_db_blocker: Any) -> Iterator[Callable[[], ScratchDatabase]]:
    """Makes empty databases; drops them after the tests of a module."""
    made: list[ScratchDatabase] = []
    with django_db_blocker.unblock():
        yield lambda: made.append(_create()) or made[-1]
        for database in made:
            _drop(database)


@pytest.fixture(params=GENERATIONS)
def generation(request: pytest.FixtureRequest) -> str:
    """The month in which the existing database's schema was recorded."""
    return str(request.param)


@pytest.fixture
def existing_database(scratch_database: Callable[[], ScratchDatabase], generation: str) -> ScratchDatabase:
    """A database as the replaced service left it, with some rows."""
    database = scratch_database()
    with database.connect() as connection:
        recorded_tool().create(connection, generation)
        connection.execute("INSERT INTO registry_humanpointsconfig (action, points, active) VALUES ('SCB', 7, false)")
        connection.execute(
            "INSERT INTO ceramic_cache_ban (type, address, hash, provider, created_at) "
            "VALUES ('account', '0xAb', '', '', now()), ('account', '0xaB', '', '', now())"
        )
    return database


def recorded_tool() -> ModuleType:
    """The contract's tool that creates the existing schema and compares with it."""
    spec = importlib.util.spec_from_file_location("existing_database", RECORDED / "existing_database.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    return tool


def _create() -> ScratchDatabase:
    settings = connections["default"].settings_dict
    name = f"{settings['NAME']}_scratch_{secrets.token_hex(4)}"
    with _administration() as cursor:
        cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    connections.databases[name] = {**settings, "NAME": name}
    parts = {
        "host": settings["HOST"],
        "port": settings["PORT"],
        "user": settings["USER"],
        "password": settings["PASSWORD"],
    }
    return ScratchDatabase(name, make_conninfo(dbname=name, **{key: part for key, part in parts.items() if part}))


def _drop(database: ScratchDatabase) -> None:
    connections[database.alias].close()
    del connections[database.alias]
    del connections.databases[database.alias]
    with _administration() as cursor:
        cursor.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database.alias)))


@contextmanager
def _administration() -> Iterator[Any]:
    with connections["default"]._nodb_cursor() as cursor:
        yield cursor
