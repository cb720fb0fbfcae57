"""New weights: what changes, and for how many scores, comes first."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from apps.registry.models import WeightConfiguration
from tests.browser.visitor import Visitor
from tests.factories.account import CommunityFactory
from tests.factories.registry import ScoreFactory, WeightConfigurationFactory

pytestmark = pytest.mark.xdist_group("browser")


def test_the_changes_and_their_effect_are_shown_first(log_in: Callable[..., Visitor]) -> None:
    weights = {"Google": 1.0, "NFT": 2.0, "Discord": 0.5, "ENS": 1.5}
    WeightConfigurationFactory(version="1", weights=weights, threshold=1, active=True)
    community = CommunityFactory(name="a community", weights=weights, threshold="1")
    for providers in (("Google",), ("NFT",), ("Google", "Discord")):
        stamp_scores = {provider: weights[provider] for provider in providers}
        ScoreFactory(passport__community=community, stamp_scores=stamp_scores)
    visitor = log_in("operations", name="olga")
    visitor.open("/admin/registry/weightconfiguration/")
    visitor.follow("Upload CSV")
    visitor.choose("spring.csv", "provider,weight\nGoogle,0.5\nDiscord,0.5\nENS,1.5\nGithub,3\n")
    visitor.fill(description="spring", log_reason="as decided")
    visitor.press("Preview")
    assert visitor.rows("weight-changes") == [
        ["Github", "-", "3", "added"],
        ["Google", "1", "0.5", "lowered"],
        ["NFT", "2", "-", "removed"],
    ]
    counts = visitor.counts()
    assert (counts["Scores in the sample"], counts["No longer passing"]) == ("3", "2")
    visitor.keep_picture("weights")

    visitor.press("Make the configuration")
    expect(visitor.page.get_by_text("Uploaded 4 weights.")).to_be_visible()
    assert list(WeightConfiguration.objects.values_list("version", "active")) == [("1", True), ("2", False)]
