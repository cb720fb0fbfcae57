"""SQL that stores the stamps of a request: steps of the scoring's own first round trip (contract, section 4.5.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.ceramic_cache.stamps.items import StampItem
from scorer_v2.database.round_trips import Step, statement

PASSPORT_APP, EMBED_APP = 1, 2

# One request at a time stores stamps of an address, in whichever community it is scored.
LOCK_STAMPS = statement(
    "ceramic_cache.lock_stamps",
    "SELECT pg_advisory_xact_lock(hashtextextended('ceramic_cache.stamps:' || %(address)s, 0))",
)

# Soft-deletes the live V1 rows of the request's providers; nothing when the community does not exist.
RETIRE_STAMPS = statement(
    "ceramic_cache.retire_stamps",
    """
    UPDATE ceramic_cache_ceramiccache SET deleted_at = %(now)s, updated_at = %(now)s
    WHERE address = %(address)s AND type = 1 AND deleted_at IS NULL AND provider = ANY(%(providers)s::text[])
      AND EXISTS (SELECT FROM account_community WHERE id = %(scorer_id)s)
    """,
)

# Stores the request's stamps. Each `stamp` is cut out of the request's own JSON, so that it is stored as it was sent.
STORE_STAMPS = statement(
    "ceramic_cache.store_stamps",
    """
    INSERT INTO ceramic_cache_ceramiccache
        (type, address, provider, stamp, proof_value, created_at, updated_at, issuance_date, expiration_date,
         compose_db_save_status, compose_db_stream_id, source_app, source_scorer_id)
    SELECT 1, %(address)s, item.provider,
           CASE WHEN %(wrapped)s THEN sent.element -> 'stamp' ELSE sent.element END,
           item.proof_value, %(now)s, %(now)s, item.issuance_date, item.expiration_date,
           'pending', '', %(source_app)s, %(source_scorer_id)s
    FROM unnest(%(providers)s::text[], %(proof_values)s::text[],
                %(issuance_dates)s::timestamptz[], %(expiration_dates)s::timestamptz[])
         WITH ORDINALITY AS item(provider, proof_value, issuance_date, expiration_date, position)
    JOIN jsonb_array_elements(CASE WHEN %(wrapped)s THEN %(body)s::jsonb ELSE %(body)s::jsonb -> 'stamps' END)
         WITH ORDINALITY AS sent(element, position) USING (position)
    WHERE EXISTS (SELECT FROM account_community WHERE id = %(scorer_id)s)
    ORDER BY position
    """,
)


@dataclass(frozen=True, slots=True)
class SentStamps:
    """Checked stamps and the JSON text that they came in.

    `wrapped`: the body is a list of `{"stamp": ...}`; otherwise an object whose `stamps` are the credentials.
    """

    items: Sequence[StampItem]
    body: str
    wrapped: bool
    source_app: int
    scorer_id: int


def storing_steps(sent: SentStamps, *, address: str, now: datetime) -> list[Step]:
    """The steps that store the stamps, to be sent with the steps that score them; none without stamps."""
    if not sent.items:
        return []
    values: dict[str, Any] = {
        "address": address,
        "now": now,
        "scorer_id": sent.scorer_id,
        "source_scorer_id": sent.scorer_id,
        "source_app": sent.source_app,
        "body": sent.body,
        "wrapped": sent.wrapped,
        "providers": [item.provider for item in sent.items],
        "proof_values": [item.proof_value for item in sent.items],
        "issuance_dates": [item.issuance_date for item in sent.items],
        "expiration_dates": [item.expiration_date for item in sent.items],
    }
    return [Step(LOCK_STAMPS, values), Step(RETIRE_STAMPS, values), Step(STORE_STAMPS, values)]
