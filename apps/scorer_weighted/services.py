"""The rules of weights (contract, section 4.8)."""

import json
import logging
import math
import re
from functools import lru_cache

from django.core.cache import cache

from apps.registry.scoring.weights import as_decimal
from apps.scorer_weighted import managers
from scorer_v2.conf import settings
from scorer_v2.observability.measurements import current
from scorer_v2.primitives.errors import DomainError, NotFound

logger = logging.getLogger("scorer_v2.weights")

Weights = dict[str, float]

CACHE_NAME = "ceramic_cache_scorer_weights_{}"
CACHE_SECONDS = 60
# Two or three texts are in use at a time, of some 2 kB; parsing one takes longer than all else of the request.
REMEMBERED_TEXTS = 32
NO_COMMUNITY = "No Community matches the given query."
# More digits than any id has, and few enough for a quick answer.
_INTEGER = re.compile(r"-?[0-9]{1,30}")


class ScorerUnusable(DomainError):
    """The configured community is missing, or a scorer's weights are no weights."""

    status = 500

    def __init__(self) -> None:
        setting = settings.CERAMIC_CACHE_SCORER_ID
        super().__init__(f"Unable to retrieve configured scorer! settings.CERAMIC_CACHE_SCORER_ID={setting}")


def weights_of(*, community_id: str) -> Weights:
    """The weights of a community's scorer in stored order; those of the configured community for an empty text.

    A minute old at most. Raises NotFound, ScorerUnusable and DatabaseUnavailable.
    """
    number = configured_community(community_id)
    name = CACHE_NAME.format(number)
    measured = current()
    measured.community = number
    try:
        cached = cache.get(name)
    except Exception:
        measured.count_cache("weights", "failed")
        logger.exception("weights are read from the database: the cache is unavailable")
        return _stored_weights(number, is_default=not community_id)
    weights = parse_weights(cached)
    measured.count_cache("weights", "miss" if weights is None else "hit")
    if weights is None:
        weights = _stored_weights(number, is_default=not community_id)
        _remember(name, weights)
    return weights


def parse_weights(text: object) -> Weights | None:
    """The weights of a JSON text, as floats; None where it is no object of provider to number, or text of one. The
    last few texts are remembered with their weights: do not change them."""
    return _parsed(text) if isinstance(text, str | bytes) else None


@lru_cache(maxsize=REMEMBERED_TEXTS)
def _parsed(text: str | bytes) -> Weights | None:
    try:
        document = json.loads(text)
    except ValueError:
        return None
    if not isinstance(document, dict):
        return None
    weights = {provider: _as_float(weight) for provider, weight in document.items()}
    return weights if all(math.isfinite(weight) for weight in weights.values()) else None


def _as_float(weight: object) -> float:
    """NaN for what is not numeric."""
    number = as_decimal(weight)
    return math.nan if number is None else float(number)


def configured_community(text: str) -> int:
    """Return the community id of a text, the configured one for an empty text. Raises NotFound and ScorerUnusable."""
    if text:
        if not _INTEGER.fullmatch(text):
            raise NotFound(NO_COMMUNITY)
        return int(text)
    if settings.CERAMIC_CACHE_SCORER_ID is None:
        raise ScorerUnusable
    return int(settings.CERAMIC_CACHE_SCORER_ID)


def _stored_weights(community_id: int, *, is_default: bool) -> Weights:
    stored = managers.find_weights(community_id)
    if stored is None:
        raise ScorerUnusable if is_default else NotFound(NO_COMMUNITY)
    weights = parse_weights(stored.text)
    if weights is None:
        raise ScorerUnusable
    return weights


def _remember(name: str, weights: Weights) -> None:
    try:
        cache.set(name, json.dumps(weights), CACHE_SECONDS)
    except Exception:
        logger.exception("weights are not cached: the cache is unavailable")
