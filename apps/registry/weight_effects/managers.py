"""SQL of samples of scores. Reads only, and in bounded time however many scores there are."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from apps.registry.managers.snapshots import OVERLAY
from apps.registry.weight_effects.records import CommunityWeighing, SampledScore
from scorer_v2.database.bulk import BulkTransaction
from scorer_v2.database.round_trips import Row, Rows, statement

# Of the stamps that a score counted (the keys of `stamp_scores`), when each expires.
_SAMPLED = """
    SELECT passport.community_id, score.score = 1,
           (SELECT jsonb_object_agg(counted.provider, score.stamps -> counted.provider ->> 'expiration_date')
              FROM jsonb_object_keys(score.stamp_scores) AS counted(provider))::text
    FROM registry_score score
    JOIN registry_passport passport ON passport.id = score.passport_id
"""
_USABLE = "score.status = 'DONE' AND jsonb_typeof(score.stamp_scores) = 'object'"

# The scores next to as many random ids: an index look-up each. Ids are gone here and there; that skews little.
ANYWHERE = statement(
    "registry.sample_scores_anywhere",
    f"""
    WITH bounds AS (SELECT min(id) AS lowest, max(id) AS highest FROM registry_score),
    probe AS MATERIALIZED (
        SELECT lowest + floor(random() * (highest - lowest + 1))::bigint AS start
        FROM bounds, generate_series(1, %(probes)s) WHERE lowest IS NOT NULL
    ),
    found AS (
        SELECT DISTINCT next.id FROM probe
        CROSS JOIN LATERAL (
            SELECT id FROM registry_score WHERE id >= probe.start ORDER BY id LIMIT 1
        ) next
    )
    {_SAMPLED} JOIN found ON found.id = score.id
    WHERE {_USABLE} AND passport.community_id IS NOT NULL
      AND (%(community_ids)s::bigint[] IS NULL OR passport.community_id = ANY(%(community_ids)s::bigint[]))
    """,
)

# A random part of the first passports that the index on the community gives.
OF_COMMUNITIES = statement(
    "registry.sample_scores_of_communities",
    f"""
    WITH candidate AS MATERIALIZED (
        SELECT id FROM registry_passport WHERE community_id = ANY(%(community_ids)s::bigint[]) LIMIT %(candidates)s
    ),
    chosen AS (SELECT id FROM candidate ORDER BY random() LIMIT %(scores)s)
    {_SAMPLED} JOIN chosen ON chosen.id = passport.id
    WHERE {_USABLE}
    """,
)

COUNT_CANDIDATES = statement(
    "registry.count_candidates",
    """
    SELECT count(*) FROM (
        SELECT FROM registry_passport WHERE community_id = ANY(%(community_ids)s::bigint[]) LIMIT %(most)s
    ) candidate
    """,
)

# What the communities weigh with (3.7).
WEIGHINGS = statement(
    "registry.weighings_of_communities",
    f"""
    SELECT community.id, community.name, scorer.id, scorer.type = 'WEIGHTED_BINARY', scorer.exclude_from_weight_updates,
           concrete.weights::text, concrete.threshold, overlay.providers, overlay.weights
    FROM account_community community
    JOIN scorer_weighted_scorer scorer ON scorer.id = community.scorer_id
    JOIN (
        SELECT scorer_ptr_id, weights, threshold, 'WEIGHTED' AS type FROM scorer_weighted_weightedscorer
        UNION ALL
        SELECT scorer_ptr_id, weights, threshold, 'WEIGHTED_BINARY' FROM scorer_weighted_binaryweightedscorer
    ) concrete ON concrete.scorer_ptr_id = scorer.id AND concrete.type = scorer.type
    {OVERLAY}
    WHERE community.id = ANY(%(community_ids)s::bigint[])
    """,
)

COMMUNITIES_OF_SCORER = statement(
    "registry.communities_of_scorer", "SELECT id FROM account_community WHERE scorer_id = %(scorer_id)s ORDER BY id"
)


def sample_anywhere(
    bulk: BulkTransaction, *, probes: int, community_ids: Sequence[int] | None, now: datetime
) -> list[SampledScore]:
    values = {"probes": probes, "community_ids": None if community_ids is None else list(community_ids)}
    return _sampled(bulk.rows(ANYWHERE, values), now)


def sample_of_communities(
    bulk: BulkTransaction, *, community_ids: Sequence[int], candidates: int, scores: int, now: datetime
) -> list[SampledScore]:
    values = {"community_ids": list(community_ids), "candidates": candidates, "scores": scores}
    return _sampled(bulk.rows(OF_COMMUNITIES, values), now)


def count_candidates(bulk: BulkTransaction, community_ids: Sequence[int], *, most: int) -> int:
    """How many passports the communities have, counted up to `most`."""
    return int(bulk.row(COUNT_CANDIDATES, {"community_ids": list(community_ids), "most": most})[0])


def find_weighings(bulk: BulkTransaction, community_ids: Sequence[int]) -> dict[int, CommunityWeighing]:
    return {row[0]: _weighing(row) for row in bulk.rows(WEIGHINGS, {"community_ids": list(community_ids)})}


def communities_of_scorer(bulk: BulkTransaction, scorer_id: int) -> list[int]:
    return [id for (id,) in bulk.rows(COMMUNITIES_OF_SCORER, {"scorer_id": scorer_id})]


def _weighing(row: Row) -> CommunityWeighing:
    id, name, scorer_id, is_binary, excluded, weights, threshold, providers, values = row
    stored = json.loads(weights) if weights else None
    return CommunityWeighing(
        id=id,
        name=name,
        scorer_id=scorer_id,
        is_binary=is_binary,
        excluded=excluded,
        weights=stored if isinstance(stored, dict) else None,
        threshold=threshold,
        overlay=dict(zip(providers, values, strict=True)) if providers else {},
    )


def _sampled(rows: Rows, now: datetime) -> list[SampledScore]:
    return [SampledScore(community_id, passing, _valid(text, now)) for community_id, passing, text in rows]


def _valid(text: str | None, now: datetime) -> tuple[str, ...]:
    """The providers whose stamp has not expired; old rows do not say when one does."""
    expiries: dict[str, Any] = json.loads(text) if text else {}
    return tuple(provider for provider, expiry in expiries.items() if not _is_past(expiry, now))


def _is_past(expiry: str | None, now: datetime) -> bool:
    try:
        parsed = datetime.fromisoformat(expiry) if expiry else None
    except ValueError:
        return False
    if parsed is None:
        return False
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)) < now
