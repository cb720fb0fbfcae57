"""Inserting rows that are missing, table by table, and counting them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db.models import Model

Row = TypeVar("Row", bound=Model)


@dataclass
class Count:
    """How many of a table's rows were added, and how many were already there."""

    added: int = 0
    already_there: int = 0


@dataclass
class Planting:
    """`counts`: table to count, in the order of planting."""

    counts: dict[str, Count] = field(default_factory=dict)

    def plant(self, rows: Sequence[Row], *, known_by: Sequence[str]) -> list[Row]:
        """The rows as stored, in the order given. One is already there when a row has its values of `known_by`."""
        model = type(rows[0])
        first = known_by[0]
        candidates = model._default_manager.filter(**{f"{first}__in": {getattr(row, first) for row in rows}})
        stored = {_values(row, known_by): row for row in candidates.order_by("-pk")}
        missing = [row for row in rows if _values(row, known_by) not in stored]
        self.count(model, added=_insert(model, missing), already_there=len(rows) - len(missing))
        return [stored.get(_values(row, known_by), row) for row in rows]

    def count(self, model: type[Model], *, added: int = 0, already_there: int = 0) -> None:
        count = self.counts.setdefault(model._meta.db_table, Count())
        count.added += added
        count.already_there += already_there


def _values(row: Model, names: Sequence[str]) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in names)


def _insert(model: type[Row], rows: Sequence[Row]) -> int:
    """In one statement, but for a model that has a parent's table too."""
    if model._meta.parents:
        for row in rows:
            row.save(force_insert=True)
    else:
        model._default_manager.bulk_create(rows)
    return len(rows)
