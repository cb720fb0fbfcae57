"""An embed limit above tier 1 forbids raised other limits (contract, 6.6)."""

import pytest

from apps.account.key_limits import limit_choices, limit_conflicts, limit_name
from apps.account.models import RateLimit

TIER_1, TIER_2, UNLIMITED, ANALYSIS = "125/15m", "350/15m", "", "15/15m"


@pytest.mark.parametrize(
    ("rate", "analysis", "embed", "conflicts"),
    [
        (TIER_1, ANALYSIS, TIER_1, []),
        (UNLIMITED, UNLIMITED, TIER_1, []),
        (TIER_1, ANALYSIS, TIER_2, []),
        (TIER_1, ANALYSIS, UNLIMITED, []),
        (TIER_1, ANALYSIS, None, []),
        (TIER_2, ANALYSIS, TIER_2, ["rate_limit"]),
        (TIER_1, TIER_2, "2000/15m", ["analysis_rate_limit"]),
        (UNLIMITED, None, None, ["rate_limit", "analysis_rate_limit"]),
        (TIER_2, TIER_2, "5/15m", []),
        ("10/15m", "1/15m", TIER_2, []),
        ("1000/h", ANALYSIS, TIER_2, ["rate_limit"]),
    ],
)
def test_the_rule(rate, analysis, embed, conflicts):
    found = limit_conflicts(rate_limit=rate, analysis_rate_limit=analysis, embed_rate_limit=embed)
    assert [field for field, _ in found] == conflicts


@pytest.mark.parametrize(
    ("limit", "name"),
    [("", "Unlimited"), (None, "Unlimited"), ("350/15m", "Tier 2 (350/15m)"), ("7/s", "7/s")],
)
def test_a_limit_has_a_name(limit, name):
    assert limit_name(limit) == name


def test_all_tiers_can_be_chosen():
    assert {limit for analysis in (True, False) for limit, _ in limit_choices(analysis=analysis)} == set(
        RateLimit.values
    )
