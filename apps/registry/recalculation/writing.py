"""The second half of a batch's SQL: write what was found, and commit. Part of the managers' layer."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import orjson

from apps.registry.recalculation.records import LinksToWrite, LoadedPassport, Recomputed
from apps.registry.scoring.records import HashLink, Outcome
from scorer_v2.database.round_trips import Step, commit_and, statement

# As `registry.claim_links` for one address: a claim is lost when the link meanwhile belongs to somebody else; then the
# division by zero ends the transaction, and the batch starts over.
CLAIM_LINKS = statement(
    "registry.claim_links_of_many",
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
            WHERE link.address = excluded.address OR link.expires_at <= %(now)s
        RETURNING 1
    )
    SELECT 1 / ((SELECT count(*) FROM wanted) = (SELECT count(*) FROM written))::int
    """,
)

# Copies of other owners' links for nullifiers that nobody had.
BACKFILL_LINKS = statement(
    "registry.backfill_links_of_many",
    """
    INSERT INTO registry_hashscorerlink (hash, address, community_id, expires_at)
    SELECT hash, owner, %(community_id)s, expires_at
    FROM unnest(%(hashes)s::text[], %(owners)s::text[], %(expiries)s::timestamptz[]) AS link(hash, owner, expires_at)
    ORDER BY hash
    ON CONFLICT (hash, community_id) DO NOTHING
    """,
)

# Replaces the rows of kept stamps from the first one on that differs.
SAVE_STAMPS = statement(
    "registry.save_stamps_of_many",
    """
    WITH dropped AS (DELETE FROM registry_stamp WHERE id = ANY(%(dropped)s::bigint[]))
    INSERT INTO registry_stamp (passport_id, provider, credential)
    SELECT added.passport_id, stored.provider, stored.stamp
    FROM unnest(%(passport_ids)s::bigint[], %(stamp_ids)s::bigint[]) WITH ORDINALITY
        AS added(passport_id, stamp_id, position)
    JOIN ceramic_cache_ceramiccache stored ON stored.id = added.stamp_id
    ORDER BY added.position
    """,
)

# The deduplication events, before the events of the scores.
SAVE_DEDUPLICATIONS = statement(
    "registry.save_deduplications_of_many",
    """
    INSERT INTO registry_event (action, address, community_id, created_at, data)
    SELECT 'LDP', event ->> 0, %(community_id)s, %(now)s, event -> 1
    FROM jsonb_array_elements(%(events)s::jsonb) event
    """,
)

# The scores, and an event of each with the score's id. They come as one JSON document: an array of JSON texts would be
# escaped twice. What score and event share is read once.
SAVE_SCORES = statement(
    "registry.save_scores_of_many",
    """
    WITH computed AS (
        SELECT * FROM jsonb_to_recordset(%(scores)s::jsonb)
            AS computed(passport_id bigint, address text, score numeric, expires_at timestamptz, evidence jsonb,
                        stamp_scores jsonb, stamps jsonb, fields jsonb)
    ),
    saved AS (
        INSERT INTO registry_score (passport_id, score, status, error, last_score_timestamp, expiration_date,
                                    evidence, stamp_scores, stamps)
        SELECT passport_id, score, 'DONE', NULL, %(now)s, expires_at, evidence, stamp_scores, stamps
        FROM computed ORDER BY passport_id
        ON CONFLICT (passport_id) DO UPDATE
            SET (score, status, error, last_score_timestamp, expiration_date, evidence, stamp_scores, stamps)
              = (excluded.score, excluded.status, NULL, excluded.last_score_timestamp, excluded.expiration_date,
                 excluded.evidence, excluded.stamp_scores, excluded.stamps)
        RETURNING id, passport_id
    )
    INSERT INTO registry_event (action, address, community_id, created_at, data)
    SELECT 'SCU', computed.address, %(community_id)s, %(now)s, jsonb_build_object(
        'model', 'registry.score', 'pk', saved.id,
        'fields', computed.fields || jsonb_build_object(
            'passport', saved.passport_id, 'evidence', computed.evidence, 'stamp_scores', computed.stamp_scores,
            'stamps', computed.stamps))
    FROM saved JOIN computed USING (passport_id)
    """,
)

# Scores that could not be computed because of the data (3.10).
SAVE_ERRORS = statement(
    "registry.save_errors_of_many",
    """
    INSERT INTO registry_score (passport_id, status, error)
    SELECT passport_id, 'ERROR', error
    FROM unnest(%(passport_ids)s::bigint[], %(errors)s::text[]) AS failed(passport_id, error) ORDER BY passport_id
    ON CONFLICT (passport_id) DO UPDATE
        SET (score, status, error, last_score_timestamp, expiration_date, evidence, stamp_scores, stamps)
          = (NULL, 'ERROR', excluded.error, NULL, NULL, NULL, NULL, NULL)
    """,
)

# Human points. Sorted, so that nobody waits crosswise.
AWARD_POINTS = statement(
    "registry.award_points_of_many",
    """
    WITH qualified AS (
        INSERT INTO registry_humanpointscommunityqualifiedusers (address, community_id)
        SELECT address, %(community_id)s FROM unnest(%(qualified)s::text[]) AS new(address) ORDER BY address
        ON CONFLICT (address, community_id) DO NOTHING
    )
    INSERT INTO registry_humanpoints (address, action, chain_id, provider, tx_hash, timestamp)
    SELECT address, action, chain_id, provider, tx_hash, %(now)s
    FROM unnest(%(addresses)s::text[], %(actions)s::text[], %(chain_ids)s::int[], %(providers)s::text[],
                %(tx_hashes)s::text[]) AS point(address, action, chain_id, provider, tx_hash)
    ORDER BY address, action, chain_id, provider, tx_hash
    ON CONFLICT (address, action, chain_id, provider, tx_hash) DO NOTHING
    """,
)

Scored = tuple[LoadedPassport, Outcome]


def save_batch(found: Sequence[Recomputed], links: LinksToWrite, *, community_id: int, now: datetime) -> None:
    """Writes and commits, in one round trip. Raises Conflict when a nullifier was claimed by somebody else."""
    common = {"community_id": community_id, "now": now}
    scored = [(item.passport, item.outcome) for item in found if item.outcome is not None]
    failed = [(item.passport, item.error) for item in found if item.error is not None]
    steps = [
        *_link_steps(links, common),
        *_stamp_steps(scored),
        *_event_steps(scored, common),
        *_score_steps(scored, common),
        *_award_steps(scored, common),
    ]
    if failed:
        values = {"passport_ids": [passport.id for passport, _ in failed], "errors": [error for _, error in failed]}
        steps.append(Step(SAVE_ERRORS, values))
    commit_and(*steps)


def changes_of(passport: LoadedPassport, outcome: Outcome) -> tuple[Sequence[int], list[int]]:
    """Ids of rows to drop, and of stored stamps to add: kept rows stay as long as they agree from the first on."""
    row_of = {stamp.id: stamp.kept_row for stamp in passport.stamps}
    wanted = [stamp.stamp_id for stamp in outcome.deduplication.kept]
    same = 0
    for held, stamp_id in zip(passport.kept_rows, wanted, strict=False):
        if row_of[stamp_id] != held:
            break
        same += 1
    return passport.kept_rows[same:], wanted[same:]


def _link_steps(links: LinksToWrite, common: dict[str, Any]) -> Iterator[Step]:
    if links.claims:
        yield Step(CLAIM_LINKS, {**common, **_columns(links.claims)})
    if links.backfills:
        yield Step(BACKFILL_LINKS, {**common, **_columns(links.backfills)})


def _columns(links: Sequence[HashLink]) -> dict[str, Any]:
    return {
        "hashes": [link.hash for link in links],
        "owners": [link.address for link in links],
        "expiries": [link.expires_at for link in links],
    }


def _stamp_steps(scored: Sequence[Scored]) -> Iterator[Step]:
    dropped: list[int] = []
    added: list[tuple[int, int]] = []
    for passport, outcome in scored:
        gone, new = changes_of(passport, outcome)
        dropped.extend(gone)
        added.extend((passport.id, stamp_id) for stamp_id in new)
    if dropped or added:
        values = {
            "dropped": dropped,
            "passport_ids": [passport_id for passport_id, _ in added],
            "stamp_ids": [stamp_id for _, stamp_id in added],
        }
        yield Step(SAVE_STAMPS, values)


def _event_steps(scored: Sequence[Scored], common: dict[str, Any]) -> Iterator[Step]:
    events = [(passport.address, event) for passport, outcome in scored for event in outcome.dedup_events]
    if events:
        yield Step(SAVE_DEDUPLICATIONS, {**common, "events": _json(events)})


def _score_steps(scored: Sequence[Scored], common: dict[str, Any]) -> Iterator[Step]:
    if not scored:
        return
    scores = [_score_row(passport, outcome) for passport, outcome in scored]
    yield Step(SAVE_SCORES, {**common, "scores": _json(scores)})


def _score_row(passport: LoadedPassport, outcome: Outcome) -> dict[str, Any]:
    score = outcome.score
    return {
        "passport_id": passport.id,
        "address": passport.address,
        "score": 1 if score.passing else 0,
        "expires_at": score.expires_at,
        "evidence": score.evidence,
        "stamp_scores": score.stamp_scores,
        "stamps": score.stamps,
        "fields": {name: value for name, value in outcome.score_fields.items() if name not in _SHARED},
    }


_SHARED = frozenset({"evidence", "stamp_scores", "stamps"})


def _award_steps(scored: Sequence[Scored], common: dict[str, Any]) -> Iterator[Step]:
    qualified = [passport.address for passport, outcome in scored if outcome.award.qualifies]
    rows = [(passport.address, row) for passport, outcome in scored for row in outcome.award.rows]
    if not qualified and not rows:
        return
    values = {
        "qualified": qualified,
        "addresses": [address for address, _ in rows],
        "actions": [row.action for _, row in rows],
        "chain_ids": [row.chain_id for _, row in rows],
        "providers": [row.provider for _, row in rows],
        "tx_hashes": [row.tx_hash for _, row in rows],
    }
    yield Step(AWARD_POINTS, {**common, **values})


def _json(value: Any) -> bytes:
    return orjson.dumps(value)
