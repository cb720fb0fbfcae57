"""PostgreSQL's plans of the statements that a connection has prepared: one for all values, as requests use them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

PREPARED = "SELECT name, statement, cardinality(parameter_types) FROM pg_prepared_statements"
NAMED = re.compile(r"/\* ([\w.]+) \*/")
INDEXES = """
    SELECT index_class.relname, table_class.relname,
           coalesce(attribute.attname, pg_get_indexdef(index.indexrelid, 1, true))
    FROM pg_index index
    JOIN pg_class index_class ON index_class.oid = index.indexrelid
    JOIN pg_class table_class ON table_class.oid = index.indrelid
    LEFT JOIN pg_attribute attribute ON attribute.attrelid = index.indrelid AND attribute.attnum = index.indkey[0]
"""

Connection = psycopg.Connection[Any]


@dataclass(frozen=True)
class Plan:
    """`indexed`: (table, first column of the index that it is reached by); `scanned`: the tables read as a whole."""

    indexed: frozenset[tuple[str, str]]
    scanned: frozenset[str]


def prepared_plans(connection: Connection) -> dict[str, list[Plan]]:
    """By the statement's name; several where its values came in several types."""
    first_columns = {index: (table, column) for index, table, column in connection.execute(INDEXES).fetchall()}
    plans: dict[str, list[Plan]] = {}
    for prepared, text, number in connection.execute(PREPARED).fetchall():
        name = NAMED.match(text)
        if name is not None:
            plans.setdefault(name[1], []).append(_plan(connection, prepared, number, first_columns))
    return plans


def _plan(connection: Connection, prepared: str, number: int, first_columns: Mapping[str, tuple[str, str]]) -> Plan:
    arguments = sql.SQL("({})").format(sql.SQL(", ").join([sql.NULL] * number)) if number else sql.SQL("")
    explain = sql.SQL("EXPLAIN (FORMAT JSON) EXECUTE {}{}").format(sql.Identifier(prepared), arguments)
    ((explained,),) = connection.execute(explain, prepare=False).fetchall()
    nodes = list(_nodes(explained[0]["Plan"]))
    return Plan(
        indexed=frozenset(first_columns[node["Index Name"]] for node in nodes if "Index Name" in node),
        scanned=frozenset(node["Relation Name"] for node in nodes if node["Node Type"] == "Seq Scan"),
    )


def _nodes(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield node
    for child in node.get("Plans", []):
        yield from _nodes(child)
