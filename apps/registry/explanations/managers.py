"""SQL of explanations: reads only, and locks nothing."""

import json
from datetime import datetime
from typing import Any

from apps.ceramic_cache.managers import BANS_IN_FORCE
from apps.ceramic_cache.revoked_proofs import NOT_REVOKED, revoked_jws_among, signed_jws
from apps.registry.explanations.records import BanInForce, RevokedStamp, ScoreEvent, ScoreFacts, StoredOutcome
from apps.registry.managers.communities import BY_ID, scorer_values
from apps.registry.managers.outcomes import COUNT_METAMASK_AWARDS
from apps.registry.managers.snapshots import AWARDING_LISTS, SNAPSHOT, known_values, snapshot_from
from apps.registry.scoring.records import StoredStamp
from scorer_v2.database.bulk import transaction
from scorer_v2.database.round_trips import statement

# The community, and the passport and score that the address has in it.
STORED = statement(
    "registry.explain_stored",
    """
    SELECT community.name, community.deleted_at IS NOT NULL, passport.id, score.id IS NOT NULL, score.status,
           score.error, score.score, score.evidence::text, score.last_score_timestamp, score.expiration_date,
           score.stamps::text
    FROM account_community community
    LEFT JOIN registry_passport passport ON passport.community_id = community.id AND passport.address = %(address)s
    LEFT JOIN registry_score score ON score.passport_id = passport.id
    WHERE community.id = %(scorer_id)s
    """,
)

# The live stamps that are revoked, and the lists that did it; where the proof is revoked at another row (D23), no list.
REVOKED = statement(
    "registry.explain_revoked",
    f"""
    SELECT stored.id, stored.type, stored.provider, stored.updated_at, stored.stamp::text,
           list.id, list.name, revocation.id IS NULL
    FROM ceramic_cache_ceramiccache stored
    LEFT JOIN ceramic_cache_revocation revocation ON revocation.ceramic_cache_id = stored.id
    LEFT JOIN ceramic_cache_revocationlist list ON list.id = revocation.revocation_list_id
    WHERE stored.address = %(address)s AND stored.deleted_at IS NULL
      AND pg_column_size(stored.stamp) <= %(max_stamp_bytes)s::bigint
      AND (NOT ({NOT_REVOKED})
           OR cardinality({revoked_jws_among(f"ARRAY[{signed_jws('stored')}]")}) > 0)
    ORDER BY stored.id LIMIT %(max_stamps)s::bigint
    """,
)

# The latest events of the address in the community.
EVENTS = statement(
    "registry.explain_events",
    """
    SELECT action, created_at, data::text FROM registry_event
    WHERE address = %(address)s AND community_id = %(scorer_id)s AND action IN ('SCU', 'LDP')
    ORDER BY created_at DESC, id DESC LIMIT %(limit)s
    """,
)


def find_facts(
    *, address: str, community_id: int, now: datetime, points_wanted: bool, events: int
) -> ScoreFacts | None:
    """None without the community. Raises UnscorableCommunity and DatabaseUnavailable."""
    values = {
        "address": address,
        "now": now,
        "points_wanted": points_wanted,
        "awarding_lists": AWARDING_LISTS,
        "limit": events,
        "hashes": [],
        **known_values(None),
        **scorer_values(community_id),
    }
    with transaction() as bulk:
        snapshot = snapshot_from(bulk.rows(SNAPSHOT[BY_ID], values), address)
        if snapshot is None:
            return None
        name, deleted, passport_id, scored, *score = bulk.row(STORED, values)
        return ScoreFacts(
            snapshot=snapshot,
            community_name=name,
            community_deleted=deleted,
            passport_id=passport_id,
            stored=_stored(score) if scored else None,
            revoked=tuple(_revoked(row) for row in bulk.rows(REVOKED, values)),
            bans=tuple(_ban(row) for row in bulk.rows(BANS_IN_FORCE, values)),
            events=tuple(ScoreEvent(action, at, json.loads(data)) for action, at, data in bulk.rows(EVENTS, values)),
            metamask_awards=bulk.row(COUNT_METAMASK_AWARDS)[0],
        )


def _stored(columns: list[Any]) -> StoredOutcome:
    status, error, score, evidence, scored_at, expires_at, stamps = columns
    found = json.loads(evidence) if evidence else {}
    parsed = json.loads(stamps) if stamps else {}
    return StoredOutcome(
        status=status,
        error=error,
        passing=score == 1,
        raw_score=_text(found, "rawScore"),
        threshold=_text(found, "threshold"),
        last_score_timestamp=scored_at,
        expiration_date=expires_at,
        stamps=parsed if isinstance(parsed, dict) else {},
    )


def _ban(row: tuple[Any, ...]) -> BanInForce:
    type, _, hash, provider, end_time, reason = row
    return BanInForce(type, provider, hash, end_time, reason)


def _text(evidence: Any, name: str) -> str | None:
    """Old evidence may hold numbers."""
    value = evidence.get(name) if isinstance(evidence, dict) else None
    return None if value is None else str(value)


def _revoked(row: tuple[Any, ...]) -> RevokedStamp:
    *stamp, list_id, name, elsewhere = row
    by = (name or f"revocation list {list_id}") if list_id else None
    return RevokedStamp(StoredStamp(*stamp), by, elsewhere=elsewhere)
