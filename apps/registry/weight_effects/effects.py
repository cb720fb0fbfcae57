"""The effect of changed weights on sampled scores. Pure; sums are the core's (contract, section 3.7)."""

from collections.abc import Callable, Mapping

from apps.registry.scoring.errors import ScoringError
from apps.registry.scoring.weights import add_up, weigh
from apps.registry.weight_effects.records import (
    CommunityEffect,
    CommunityWeighing,
    Effect,
    Sample,
    SampledEffect,
    SampledScore,
)

Change = Callable[[CommunityWeighing], CommunityWeighing]


def effect_of(sample: Sample, change: Change) -> SampledEffect:
    """How many of the sampled scores pass before and after the change.

    Both are computed from the stamps that the last scoring kept: what has expired since counts in neither, and what a
    scoring now would find besides (new stamps, other owners of nullifiers) in none.
    """
    changed = {id: change(community) for id, community in sample.communities.items()}
    effects = {id: Effect() for id in sample.communities}
    total = Effect()
    for score in sample.scores:
        outcome = _outcome(score, sample.communities, changed)
        _count(total, score, *outcome)
        _count(effects[score.community_id], score, *outcome)
    told = [CommunityEffect(sample.communities[id], effect) for id, effect in effects.items() if _changes(effect)]
    told.sort(key=lambda one: (-_changes(one.effect), one.community.id))
    return SampledEffect(total, told, sample.is_whole)


def passes(score: SampledScore, community: CommunityWeighing) -> bool | None:
    """Whether its stamps reach the threshold; None where a weight is no number."""
    try:
        weights = weigh(score.providers, weights=community.weights, overlay=community.overlay)
    except ScoringError:
        return None
    return add_up(weights.values()) >= community.threshold


def _outcome(
    score: SampledScore, before: Mapping[int, CommunityWeighing], after: Mapping[int, CommunityWeighing]
) -> tuple[bool | None, bool | None]:
    return passes(score, before[score.community_id]), passes(score, after[score.community_id])


def _count(effect: Effect, score: SampledScore, before: bool | None, after: bool | None) -> None:
    effect.scores += 1
    effect.stored += score.passing
    effect.before += bool(before)
    effect.after += bool(after)
    effect.newly += bool(after) and not before
    effect.no_longer += bool(before) and not after
    effect.errors += after is None


def _changes(effect: Effect) -> int:
    return effect.newly + effect.no_longer
