"""A migration operation that adds an index to a table in use, and can be run again whatever became of it before."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.postgres.operations import AddIndexConcurrently
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState

from scorer_v2.conf import settings

# A concurrent build blocks no reader and no writer while it waits, but it waits for every open transaction. After
# this long it gives up; the next `migrate` starts over.
LOCK_TIMEOUT = "30s"

UNSAFE = (
    "An index is not built through a proxy that pools by transaction, which gives the limits of the wait to other "
    "connections: run migrate with DATABASE_POOLER=none and the URL of the database itself."
)


class AddIndexSafely(AddIndexConcurrently):
    """Like AddIndexConcurrently, but keeps a valid index of the name, and builds an invalid one anew.

    An interrupted build leaves an invalid index behind, and a build whose migration row was not written a valid one;
    Django's own operation fails on both. Needs a migration with `atomic = False`.
    """

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        self._ensure_not_in_transaction(schema_editor)
        found_valid = _is_valid(schema_editor, self.index.name)
        if not found_valid and settings.DATABASE_TRANSACTION_SETTINGS:
            raise ImproperlyConfigured(UNSAFE)
        with _patience(schema_editor):
            if found_valid is False:
                schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {schema_editor.quote_name(self.index.name)}")
            if not found_valid:
                super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        with _patience(schema_editor):
            super().database_backwards(app_label, schema_editor, from_state, to_state)


@contextmanager
def _patience(schema_editor: BaseDatabaseSchemaEditor) -> Iterator[None]:
    """Bounded waits for locks, unbounded work: a large table takes its time to index."""
    schema_editor.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
    schema_editor.execute("SET statement_timeout = 0")
    try:
        yield
    finally:
        schema_editor.execute("RESET statement_timeout")
        schema_editor.execute("RESET lock_timeout")


def _is_valid(schema_editor: BaseDatabaseSchemaEditor, name: str) -> bool | None:
    """Whether the index of this name is valid; None when there is none."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(quote_ident(%s))", [name])
        row = cursor.fetchone()
    return row[0] if row else None
