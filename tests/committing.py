"""Rows that other connections see, for tests of code that opens transactions of its own."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, connection, connections

from apps.registry.models import HumanPointsConfig

# What `migrate` makes of an empty database, and tests leave as it is.
KEPT = frozenset({"django_migrations", "django_content_type", "auth_permission", "stake_lastblock"})

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"


@contextmanager
def rows_deleted_afterwards() -> Iterator[None]:
    """Meanwhile the default connection is another one, outside of the transaction that a test of pytest-django is in.

    Afterwards no table has a row, but for what `migrate` made. Truncating, as transactional tests of pytest-django
    do, makes new files for every table and index: it takes twenty times as long for a handful of rows.
    """
    inherited = connections[DEFAULT_DB_ALIAS]
    connections[DEFAULT_DB_ALIAS] = connections.create_connection(DEFAULT_DB_ALIAS)
    configured = list(HumanPointsConfig.objects.all())
    try:
        yield
    finally:
        connection.close()
        delete_all_rows()
        HumanPointsConfig.objects.bulk_create(configured)
        connection.close()
        connections[DEFAULT_DB_ALIAS] = inherited


def delete_all_rows() -> None:
    """But for KEPT. All foreign keys are deferred, so that the order does not matter."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        tables = [name for (name,) in cursor.fetchall() if name not in KEPT]
        cursor.execute(" UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in tables))
        filled = [name for (name,) in cursor.fetchall()]
        cursor.execute("BEGIN;" + "".join(f"DELETE FROM {name};" for name in filled) + "COMMIT")
