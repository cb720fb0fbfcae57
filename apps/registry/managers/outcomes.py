"""The second round trip of a score: write what it found, and nothing that did not change (D19)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson

from apps.registry.scoring.records import Outcome
from scorer_v2.database.round_trips import Rows, Step, statement

# Claims nullifiers for the address, and copies other owners' links to nullifiers that nobody had; sorted by hash, so
# that two requests never wait for each other crosswise. A claim is lost when the link meanwhile belongs to somebody
# else; then the division by zero ends the transaction, and the service starts over. In Python:
#     for hash, owner, expires_at in sorted(links):
#         link = links_of(community).get(hash)
#         if link is None: insert(hash, owner, expires_at)
#         elif owner == address and (link.address == address or link.expires_at <= now): update(link, owner, expires_at)
#         elif owner == address: start_over()
CLAIM_LINKS = statement(
    "registry.claim_links",
    """
    WITH wanted AS (
        SELECT * FROM unnest(%(hashes)s::text[], %(owners)s::text[], %(expiries)s::timestamptz[])
            AS link(hash, owner, expires_at)
    ),
    written AS (
        INSERT INTO registry_hashscorerlink AS link (hash, address, community_id, expires_at)
        SELECT hash, owner, %(community_id)s, expires_at FROM wanted ORDER BY hash
        ON CONFLICT (hash, community_id) DO UPDATE
            SET address = excluded.address, expires_at = excluded.expires_at
            WHERE excluded.address = %(address)s AND (link.address = %(address)s OR link.expires_at <= %(now)s)
        RETURNING link.hash, link.address
    )
    SELECT 1 / (count(*) = (SELECT count(*) FROM written WHERE address = %(address)s))::int
    FROM wanted WHERE owner = %(address)s
    """,
)

# Brings the stamp rows of the passport to the kept stamps, in order: rows stay as long as they agree from the first
# on, byte for byte, the rest is replaced. They are compared as they are stored first, packed: two rows within one
# another are not unpacked for it. Then the score, its event with the score's id, and the deduplication events.
SAVE_SCORE = statement(
    "registry.save_score",
    """
    WITH kept AS (
        SELECT wanted.position, stored.provider, stored.stamp AS credential
        FROM unnest(%(stamp_ids)s::bigint[]) WITH ORDINALITY AS wanted(id, position)
        JOIN ceramic_cache_ceramiccache stored ON stored.id = wanted.id
    ),
    held AS (
        SELECT id, provider, credential, row_number() OVER (ORDER BY id) AS position
        FROM registry_stamp WHERE passport_id = %(passport_id)s
    ),
    first_change AS (
        SELECT min(position) AS position FROM held FULL JOIN kept USING (position)
        WHERE NOT record_image_eq(ROW(ROW(held.provider, held.credential)), ROW(ROW(kept.provider, kept.credential)))
          AND NOT record_image_eq(ROW(held.provider, held.credential), ROW(kept.provider, kept.credential))
    ),
    dropped AS (
        DELETE FROM registry_stamp
        WHERE id IN (SELECT held.id FROM held, first_change WHERE held.position >= first_change.position)
    ),
    added AS (
        INSERT INTO registry_stamp (passport_id, provider, credential)
        SELECT %(passport_id)s, kept.provider, kept.credential FROM kept, first_change
        WHERE kept.position >= first_change.position ORDER BY kept.position
    ),
    score AS (
        INSERT INTO registry_score (passport_id, score, status, error, last_score_timestamp, expiration_date,
                                    evidence, stamp_scores, stamps)
        VALUES (%(passport_id)s, %(score)s::numeric, 'DONE', NULL, %(now)s, %(expires_at)s,
                %(evidence)s::jsonb, %(stamp_scores)s::jsonb, %(stamps)s::jsonb)
        ON CONFLICT (passport_id) DO UPDATE
            SET (score, status, error, last_score_timestamp, expiration_date, evidence, stamp_scores, stamps)
              = (excluded.score, excluded.status, NULL, excluded.last_score_timestamp, excluded.expiration_date,
                 excluded.evidence, excluded.stamp_scores, excluded.stamps)
        RETURNING id
    )
    INSERT INTO registry_event (action, address, community_id, created_at, data)
    SELECT 'LDP', %(address)s, %(community_id)s::bigint, %(now)s::timestamptz, data
    FROM unnest(%(dedup_events)s::text[]::jsonb[]) AS event(data)
    UNION ALL
    SELECT 'SCU', %(address)s, %(community_id)s::bigint, %(now)s::timestamptz, jsonb_build_object(
        'model', 'registry.score', 'pk', score.id,
        'fields', %(fields)s::jsonb || jsonb_build_object('passport', %(passport_id)s::bigint))
    FROM score
    """,
)

# A score that could not be computed because of the community's data: the error, and nothing else (section 3.10).
SAVE_ERROR = statement(
    "registry.save_error",
    """
    INSERT INTO registry_score (passport_id, status, error) VALUES (%(passport_id)s, 'ERROR', %(error)s)
    ON CONFLICT (passport_id) DO UPDATE
        SET (score, status, error, last_score_timestamp, expiration_date, evidence, stamp_scores, stamps)
          = (NULL, 'ERROR', excluded.error, NULL, NULL, NULL, NULL, NULL)
    """,
)

# Awards human points; rows that exist keep their time. Sorted, so that requests never wait crosswise.
AWARD_POINTS = statement(
    "registry.award_points",
    """
    WITH qualified AS (
        INSERT INTO registry_humanpointscommunityqualifiedusers (address, community_id)
        SELECT %(address)s, %(community_id)s WHERE %(qualifies)s
        ON CONFLICT (address, community_id) DO NOTHING
    )
    INSERT INTO registry_humanpoints (address, action, chain_id, provider, tx_hash, timestamp)
    SELECT %(address)s, action, chain_id, provider, tx_hash, %(now)s
    FROM unnest(%(actions)s::text[], %(chain_ids)s::int[], %(providers)s::text[], %(tx_hashes)s::text[])
        AS point(action, chain_id, provider, tx_hash)
    ORDER BY action, chain_id, provider, tx_hash
    ON CONFLICT (address, action, chain_id, provider, tx_hash) DO NOTHING
    """,
)

# Holds the cap of the MetaMask award: one request at a time counts and awards (section 3.11).
LOCK_METAMASK_AWARD = statement(
    "registry.lock_metamask_award", "SELECT pg_advisory_xact_lock(hashtextextended('registry.metamask_award', 0))"
)
COUNT_METAMASK_AWARDS = statement(
    "registry.count_metamask_awards",
    "SELECT count(*) FROM (SELECT FROM registry_humanpoints WHERE action = 'MM2' LIMIT 5000) counted",
)


def outcome_steps(outcome: Outcome, *, passport_id: int, address: str, community_id: int, now: datetime) -> list[Step]:
    """The steps that write an outcome, less those that would write nothing."""
    common = {"address": address, "community_id": community_id, "now": now, "passport_id": passport_id}
    steps = [Step(SAVE_SCORE, {**common, **_score_values(outcome)})]
    if outcome.deduplication.claims or outcome.deduplication.backfills:
        steps.insert(0, Step(CLAIM_LINKS, {**common, **_link_values(outcome)}))
    if outcome.award.qualifies or outcome.award.rows:
        steps.append(Step(AWARD_POINTS, {**common, **_award_values(outcome)}))
    return steps


def error_step(error: str, *, passport_id: int) -> Step:
    return Step(SAVE_ERROR, {"passport_id": passport_id, "error": error})


def count_steps() -> Sequence[Step]:
    return Step(LOCK_METAMASK_AWARD), Step(COUNT_METAMASK_AWARDS)


def count_from(rows: Rows) -> int:
    return int(rows[0][0])


def _link_values(outcome: Outcome) -> dict[str, Any]:
    links = (*outcome.deduplication.claims, *outcome.deduplication.backfills)
    return {
        "hashes": [link.hash for link in links],
        "owners": [link.address for link in links],
        "expiries": [link.expires_at for link in links],
    }


def _score_values(outcome: Outcome) -> dict[str, Any]:
    score = outcome.score
    return {
        "stamp_ids": [stamp.stamp_id for stamp in outcome.deduplication.kept],
        "score": "1" if score.passing else "0",
        "expires_at": score.expires_at,
        "evidence": _json(score.evidence),
        "stamp_scores": _json(score.stamp_scores),
        "stamps": _json(score.stamps),
        "dedup_events": [_json(event) for event in outcome.dedup_events],
        "fields": _json(outcome.score_fields),
    }


def _award_values(outcome: Outcome) -> dict[str, Any]:
    rows = outcome.award.rows
    return {
        "qualifies": outcome.award.qualifies,
        "actions": [row.action for row in rows],
        "chain_ids": [row.chain_id for row in rows],
        "providers": [row.provider for row in rows],
        "tx_hashes": [row.tx_hash for row in rows],
    }


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
