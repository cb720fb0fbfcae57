"""Scorers.

    BinaryScorerFactory(weights={"Google": "1.25"}, threshold="20")    # type WEIGHTED_BINARY, as all live scorers
    WeightedScorerFactory(weights={"Google": 1.25}, threshold="0.5")   # type WEIGHTED
    BinaryScorerFactory(weights=None)                                  # scoring fails with an error of the data

Weights may be texts, integers or floats, as in the database.
"""

from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from apps.scorer_weighted.models import BinaryWeightedScorer, RescoreRequest, Scorer, WeightedScorer

WEIGHTS = {"Google": "1.25", "Github": "2.5", "Discord": "0.69", "NFT": "10.033", "Biometrics": "16"}


class _ScorerFactory(DjangoModelFactory):
    class Meta:
        abstract = True

    weights = factory.LazyFunction(lambda: dict(WEIGHTS))
    threshold = Decimal("20.00000")
    exclude_from_weight_updates = False


class BinaryScorerFactory(_ScorerFactory):
    class Meta:
        model = BinaryWeightedScorer

    type = Scorer.Type.WEIGHTED_BINARY


class WeightedScorerFactory(_ScorerFactory):
    class Meta:
        model = WeightedScorer

    type = Scorer.Type.WEIGHTED


class RescoreRequestFactory(DjangoModelFactory):
    class Meta:
        model = RescoreRequest

    status = "PENDING"
    num_communities_requested = 1
