"""How much a row of the tables that only grow takes: rows of the load just sent, with their share of the indexes."""

from typing import Any

import psycopg

GROWING = ("registry_event", "account_accountapikeyanalytics")
# The last rows are what the service wrote; those that fill the table are smaller.
ROW = "SELECT avg(pg_column_size(last.*)) FROM (SELECT * FROM {table} ORDER BY id DESC LIMIT 1000) last"
INDEXES = "SELECT pg_indexes_size(%s::regclass)::float / greatest(reltuples, 1) FROM pg_class WHERE oid = %s::regclass"


def row_bytes(database: psycopg.Connection[Any]) -> dict[str, float]:
    """By table."""
    return {table: _scalar(database, ROW.format(table=table)) + _scalar(database, INDEXES, table) for table in GROWING}


def _scalar(database: psycopg.Connection[Any], query: str, *values: str) -> float:
    row = database.execute(query, [value for value in values for _ in range(2)] or None).fetchone()
    assert row is not None
    return float(row[0])
