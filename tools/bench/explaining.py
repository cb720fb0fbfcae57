"""EXPLAIN (ANALYZE, BUFFERS) of what requests send, on the bench's data, with the plan that serves all values."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import psycopg
from django.db import connections
from psycopg import sql

from tools.bench import requests
from tools.bench.changes import take_back
from tools.bench.holders import CHANGING, SENDING, STEADY
from tools.bench.recording import Sent, Trip, record

PLACEHOLDER = re.compile(r"%\((\w+)\)s")
HEAD = """# Plans

Made by `make bench`, put here by `make bench-publish`: `EXPLAIN (ANALYZE, BUFFERS)` of what requests send, with the
generic plan that the service uses, {postgres}, on 1,000,000 stored stamps, 1,000,000 hash links and 100,000
addresses; the second of two executions. Scores are of 20 stamps. Parts that were not carried out are left out.
Communities, keys and scorers are few in this data, and scanned; that their indexes are used where they are many is
what `tests/plans/` shows.
"""
EXPLAIN = "EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, SUMMARY ON) EXECUTE explained"
GENERIC = "-c plan_cache_mode=force_generic_plan"
# The driver tells these types; all others the server finds from where the value stands.
TYPES: dict[type, str] = {bool: "boolean", int: "bigint", datetime: "timestamptz"}
# Lines that say nothing about how rows are found.
SKIPPED = re.compile(r"Planning|Memory: |Memory Usage|Storage: |^\s*(Trigger|JIT|WAL)\b")


OF_TRANSACTIONS = ("begin", "commit")


def explained(url: str) -> Iterator[tuple[str, str]]:
    """(name, plan) of each statement. Nothing of it is kept."""
    with psycopg.connect(url, autocommit=True, prepare_threshold=None, options=GENERIC) as connection:
        for name, trip in _sent(connection).items():
            yield name, plan_of(connection, trip)


def _sent(connection: psycopg.Connection[Any]) -> dict[str, Trip]:
    """By name: the last that was sent, and what went before it in its round trip. That is of a score of 20 unchanged
    stamps, but where only another request sends it."""
    changing = CHANGING[20]
    take_back(connection, changing)
    asked = [
        *requests.bulk_stamps(SENDING)[:1],
        *requests.scores(changing)[:1],
        *(asked[0] for asked in requests.reading(STEADY[20]).values()),
        *requests.stored_scores(STEADY[20])[:1],
        *requests.scores(STEADY[20])[:1],
    ]
    trips = record(asked)
    connections.close_all()
    return {
        sent.name: tuple(_of_now(each) for each in trip[: position + 1] if each.name not in OF_TRANSACTIONS)
        for request in trips
        for trip in request
        for position, sent in enumerate(trip)
        if sent.name not in OF_TRANSACTIONS
    }


def _of_now(sent: Sent) -> Sent:
    """What was sent once may not fit twice: two rows of one time."""
    values = dict(sent.values or {})
    return replace(sent, values=values | ({"now": datetime.now(UTC)} if "now" in values else {}))


def plan_of(connection: psycopg.Connection[Any], trip: Trip) -> str:
    """Of the last statement of the trip. The connection must prepare nothing by itself: the driver would forget all
    prepared statements, ours too, when it sees a rollback."""
    *before, sent = trip
    text, names = numbered(sent.sql)
    values = [(sent.values or {})[name] for name in names]
    types = ", ".join(TYPES.get(type(value), "unknown") for value in values)
    given = sql.SQL("({})").format(sql.SQL(", ").join(map(sql.Literal, values))) if values else sql.SQL("")
    with connection.transaction(force_rollback=True):
        for each in before:
            connection.execute(each.sql, each.values)
        connection.execute(f"PREPARE explained{f'({types})' if types else ''} AS {text}".encode())
        for _ in range(2):  # the first one reads what is in no cache yet
            with connection.transaction(force_rollback=True):
                lines = connection.execute(sql.SQL(EXPLAIN) + given).fetchall()
        connection.execute("DEALLOCATE explained")
    return "\n".join(shortened([line for (line,) in lines]))


def shortened(lines: Sequence[str]) -> Iterator[str]:
    """Without what was never carried out, and what is below it."""
    below: int | None = None
    for line in lines:
        indent = len(line) - len(line.lstrip())
        if below is not None and indent > below:
            continue
        below = indent if "(never executed)" in line else None
        if below is None and not SKIPPED.search(line):
            yield line


def numbered(query: str) -> tuple[str, list[str]]:
    """The query with `$1` for the first name and so on, and the names."""
    names: list[str] = []

    def number(found: re.Match[str]) -> str:
        if found[1] not in names:
            names.append(found[1])
        return f"${names.index(found[1]) + 1}"

    return PLACEHOLDER.sub(number, query).replace("%%", "%"), names


def document(plans: Iterator[tuple[str, str]], *, postgres: str) -> str:
    """As docs/plans.md."""
    sections = (f"## {name}\n\n```\n{plan}\n```\n" for name, plan in plans)
    return "\n".join([HEAD.format(postgres=postgres), *sections])
