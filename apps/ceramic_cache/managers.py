"""SQL of stored stamps: bans and revocations."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from apps.ceramic_cache.revoked_proofs import revoked_jws_among
from scorer_v2.database.round_trips import fetch, statement

# The bans in force that may concern an address, in whatever case they have it, or one of these hashes.
BANS_IN_FORCE = statement(
    "ceramic_cache.bans_in_force",
    """
    SELECT type, lower(address), hash, provider, end_time, reason
    FROM ceramic_cache_ban
    WHERE (end_time IS NULL OR end_time > %(now)s)
      AND (hash = ANY(%(hashes)s::text[]) OR lower(address) = %(address)s)
    ORDER BY id
    """,
)

# Which of these proof values are revoked, and which of these JWSs belong to revoked stamps (D23).
REVOKED_AMONG = statement(
    "ceramic_cache.revoked_among",
    f"""
    SELECT proof_value FROM ceramic_cache_revocation WHERE proof_value = ANY(%(proof_values)s::text[])
    UNION SELECT unnest({revoked_jws_among("%(jws)s::text[]")})
    """,
)


@dataclass(frozen=True, slots=True)
class Ban:
    """A row of `ceramic_cache_ban`. `address` is lowercase; a column that a ban does not use is empty."""

    type: str
    address: str
    hash: str
    provider: str
    end_time: datetime | None
    reason: str | None


def find_bans(*, address: str | None, hashes: Collection[str], now: datetime) -> list[Ban]:
    """The bans in force of a lowercase address and of hashes, by ascending id. Raises DatabaseUnavailable."""
    values = {"address": address, "hashes": list(hashes), "now": now}
    return [Ban(*row) for row in fetch(BANS_IN_FORCE, values)]


def find_revoked(proof_values: Collection[str]) -> frozenset[str]:
    """Return those that are revoked; a text with two dots in a row may be a JWS. Raises DatabaseUnavailable."""
    values = {"proof_values": list(proof_values), "jws": [value for value in proof_values if ".." in value]}
    return frozenset(proof_value for (proof_value,) in fetch(REVOKED_AMONG, values))
