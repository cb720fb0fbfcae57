"""Databases of their own for servers under test, next to the database that the test settings name.

The first one is migrated as a deployment does it and never used; all others are copies of it.
"""

import os
import secrets
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import psycopg
from django.conf import settings
from django.db import connections
from psycopg import sql
from psycopg.conninfo import make_conninfo

from tests.server.counting_proxy import Target

Row = tuple[Any, ...]

# What `migrate` made of an empty database and the tests do not bring themselves.
KEPT = ("django_migrations", "django_content_type", "auth_permission")
# Lower ids are for rows that a test makes with ids of its own.
FIRST_ID = 1_000
LONGEST_NAME = 63
# Options that the service's own settings add to whatever its URL says.
OWN_OPTIONS = frozenset(
    {"connect_timeout", "application_name", "prepare_threshold", "pool", "server_side_binding", "options"}
)

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
START_SEQUENCES = """
    SELECT setval(quote_ident(sequencename)::regclass, %s, false) FROM pg_sequences WHERE schemaname = 'public'
"""


@dataclass(frozen=True)
class ScratchDatabase:
    """A migrated database. `parameters` are those of the server, in the names of Django."""

    name: str
    parameters: Mapping[str, Any] = field(repr=False)

    @property
    def target(self) -> Target:
        """Where a proxy finds the server."""
        host, port = str(self.parameters["HOST"] or "127.0.0.1"), int(self.parameters["PORT"] or 5432)
        return Path(host, f".s.PGSQL.{port}") if host.startswith("/") else (host, port)

    @property
    def url(self) -> str:
        """The URL of the way that the test settings have, a unix socket included."""
        return self._url(self.parameters["HOST"], self.parameters["PORT"], self._options())

    def url_through(self, port: int) -> str:
        """The URL by way of a proxy on this machine, which must be able to read what passes."""
        return self._url("127.0.0.1", port, {"sslmode": "disable", "gssencmode": "disable"})

    def connect(self, *, autocommit: bool = True) -> psycopg.Connection[Row]:
        return psycopg.connect(conninfo(self.parameters, self.name), autocommit=autocommit)

    def rows(self, query: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[Row]:
        with self.connect() as connection:
            return connection.execute(query, values or None).fetchall()

    def execute(self, *statements: str) -> None:
        with self.connect() as connection:
            for statement in statements:
                connection.execute(statement)

    def counts(self, tables: Iterable[str]) -> dict[str, int]:
        with self.connect() as connection:
            return {table: _scalar(connection, "SELECT count(*) FROM {}", table) for table in tables}

    def empty(self, connection: psycopg.Connection[Row] | None = None, *, first_id: int = FIRST_ID) -> None:
        """Remove the rows of all tables but KEPT; rows made from now on get ids from `first_id`."""
        if connection is None:
            with self.connect() as own:
                empty(own, first_id=first_id)
        else:
            empty(connection, first_id=first_id)

    @contextmanager
    def as_django_default(self, blocker: Any) -> Iterator[None]:
        """Models, and so the factories, write here instead of into the tests' own database."""
        connection = connections["default"]
        with blocker.unblock():
            connection.close()
            elsewhere, connection.settings_dict["NAME"] = connection.settings_dict["NAME"], self.name
            try:
                yield
            finally:
                connection.close()
                connection.settings_dict["NAME"] = elsewhere

    def _url(self, host: str, port: str | int, options: Mapping[str, str]) -> str:
        password = self.parameters["PASSWORD"]
        user = quote(self.parameters["USER"], safe="") + (f":{quote(password, safe='')}" if password else "")
        where = quote(host, safe="") + (f":{port}" if port else "")
        return f"postgresql://{user}@{where}/{self.name}" + (
            f"?{urlencode(options, quote_via=quote)}" if options else ""
        )

    def _options(self) -> dict[str, str]:
        return {k: str(v) for k, v in self.parameters.get("OPTIONS", {}).items() if k not in OWN_OPTIONS}


class ScratchDatabases:
    """Makes databases, and drops them all at the end."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """`environment`: the settings with which the first database is migrated."""
        self._environment = environment
        self._parameters = dict(connections["default"].settings_dict)
        self._first: ScratchDatabase | None = None
        self._made: list[ScratchDatabase] = []

    def create(self) -> ScratchDatabase:
        if self._first is None:
            self._first = self._create("template0")
            migrate(self._first, self._environment)
        return self._create(self._first.name)

    def close(self) -> None:
        with self._administration() as connection:
            for database in self._made:
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database.name)))
        self._made.clear()

    def _create(self, original: str) -> ScratchDatabase:
        suffix = f"_server_{secrets.token_hex(4)}"
        name = str(self._parameters["NAME"])[: LONGEST_NAME - len(suffix)] + suffix
        with self._administration() as connection:
            names = (sql.Identifier(name), sql.Identifier(original))
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
            # Thousands of small commits, of data that nobody needs after a crash.
            connection.execute(sql.SQL("ALTER DATABASE {} SET synchronous_commit = off").format(sql.Identifier(name)))
        self._made.append(ScratchDatabase(name, self._parameters))
        return self._made[-1]

    def _administration(self) -> psycopg.Connection[Row]:
        return psycopg.connect(conninfo(self._parameters, "postgres"), autocommit=True)


def conninfo(parameters: Mapping[str, Any], name: str) -> str:
    """The driver's words for a database of Django's `parameters`."""
    parts = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
    given = {ours: str(parameters[theirs]) for ours, theirs in parts.items() if parameters.get(theirs)}
    options = {k: v for k, v in (parameters.get("OPTIONS") or {}).items() if k not in OWN_OPTIONS}
    return make_conninfo(dbname=name, **given, **options)


def migrate(database: ScratchDatabase, environment: Mapping[str, str]) -> None:
    command = [sys.executable, "manage.py", "migrate", "--no-input", "--verbosity", "0"]
    variables = {
        **environment,
        "PATH": os.environ["PATH"],
        "DATABASE_URL": database.url,
        "DJANGO_SETTINGS_MODULE": "settings.production",
    }
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"migrate failed:\n{done.stdout}{done.stderr}"


def empty(connection: psycopg.Connection[Row], *, first_id: int) -> None:
    """Delete what there is. Truncating makes new files, and costs ten times as much for a handful of rows.

    All foreign keys are deferred, so that the order does not matter.
    """
    tables = [name for (name,) in connection.execute(TABLES) if name not in KEPT]
    looks = sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(sql.Literal(name), sql.Identifier(name))
        for name in tables
    )
    with connection.transaction():
        for (name,) in connection.execute(looks).fetchall():
            connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))
        connection.execute(START_SEQUENCES, [first_id])


def _scalar(connection: psycopg.Connection[Row], query: str, table: str) -> int:
    row = connection.execute(sql.SQL(query).format(sql.Identifier(table))).fetchone()
    assert row is not None
    return int(row[0])
