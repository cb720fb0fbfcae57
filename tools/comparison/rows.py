"""The rows that two services wrote, each on its own clone of one database, for the same requests."""

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg

from tools.comparison.times import is_of_the_run

NOW = "(now)"
# Event data carry cut milliseconds.
SLACK = timedelta(seconds=1)
SHOWN = 600

_PASSPORT = "passport.address || ' in community ' || passport.community_id AS passport"

# What the rows of some addresses say: generated ids folded into what they stand for, credentials into digests. Each is
# a query of one JSON text a row.
TABLES: Mapping[str, str] = {
    "registry_passport": """
        SELECT to_jsonb(passport) - 'id' FROM registry_passport passport WHERE address = ANY(%(addresses)s)
    """,
    "registry_score": f"""
        SELECT to_jsonb(stored) - 'id' - 'passport_id' || jsonb_build_object('passport', found.passport)
        FROM (SELECT id, {_PASSPORT} FROM registry_passport passport WHERE address = ANY(%(addresses)s)) found
        JOIN registry_score stored ON stored.passport_id = found.id
    """,
    "registry_stamp": f"""
        SELECT jsonb_build_object('passport', found.passport, 'provider', stamp.provider,
                                  'credential', md5(stamp.credential::text))
        FROM (SELECT id, {_PASSPORT} FROM registry_passport passport WHERE address = ANY(%(addresses)s)) found
        JOIN registry_stamp stamp ON stamp.passport_id = found.id
    """,
    "registry_event": """
        SELECT to_jsonb(event) - 'id' || CASE WHEN jsonb_typeof(event.data) = 'object' THEN
               jsonb_build_object('data', event.data #- '{pk}' #- '{fields,passport}') ELSE '{}' END
        FROM registry_event event WHERE address = ANY(%(addresses)s)
    """,
    "registry_hashscorerlink": """
        WITH held AS (
            SELECT stamp -> 'credentialSubject' AS subject FROM ceramic_cache_ceramiccache
            WHERE address = ANY(%(addresses)s)
        ),
        nullifier AS (
            SELECT subject ->> 'hash' AS hash FROM held
            UNION
            SELECT jsonb_array_elements_text(subject -> 'nullifiers') FROM held
            WHERE jsonb_typeof(subject -> 'nullifiers') = 'array'
        )
        SELECT to_jsonb(link) - 'id' FROM registry_hashscorerlink link
        WHERE link.address = ANY(%(addresses)s) OR link.hash IN (SELECT hash FROM nullifier)
    """,
    "registry_humanpoints": """
        SELECT to_jsonb(point) - 'id' FROM registry_humanpoints point WHERE address = ANY(%(addresses)s)
    """,
    "registry_humanpointscommunityqualifiedusers": """
        SELECT to_jsonb(qualified) - 'id' FROM registry_humanpointscommunityqualifiedusers qualified
        WHERE address = ANY(%(addresses)s)
    """,
    "ceramic_cache_ceramiccache": """
        SELECT to_jsonb(stored) - 'id' - 'stamp' || jsonb_build_object('stamp', md5(stored.stamp::text))
        FROM ceramic_cache_ceramiccache stored WHERE address = ANY(%(addresses)s)
    """,
    "account_accountapikeyanalytics": """
        SELECT to_jsonb(asked) - 'id' - 'headers' - 'response' FROM account_accountapikeyanalytics asked
        WHERE asked.created_at >= %(since)s AND split_part(asked.path, '/', 6) = ANY(%(addresses)s)
    """,
}

# Whether this run scored an address.
WAS_SCORED = """
    SELECT 1 FROM registry_passport passport JOIN registry_score score ON score.passport_id = passport.id
    WHERE passport.address = ANY(%(addresses)s)
      AND (score.last_score_timestamp >= %(since)s OR score.status = 'ERROR')
    LIMIT 1
"""

Rows = dict[str, list[dict[str, Any]]]


class CloneError(Exception):
    """The clones cannot be compared; the text says why."""


@dataclass(frozen=True, slots=True)
class RowDifference:
    """Rows of a table that one clone has and the other has not."""

    table: str
    only_old: list[dict[str, Any]]
    only_new: list[dict[str, Any]]


class Clone:
    """One of the databases. Raises CloneError where it cannot be reached."""

    def __init__(self, url: str) -> None:
        try:
            self._connection = psycopg.connect(url, autocommit=True)
            row = self._connection.execute("SELECT now(), current_database()").fetchone()
        except psycopg.Error as error:
            raise CloneError(f"A clone cannot be reached: {error}") from error
        assert row is not None
        info = self._connection.info
        self.place = (info.host, info.port, info.dbname)
        self.since: datetime = row[0]
        self.name: str = row[1]

    def rows(self, addresses: Collection[str]) -> Rows:
        """What the addresses, given without `0x`, have in each table; times since the start are folded away."""
        spelled = [spelling for address in addresses for spelling in (address, f"0x{address}")]
        values = {"addresses": spelled, "since": self.since}
        try:
            return {
                table: [_folded(row, self.since - SLACK) for (row,) in self._connection.execute(query.encode(), values)]
                for table, query in TABLES.items()
            }
        except psycopg.Error as error:
            raise CloneError(f"The clone {self.name!r} cannot be read: {error}") from error

    def was_scored(self, address: str) -> bool:
        """Whether the address, given without `0x`, has an event of this run, or a score."""
        row = self._connection.execute(WAS_SCORED, {"addresses": [address, f"0x{address}"], "since": self.since})
        return bool(row.fetchone())

    def close(self) -> None:
        self._connection.close()


def row_differences(old: Rows, new: Rows) -> list[RowDifference]:
    """By table, the rows that only one side has, as often as it has them more."""
    found = (RowDifference(table, _less(old[table], new[table]), _less(new[table], old[table])) for table in TABLES)
    return [difference for difference in found if difference.only_old or difference.only_new]


def _less(rows: list[dict[str, Any]], others: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """`rows` less `others`, with repetitions."""
    more = Counter(map(_text, rows)) - Counter(map(_text, others))
    return [json.loads(text) for text in sorted(more.elements())]


def changed_fields(difference: RowDifference) -> Iterator[str]:
    """Of rows that both sides have otherwise: the columns that differ, dots leading into documents."""
    for old, new in zip(difference.only_old, difference.only_new, strict=False):
        yield from _changed("", old, new)


def _changed(column: str, old: Any, new: Any) -> Iterator[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        for name in {**old, **new}:
            yield from _changed(f"{column}.{name}" if column else name, old.get(name), new.get(name))
    elif old != new:
        yield column


def _text(row: Mapping[str, Any]) -> str:
    return json.dumps(row, sort_keys=True)


def _folded(value: Any, since: datetime) -> Any:
    if isinstance(value, dict):
        return {name: _folded(inner, since) for name, inner in value.items()}
    if isinstance(value, list):
        return [_folded(inner, since) for inner in value]
    return NOW if isinstance(value, str) and is_of_the_run(value, since) else value


def shown_row(row: Mapping[str, Any]) -> str:
    """A row as JSON text, cut off."""
    text = json.dumps(row, sort_keys=True, ensure_ascii=False)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
