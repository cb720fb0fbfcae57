"""Compares a live database with what the code needs of it (`scorer_v2.database.required_schema`). Loads no models."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.db.backends.base.base import BaseDatabaseWrapper

from scorer_v2.database.required_schema import OPTIONAL, REQUIRED, RequiredTable

# The columns of the tables that the code needs; `generated` where an insert may leave the column out.
COLUMNS = """
    SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
           a.atthasdef OR a.attidentity <> ''
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relkind IN ('r', 'p') AND c.relname = ANY(%s) AND pg_table_is_visible(c.oid)
      AND a.attnum > 0 AND NOT a.attisdropped
"""

# Their indexes, each with its key columns in order. ON CONFLICT takes no index of a deferrable constraint.
INDEXES = """
    SELECT t.relname, i.indexrelid::regclass::text, i.indisunique AND i.indimmediate, i.indisvalid AND i.indisready,
           ARRAY(SELECT pg_get_indexdef(i.indexrelid, n, true) FROM generate_series(1, i.indnkeyatts) n ORDER BY n),
           coalesce(pg_get_expr(i.indpred, i.indrelid, true), '')
    FROM pg_index i
    JOIN pg_class t ON t.oid = i.indrelid
    JOIN pg_class ic ON ic.oid = i.indexrelid
    JOIN pg_am method ON method.oid = ic.relam AND method.amname = 'btree'
    WHERE t.relname = ANY(%s) AND pg_table_is_visible(t.oid)
"""

_TEXT = re.compile(r"character varying(?:\((\d+)\))?\Z|text\Z")


@dataclass(frozen=True, slots=True)
class _Column:
    type: str
    not_null: bool
    generated: bool = False


@dataclass(frozen=True, slots=True)
class _Index:
    name: str
    unique: bool
    valid: bool
    keys: tuple[str, ...]
    condition: str


@dataclass(slots=True)
class _Table:
    columns: dict[str, _Column] = field(default_factory=dict)
    indexes: list[_Index] = field(default_factory=list)


def missing_from_schema(connection: BaseDatabaseWrapper, *, with_indexes: bool = True) -> list[str]:
    """What the database of `connection` lacks, a sentence each; empty when the code can run on it.

    `with_indexes=False` leaves out what makes statements slow and no more. Two catalog queries, a few milliseconds;
    raises Django's database errors.
    """
    return _missing(connection, REQUIRED, with_indexes=with_indexes)


def optional_missing_from_schema(connection: BaseDatabaseWrapper) -> list[str]:
    """What an older generation of the existing database lacks, a sentence each; the code runs without it.

    Two catalog queries; raises Django's database errors.
    """
    return _missing(connection, OPTIONAL, with_indexes=True)


def _missing(connection: BaseDatabaseWrapper, wanted: Mapping[str, RequiredTable], *, with_indexes: bool) -> list[str]:
    live = _live(connection, list(wanted))
    return [
        f"{name}: {fault}"
        for name, required in wanted.items()
        for fault in _faults(required, live.get(name), with_indexes=with_indexes)
    ]


def _live(connection: BaseDatabaseWrapper, names: list[str]) -> Mapping[str, _Table]:
    tables: dict[str, _Table] = {}
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS, [names])
        for table, column, type_, not_null, generated in cursor.fetchall():
            tables.setdefault(table, _Table()).columns[column] = _Column(type_, not_null, generated)
        cursor.execute(INDEXES, [names])
        for table, name, unique, valid, keys, condition in cursor.fetchall():
            tables[table].indexes.append(_Index(name, unique, valid, tuple(keys), condition))
    return tables


def _faults(required: RequiredTable, live: _Table | None, *, with_indexes: bool) -> Iterator[str]:
    if live is None:
        yield "the table is missing"
        return
    yield from _column_faults(required, live)
    for key in required.unique:
        yield from _unique_faults(key, live)
    for keys in required.indexes if with_indexes else ():
        yield from _index_faults(keys, live)


def _column_faults(required: RequiredTable, live: _Table) -> Iterator[str]:
    wanted = dict(_parsed(column) for column in required.columns.split(", "))
    for name, want in wanted.items():
        column = live.columns.get(name)
        if column is None:
            yield f"column {name} ({want.type}) is missing"
            continue
        if not _holds(column.type, want.type):
            yield f"column {name} is {column.type}, not {want.type}"
        if column.not_null != want.not_null:
            yield f"column {name} {'must not' if want.not_null else 'must'} be nullable"
    if required.inserted:
        yield from _insert_faults(wanted, live)


def _insert_faults(wanted: Mapping[str, _Column], live: _Table) -> Iterator[str]:
    """Columns that our inserts leave out, and must be able to."""
    for name, column in live.columns.items():
        if column.not_null and not column.generated and (name == "id" or name not in wanted):
            yield f"column {name} needs a default: new rows come without it"


def _unique_faults(key: str, live: _Table) -> Iterator[str]:
    columns, _, condition = key.partition(" WHERE ")
    wanted = sorted(columns.split(", "))
    fitting = [i for i in live.indexes if i.unique and sorted(i.keys) == wanted and i.condition == condition]
    yield from _verdict(f"unique key ({columns}){condition and f' where {condition}'}", fitting)


def _index_faults(keys: str, live: _Table) -> Iterator[str]:
    columns, _, condition = keys.partition(" WHERE ")
    fitting = [
        i for i in live.indexes if i.condition == condition and ", ".join((*i.keys, "")).startswith(f"{columns}, ")
    ]
    yield from _verdict(f"index on ({columns}){condition and f' where {condition}'}", fitting)


def _verdict(what: str, fitting: list[_Index]) -> Iterator[str]:
    if not fitting:
        yield f"{what} is missing"
    elif not any(index.valid for index in fitting):
        yield f"{what} is invalid: drop {', '.join(index.name for index in fitting)} and build it again"


def _parsed(column: str) -> tuple[str, _Column]:
    name, _, type_ = column.partition(" ")
    return name, _Column(type_.removesuffix("!"), type_.endswith("!"))


def _holds(live: str, wanted: str) -> bool:
    """Whether a column of type `live` takes all that one of type `wanted` does."""
    room, needed = _TEXT.match(live), _TEXT.match(wanted)
    if room is None or needed is None:
        return live == wanted
    return room[1] is None or (needed[1] is not None and int(room[1]) >= int(needed[1]))
