"""Tables and columns that only newer generations of the existing database have.

The service, its migrations apart, neither makes nor needs them there. Models of such tables find no rows where the
table is missing; models with such columns read and write the other columns. What is there once stays there, so it is
asked for until it is found.
"""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.db import DEFAULT_DB_ALIAS, connections, models, router
from psycopg import sql

# Whether a table has a column.
HAS_COLUMN = """
    SELECT EXISTS (
        SELECT FROM pg_attribute
        WHERE attrelid = to_regclass(quote_ident(%s)) AND attname = %s AND NOT attisdropped
    )
"""

_found: set[tuple[str, ...]] = set()


def has_column(table: str, column: str, *, using: str = DEFAULT_DB_ALIAS) -> bool:
    """Say whether the database has this column. Raises Django's database errors."""
    settings = connections[using].settings_dict
    key = (*(str(settings[part]) for part in ("HOST", "PORT", "NAME")), table, column)
    if key not in _found:
        with connections[using].cursor() as cursor:
            cursor.execute(HAS_COLUMN, [table, column])
            (found,) = cursor.fetchone() or (False,)
        if not found:
            return False
        _found.add(key)
    return True


def has_table(model: type[models.Model], *, using: str = DEFAULT_DB_ALIAS) -> bool:
    """Say whether the database has the table of this model. Raises Django's database errors."""
    return has_column(model._meta.db_table, _column(model._meta.pk), using=using)


class OptionalTableManager(models.Manager[Any]):
    """Finds no rows where the table is missing. As base manager, rows that refer to such a table can be deleted."""

    def get_queryset(self) -> models.QuerySet[Any]:
        rows = super().get_queryset()
        return rows if has_table(self.model, using=self.db) else rows.none()


class OptionalColumnsManager(models.Manager[Any]):
    """Reads the columns that are there; a column that is missing fails when it is asked for."""

    def get_queryset(self) -> models.QuerySet[Any]:
        missing = self.model.missing_fields(using=self.db)
        return super().get_queryset().defer(*missing) if missing else super().get_queryset()


class RelatedOptionalColumnsManager(models.Manager[Any]):
    """Joins a related `OptionalColumnsModel` without the columns that are missing. Subclasses name the `relation`."""

    relation: ClassVar[str]

    def get_queryset(self) -> models.QuerySet[Any]:
        related: Any = self.model._meta.get_field(self.relation).related_model
        missing = [f"{self.relation}__{name}" for name in related.missing_fields(using=self.db)]
        return super().get_queryset().defer(*missing) if missing else super().get_queryset()


class OptionalColumnsModel(models.Model):
    """A model some of whose columns may be missing: their fields are named in `optional_fields`."""

    optional_fields: ClassVar[tuple[str, ...]] = ()

    objects = OptionalColumnsManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save as Django does, but make new rows without the columns that are missing."""
        using = kwargs.get("using") or router.db_for_write(type(self), instance=self)
        missing = self.missing_fields(using=using) if self._state.adding else []
        if missing:
            self._insert_without(missing, using)
        else:
            super().save(*args, **kwargs)

    @classmethod
    def missing_fields(cls, *, using: str = DEFAULT_DB_ALIAS) -> list[str]:
        """Name the optional fields that the database has no column for. Raises Django's database errors."""
        columns = {f.name: _column(f) for f in cls._meta.concrete_fields if f.name in cls.optional_fields}
        return [name for name, column in columns.items() if not has_column(cls._meta.db_table, column, using=using)]

    def _insert_without(self, missing: Iterable[str], using: str) -> None:
        """Insert the row; Django has no way to leave a column out."""
        kept = [f for f in self._meta.concrete_fields if f.name not in missing and not (f.primary_key and not self.pk)]
        values = [f.get_db_prep_save(f.pre_save(self, add=True), connections[using]) for f in kept]
        statement = sql.SQL("INSERT INTO {} ({}) VALUES ({}) RETURNING {}").format(
            sql.Identifier(self._meta.db_table),
            sql.SQL(", ").join([sql.Identifier(_column(f)) for f in kept]),
            sql.SQL(", ").join([sql.Placeholder()] * len(kept)),
            sql.Identifier(_column(self._meta.pk)),
        )
        with connections[using].cursor() as cursor:
            cursor.execute(statement, values)
            ((self.pk,),) = cursor.fetchall()
        self._state.adding, self._state.db = False, using
        attnames = {f.name: f.attname for f in self._meta.concrete_fields}
        for name in missing:  # deferred from now on, as if the row had been read
            self.__dict__.pop(attnames[name], None)


def _column(field: "models.Field[Any, Any]") -> str:
    return str(field.column)
