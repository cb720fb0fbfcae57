"""SQL of bans: lists of them, and the stamps that they fit."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.ceramic_cache.bans.csv_file import BanEntry
from apps.ceramic_cache.bans.targets import ACCOUNT, HASH, SINGLE_STAMP, BanTarget
from scorer_v2.database.bulk import BulkTransaction
from scorer_v2.database.round_trips import Statement, statement

CHUNK = 10_000

# Holds the list, so that two imports of it run one after the other.
LOCK_LIST = statement(
    "ceramic_cache.lock_ban_list",
    "SELECT id FROM ceramic_cache_banlist WHERE id = %(ban_list_id)s FOR UPDATE",
)

# The lines of a file, and the bans that the list has.
_LINES_AND_HELD = """
    line AS (
        SELECT * FROM unnest(%(types)s::text[], %(providers)s::text[], %(hashes)s::text[], %(addresses)s::text[],
                             %(end_times)s::timestamptz[], %(reasons)s::text[])
            WITH ORDINALITY AS line(type, provider, hash, address, end_time, reason, position)
    ),
    held AS (
        SELECT id, type, provider, hash, lower(address) AS address, end_time, reason
        FROM ceramic_cache_ban WHERE ban_list_id = %(ban_list_id)s
    )
"""

# A file without the column of reasons says nothing about them.
_DIFFERS = """
    (held.end_time IS DISTINCT FROM line.end_time OR line.reason IS DISTINCT FROM held.reason AND line.reason <> '')
"""

# The lines that ban what another ban in force bans too: addresses and hashes apart, because each have an index of their
# own, so that a large table need not be read and sorted whole.
_ELSEWHERE = """
    SELECT count(*) FROM line WHERE line.hash {which} '' AND EXISTS (
        SELECT FROM ceramic_cache_ban other
        WHERE other.type = line.type AND other.provider = line.provider AND other.hash = line.hash
          AND lower(other.address) = line.address
          AND (other.ban_list_id IS DISTINCT FROM %(ban_list_id)s OR %(ban_list_id)s::bigint IS NULL)
          AND (other.end_time IS NULL OR other.end_time > %(now)s)
    )
"""

# How many lines are new, how many change a ban of the list, and how many ban what another ban in force bans.
COMPARE = statement(
    "ceramic_cache.compare_ban_list",
    f"""
    WITH {_LINES_AND_HELD},
    compared AS (
        SELECT line.position, count(held.id) AS bans, bool_or(held.id IS NOT NULL AND {_DIFFERS}) AS changed
        FROM line LEFT JOIN held USING (type, provider, hash, address)
        GROUP BY line.position
    )
    SELECT count(*) FILTER (WHERE bans = 0), count(*) FILTER (WHERE changed),
           ({_ELSEWHERE.format(which="=")}) + ({_ELSEWHERE.format(which="<>")})
    FROM compared
    """,
)

# Brings the list's bans to what the file says of them.
CHANGE = statement(
    "ceramic_cache.change_ban_list",
    f"""
    WITH {_LINES_AND_HELD}
    UPDATE ceramic_cache_ban ban
    SET end_time = line.end_time, reason = coalesce(line.reason, ban.reason)
    FROM line JOIN held USING (type, provider, hash, address)
    WHERE ban.id = held.id AND {_DIFFERS}
    """,
)

# Adds the lines that the list does not have, in the file's order.
ADD = statement(
    "ceramic_cache.add_to_ban_list",
    f"""
    WITH {_LINES_AND_HELD}
    INSERT INTO ceramic_cache_ban (type, provider, hash, address, end_time, reason, created_at, ban_list_id)
    SELECT line.type, line.provider, line.hash, line.address, line.end_time, line.reason, %(now)s, %(ban_list_id)s
    FROM line LEFT JOIN held USING (type, provider, hash, address)
    WHERE held.id IS NULL ORDER BY line.position
    """,
)

# Removes what a list added; revocations that came of it stay.
REMOVE = statement(
    "ceramic_cache.remove_ban_list_entries", "DELETE FROM ceramic_cache_ban WHERE ban_list_id = %(ban_list_id)s"
)

# A page of a list, as its file has it.
EXPORT = statement(
    "ceramic_cache.export_ban_list",
    """
    SELECT id, type, provider, hash, address, end_time, reason
    FROM ceramic_cache_ban WHERE ban_list_id = %(ban_list_id)s AND id > %(after)s
    ORDER BY id LIMIT %(limit)s
    """,
)

# Bans, as they fit stamps: those in force of these ids, or one that does not exist yet.
_STORED_BANS = """
    SELECT id, type, lower(address) AS address, provider, hash FROM ceramic_cache_ban
    WHERE id = ANY(%(ban_ids)s::bigint[]) AND type = ANY(%(types)s::text[])
      AND (end_time IS NULL OR end_time > %(now)s)
"""
_GIVEN_BAN = "SELECT 0 AS id, %(type)s AS type, %(address)s AS address, %(provider)s AS provider, %(hash)s AS hash"

# Live stamps that a ban fits. An account ban that names a provider fits nothing, as when bans are checked (4.9).
_OF_ADDRESSES = """
    SELECT ban.id AS ban_id, stored.id, stored.address, stored.proof_value
    FROM ban JOIN ceramic_cache_ceramiccache stored ON stored.address = ban.address AND stored.deleted_at IS NULL
    WHERE ban.address <> '' AND CASE ban.type WHEN 'account' THEN ban.provider = ''
                                              WHEN 'single_stamp' THEN stored.provider = ban.provider END
"""
# No index finds a credential by its hash: this reads all stored stamps, once for all bans.
_OF_HASHES = """
    SELECT ban.id AS ban_id, stored.id, stored.address, stored.proof_value
    FROM ban JOIN ceramic_cache_ceramiccache stored
      ON stored.stamp -> 'credentialSubject' ->> 'hash' = ban.hash AND stored.deleted_at IS NULL
    WHERE ban.hash <> ''
"""

# Which stamps fit, and what becomes of them: those that are not revoked yet are, when `write` says so.
_REVOKE_MATCHING = """
    WITH ban AS ({bans}),
    fitting AS MATERIALIZED (
        SELECT fit.*, revocation.id IS NOT NULL AS revoked
        FROM ({fit}) fit LEFT JOIN ceramic_cache_revocation revocation ON revocation.ceramic_cache_id = fit.id
    ),
    added AS (
        INSERT INTO ceramic_cache_revocation (proof_value, ceramic_cache_id, revocation_list_id)
        SELECT DISTINCT ON (id) proof_value, id, %(revocation_list_id)s::bigint
        FROM fitting WHERE %(write)s AND NOT revoked ORDER BY id
        ON CONFLICT (ceramic_cache_id) DO NOTHING
    ),
    marked AS (
        UPDATE ceramic_cache_ban SET last_run_revoke_matching = %(now)s
        WHERE %(write)s AND id IN (SELECT id FROM ban)
    )
    SELECT (SELECT coalesce(array_agg(DISTINCT address), '{{}}') FROM fitting WHERE NOT revoked),
           (SELECT count(DISTINCT id) FROM fitting), (SELECT count(DISTINCT id) FROM fitting WHERE NOT revoked),
           (SELECT coalesce(array_agg(id), '{{}}') FROM ban),
           ban_ids, revocations
    FROM (
        SELECT array_agg(ban_id) AS ban_ids, array_agg(revocations) AS revocations
        FROM (SELECT ban_id, count(*) AS revocations FROM fitting WHERE NOT revoked GROUP BY ban_id) counted
    ) per_ban
"""


def _revoke(name: str, bans: str, fit: str) -> Statement:
    return statement(f"ceramic_cache.{name}", _REVOKE_MATCHING.format(bans=bans, fit=fit))


REVOKE_BY_ADDRESS = _revoke("revoke_by_address", _STORED_BANS, _OF_ADDRESSES)
REVOKE_BY_HASH = _revoke("revoke_by_hash", _STORED_BANS, _OF_HASHES)
PREVIEW_BY_ADDRESS = _revoke("preview_by_address", _GIVEN_BAN, _OF_ADDRESSES)
PREVIEW_BY_HASH = _revoke("preview_by_hash", _GIVEN_BAN, _OF_HASHES)

# Whether any of these bans in force is of a hash: only then all stored stamps have to be read.
_HASH_BANS_AMONG = statement(
    "ceramic_cache.hash_bans_among",
    """
    SELECT FROM ceramic_cache_ban
    WHERE id = ANY(%(ban_ids)s::bigint[]) AND type = 'hash' AND (end_time IS NULL OR end_time > %(now)s) LIMIT 1
    """,
)

# The communities where these addresses pass.
PASSING = statement(
    "ceramic_cache.passing_communities",
    """
    SELECT community.id, community.name, count(*)
    FROM registry_passport passport
    JOIN registry_score score ON score.passport_id = passport.id AND score.status = 'DONE' AND score.score = 1
    JOIN account_community community ON community.id = passport.community_id
    WHERE passport.address = ANY(%(addresses)s::text[])
    GROUP BY community.id, community.name ORDER BY community.id
    """,
)

# Ends bans that are in force.
END = statement(
    "ceramic_cache.end_bans",
    """
    UPDATE ceramic_cache_ban SET end_time = %(now)s
    WHERE id = ANY(%(ban_ids)s::bigint[]) AND (end_time IS NULL OR end_time > %(now)s)
    """,
)

# Bans in force, of all or of one list.
_IN_FORCE = """
    FROM ceramic_cache_ban
    WHERE (end_time IS NULL OR end_time > %(now)s)
      AND (%(ban_list_id)s::bigint IS NULL OR ban_list_id = %(ban_list_id)s)
"""

# A page of them.
IN_FORCE = statement(
    "ceramic_cache.ban_ids_in_force", f"SELECT id {_IN_FORCE} AND id > %(after)s ORDER BY id LIMIT %(limit)s"
)

# Their number.
COUNT_IN_FORCE = statement("ceramic_cache.count_bans_in_force", f"SELECT count(*) {_IN_FORCE}")


@dataclass(frozen=True, slots=True)
class Fitting:
    """Live stamps that bans fit. `addresses` hold those that are not revoked; `revocations` counts these per ban."""

    addresses: frozenset[str]
    stamps: int
    unrevoked: int
    ban_ids: frozenset[int]
    revocations: dict[int, int]


def lock_list(bulk: BulkTransaction, ban_list_id: int) -> bool:
    """Whether the list exists."""
    return bool(bulk.rows(LOCK_LIST, {"ban_list_id": ban_list_id}))


def compare(
    bulk: BulkTransaction, entries: Sequence[BanEntry], *, ban_list_id: int | None, now: datetime
) -> tuple[int, int, int]:
    """How many entries are new, change a ban of the list, and ban what is banned elsewhere."""
    new, changed, elsewhere = bulk.row(COMPARE, _values(entries, ban_list_id, now))
    return new, changed, elsewhere


def change(bulk: BulkTransaction, entries: Sequence[BanEntry], *, ban_list_id: int, now: datetime) -> int:
    return bulk.count(CHANGE, _values(entries, ban_list_id, now))


def add(bulk: BulkTransaction, entries: Sequence[BanEntry], *, ban_list_id: int, now: datetime) -> int:
    return bulk.count(ADD, _values(entries, ban_list_id, now))


def remove(bulk: BulkTransaction, ban_list_id: int) -> int:
    return bulk.count(REMOVE, {"ban_list_id": ban_list_id})


def page(bulk: BulkTransaction, ban_list_id: int, *, after: int) -> list[tuple[Any, ...]]:
    """The list's next bans after an id: id, type, provider, hash, address, end time and reason."""
    return bulk.rows(EXPORT, {"ban_list_id": ban_list_id, "after": after, "limit": CHUNK})


def revoke_matching(
    bulk: BulkTransaction, *, ban_ids: Sequence[int], revocation_list_id: int | None, now: datetime, write: bool
) -> list[Fitting]:
    """What bans in force fit, by address and by hash; with `write` it is revoked."""
    values = {"ban_ids": list(ban_ids), "revocation_list_id": revocation_list_id, "now": now, "write": write}
    by_address = bulk.row(REVOKE_BY_ADDRESS, {**values, "types": [ACCOUNT, SINGLE_STAMP]})
    found = [_fitting(by_address)]
    if bulk.rows(_HASH_BANS_AMONG, values):
        found.append(_fitting(bulk.row(REVOKE_BY_HASH, {**values, "types": [HASH]})))
    return found


def preview(bulk: BulkTransaction, target: BanTarget, *, now: datetime) -> Fitting:
    """What a ban would fit."""
    values = {
        "type": target.type,
        "address": target.address,
        "provider": target.provider,
        "hash": target.hash,
        "revocation_list_id": None,
        "now": now,
        "write": False,
    }
    return _fitting(bulk.row(PREVIEW_BY_HASH if target.hash else PREVIEW_BY_ADDRESS, values))


def passing_communities(bulk: BulkTransaction, addresses: Collection[str]) -> list[tuple[int, str, int]]:
    """Id and name of communities, and how many of the addresses pass there."""
    return [(row[0], row[1], row[2]) for row in bulk.rows(PASSING, {"addresses": list(addresses)})]


def end(bulk: BulkTransaction, *, ban_ids: Sequence[int], now: datetime) -> int:
    return bulk.count(END, {"ban_ids": list(ban_ids), "now": now})


def ids_in_force(bulk: BulkTransaction, *, ban_list_id: int | None, now: datetime, after: int, limit: int) -> list[int]:
    """The next ids of bans in force after `after`."""
    values = {"ban_list_id": ban_list_id, "now": now, "after": after, "limit": limit}
    return [ban_id for (ban_id,) in bulk.rows(IN_FORCE, values)]


def count_in_force(bulk: BulkTransaction, *, ban_list_id: int | None, now: datetime) -> int:
    return int(bulk.row(COUNT_IN_FORCE, {"ban_list_id": ban_list_id, "now": now})[0])


def _values(entries: Sequence[BanEntry], ban_list_id: int | None, now: datetime) -> dict[str, Any]:
    return {
        "ban_list_id": ban_list_id,
        "now": now,
        "types": [entry.target.type for entry in entries],
        "providers": [entry.target.provider for entry in entries],
        "hashes": [entry.target.hash for entry in entries],
        "addresses": [entry.target.address for entry in entries],
        "end_times": [entry.end_time for entry in entries],
        "reasons": [entry.reason for entry in entries],
    }


def _fitting(row: tuple[Any, ...]) -> Fitting:
    addresses, stamps, unrevoked, ban_ids, counted, revocations = row
    per_ban = dict(zip(counted or (), revocations or (), strict=True))
    return Fitting(frozenset(addresses) - {None}, stamps, unrevoked, frozenset(ban_ids), per_ban)
