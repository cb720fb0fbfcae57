"""Which rate limits an API key may have (contract, section 6.6). Pure."""

from collections.abc import Iterator
from typing import Final

from apps.account.rate_limits import parse_limit

TIER_1: Final = "125/15m"
TIER_2: Final = "350/15m"
TIER_3: Final = "2000/15m"
ANALYSIS_TIER_1: Final = "15/15m"
UNLIMITED: Final = ""

_NAMES: Final = {TIER_1: "Tier 1", ANALYSIS_TIER_1: "Tier 1", TIER_2: "Tier 2", TIER_3: "Tier 3"}
_ONE_AT_A_TIME: Final = "The embed limit is above tier 1: this one must not be raised then."


def limit_choices(*, analysis: bool = False) -> list[tuple[str, str]]:
    """The limits to choose from, with names that say how many requests they allow."""
    return [(limit, limit_name(limit)) for limit in (_lowest(analysis=analysis), TIER_2, TIER_3, UNLIMITED)]


def limit_name(limit: str | None) -> str:
    """How a limit is shown. Null and the empty text are both unlimited; old rows may hold limits of no tier."""
    if not limit:
        return "Unlimited"
    return f"{_NAMES[limit]} ({limit})" if limit in _NAMES else limit


def limit_conflicts(
    *, rate_limit: str | None, analysis_rate_limit: str | None, embed_rate_limit: str | None
) -> Iterator[tuple[str, str]]:
    """The fields that break the rule, each with a sentence: an embed limit above tier 1 forbids raised standard and
    analysis limits."""
    if not _is_above(embed_rate_limit, TIER_1):
        return
    if _is_above(rate_limit, TIER_1):
        yield "rate_limit", _ONE_AT_A_TIME
    if _is_above(analysis_rate_limit, ANALYSIS_TIER_1):
        yield "analysis_rate_limit", _ONE_AT_A_TIME


def _lowest(*, analysis: bool) -> str:
    return ANALYSIS_TIER_1 if analysis else TIER_1


def _is_above(limit: str | None, tier: str) -> bool:
    """What sets no limit is above every tier."""
    set_limit, of_tier = parse_limit(limit), parse_limit(tier)
    if set_limit is None or of_tier is None:
        return True
    return set_limit.requests * of_tier.seconds > of_tier.requests * set_limit.seconds
