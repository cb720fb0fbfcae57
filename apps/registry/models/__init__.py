"""Scores and what they are made of: passports, stamps, links, events, points, weights, legacy stakes."""

from apps.registry.models.batch_scoring import BatchModelScoringRequest, BatchModelScoringRequestItem
from apps.registry.models.human_points import (
    HumanPoints,
    HumanPointsCommunityQualifiedUsers,
    HumanPointsConfig,
    HumanPointsMultiplier,
    PointsAction,
)
from apps.registry.models.scores import Event, HashScorerLink, Passport, Score, Stamp
from apps.registry.models.stakes import GTCStakeEvent
from apps.registry.models.weights import (
    PlatformMetadata,
    StampMetadata,
    WeightConfiguration,
    WeightConfigurationItem,
)

__all__ = [
    "BatchModelScoringRequest",
    "BatchModelScoringRequestItem",
    "Event",
    "GTCStakeEvent",
    "HashScorerLink",
    "HumanPoints",
    "HumanPointsCommunityQualifiedUsers",
    "HumanPointsConfig",
    "HumanPointsMultiplier",
    "Passport",
    "PlatformMetadata",
    "PointsAction",
    "Score",
    "Stamp",
    "StampMetadata",
    "WeightConfiguration",
    "WeightConfigurationItem",
]
