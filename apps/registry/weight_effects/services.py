"""What a change of weights does to how many passing scores, on a sample of stored scores. Reads only."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from apps.registry.weight_effects import managers
from apps.registry.weight_effects.effects import Change, effect_of
from apps.registry.weight_effects.records import CommunityWeighing, Sample, SampledEffect, SampledScore
from scorer_v2.database.bulk import BulkTransaction, transaction

SCORES = 2_000
PROBES = 2_500
CANDIDATES = 20_000
ENOUGH = 500


def effect_of_configuration(
    *, weights: Mapping[str, float], threshold: float, now: datetime | None = None
) -> SampledEffect:
    """What copying a configuration to all scorers that are not excluded would do (6.8). Raises DatabaseUnavailable."""
    taken = Decimal(str(threshold))

    def change(community: CommunityWeighing) -> CommunityWeighing:
        if community.excluded:
            return community
        changed = replace(community, weights=weights)
        return replace(changed, threshold=taken) if community.is_binary else changed

    return _effect(None, change, now)


def effect_on_scorer(
    *, scorer_id: int, weights: Mapping[str, Any] | None, threshold: Decimal, now: datetime | None = None
) -> SampledEffect:
    """What other weights and another threshold of a scorer do in its communities. Raises DatabaseUnavailable."""
    with transaction() as bulk:
        community_ids = managers.communities_of_scorer(bulk, scorer_id)
    return _effect(community_ids, lambda community: replace(community, weights=weights, threshold=threshold), now)


def effect_on_community(
    *, community_id: int, overlay: Mapping[str, Decimal], now: datetime | None = None
) -> SampledEffect:
    """What other weights of a customization would do in its community. Raises DatabaseUnavailable."""
    return _effect([community_id], lambda community: replace(community, overlay=overlay), now)


def _effect(community_ids: Sequence[int] | None, change: Change, now: datetime | None) -> SampledEffect:
    with transaction() as bulk:
        return effect_of(_sample(bulk, community_ids, now or timezone.now()), change)


def _sample(bulk: BulkTransaction, community_ids: Sequence[int] | None, now: datetime) -> Sample:
    if community_ids is None:
        return _with_communities(bulk, managers.sample_anywhere(bulk, probes=PROBES, community_ids=None, now=now))
    passports = managers.count_candidates(bulk, community_ids, most=CANDIDATES + 1)
    if passports > CANDIDATES:
        # The first of so many would be the oldest ones; these are spread over all, if the communities have their share.
        scores = managers.sample_anywhere(bulk, probes=PROBES, community_ids=community_ids, now=now)
        if len(scores) >= ENOUGH:
            return _with_communities(bulk, scores)
    scores = managers.sample_of_communities(
        bulk, community_ids=community_ids, candidates=CANDIDATES, scores=SCORES, now=now
    )
    return _with_communities(bulk, scores, is_whole=passports <= SCORES)


def _with_communities(bulk: BulkTransaction, scores: Sequence[SampledScore], *, is_whole: bool = False) -> Sample:
    communities = managers.find_weighings(bulk, sorted({score.community_id for score in scores}))
    usable = [score for score in scores if score.community_id in communities]
    return Sample(usable, communities, is_whole=is_whole)
