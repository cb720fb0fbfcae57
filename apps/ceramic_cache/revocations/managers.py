"""SQL of revocation lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from scorer_v2.database.bulk import BulkTransaction
from scorer_v2.database.round_trips import statement

CHUNK = 10_000

# Holds the list, so that two imports of it run one after the other.
LOCK_LIST = statement(
    "ceramic_cache.lock_revocation_list",
    "SELECT id FROM ceramic_cache_revocationlist WHERE id = %(revocation_list_id)s FOR UPDATE",
)

# The stored stamps of each proof value, deleted and revoked ones included.
_STORED = """
    line AS (SELECT * FROM unnest(%(proof_values)s::text[]) AS line(proof_value)),
    stored AS MATERIALIZED (
        SELECT line.proof_value, stamp.id, stamp.deleted_at IS NULL AS live,
               revocation.id IS NOT NULL AS revoked
        FROM line
        JOIN ceramic_cache_ceramiccache stamp ON stamp.proof_value = line.proof_value
        LEFT JOIN ceramic_cache_revocation revocation ON revocation.ceramic_cache_id = stamp.id
    )
"""

# Of each proof value: how many of its stamps are to be revoked, and how many live ones are revoked already.
COMPARE = statement(
    "ceramic_cache.compare_revocation_list",
    f"""
    WITH {_STORED}
    SELECT proof_value, count(*) FILTER (WHERE live AND NOT revoked), count(*) FILTER (WHERE live AND revoked)
    FROM stored GROUP BY proof_value
    """,
)

# Revokes all live stamps of the proof values that are not revoked yet.
ADD = statement(
    "ceramic_cache.add_to_revocation_list",
    f"""
    WITH {_STORED},
    added AS (
        INSERT INTO ceramic_cache_revocation (proof_value, ceramic_cache_id, revocation_list_id)
        SELECT proof_value, id, %(revocation_list_id)s FROM stored WHERE live AND NOT revoked ORDER BY id
        ON CONFLICT (ceramic_cache_id) DO NOTHING
        RETURNING ceramic_cache_id
    )
    SELECT DISTINCT stamp.address FROM added JOIN ceramic_cache_ceramiccache stamp ON stamp.id = added.ceramic_cache_id
    """,
)

# Removes what a list revoked: those stamps count again.
REMOVE = statement(
    "ceramic_cache.remove_revocation_list_entries",
    """
    WITH removed AS (
        DELETE FROM ceramic_cache_revocation WHERE revocation_list_id = %(revocation_list_id)s
        RETURNING ceramic_cache_id
    )
    SELECT count(*), coalesce(array_agg(DISTINCT stamp.address) FILTER (WHERE stamp.deleted_at IS NULL), '{}')
    FROM removed JOIN ceramic_cache_ceramiccache stamp ON stamp.id = removed.ceramic_cache_id
    """,
)

# A page of a list.
EXPORT = statement(
    "ceramic_cache.export_revocation_list",
    """
    SELECT id, proof_value FROM ceramic_cache_revocation
    WHERE revocation_list_id = %(revocation_list_id)s AND id > %(after)s ORDER BY id LIMIT %(limit)s
    """,
)


@dataclass(frozen=True, slots=True)
class ProofValue:
    """A proof value that stored stamps have. `revocable` and `revoked` count live ones; none of either: all deleted."""

    text: str
    revocable: int
    revoked: int


def lock_list(bulk: BulkTransaction, revocation_list_id: int) -> bool:
    """Whether the list exists."""
    return bool(bulk.rows(LOCK_LIST, {"revocation_list_id": revocation_list_id}))


def compare(bulk: BulkTransaction, proof_values: Sequence[str]) -> list[ProofValue]:
    """Those of the proof values that some stored stamp has."""
    return [ProofValue(*row) for row in bulk.rows(COMPARE, {"proof_values": list(proof_values)})]


def add(bulk: BulkTransaction, proof_values: Sequence[str], *, revocation_list_id: int) -> list[str]:
    """The addresses whose stamps were revoked."""
    values = {"proof_values": list(proof_values), "revocation_list_id": revocation_list_id}
    return [address for (address,) in bulk.rows(ADD, values) if address]


def remove(bulk: BulkTransaction, revocation_list_id: int) -> tuple[int, list[str]]:
    """How many revocations were removed, and the addresses whose live stamps count again."""
    count, addresses = bulk.row(REMOVE, {"revocation_list_id": revocation_list_id})
    return count, [address for address in addresses if address]


def page(bulk: BulkTransaction, revocation_list_id: int, *, after: int) -> list[tuple[Any, ...]]:
    """The list's next revocations after an id: id and proof value."""
    return bulk.rows(EXPORT, {"revocation_list_id": revocation_list_id, "after": after, "limit": CHUNK})
