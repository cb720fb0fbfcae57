"""Why an address has its score."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import Visitor
from tests.endpoints.scoring_world import ALICE, BOB, FUTURE, PAST, hold
from tests.factories.account import CommunityFactory
from tests.factories.registry import HashLinkFactory, ScoreFactory

pytestmark = pytest.mark.xdist_group("browser")


def test_it_says_of_each_stamp_whether_it_counts_and_why_not(log_in: Callable[..., Visitor]) -> None:
    community = CommunityFactory(name="a community", weights={"Google": "1.25", "Github": "18.75"}, threshold="20")
    hold("Google")
    hold("Github", "v0:a")
    hold("Discord", expires_at=PAST)
    HashLinkFactory(hash="v0:a", address=BOB, expires_at=FUTURE, community=community)
    ScoreFactory(passport__address=ALICE, passport__community=community, raw_score="20.0")
    visitor = log_in("support", name="sam")
    visitor.open("/admin/")
    visitor.follow("Explain")
    visitor.fill(address=ALICE.upper().replace("X", "x"), scorer=str(community.pk))
    visitor.press("Explain")
    assert {row[0]: row[1:4] for row in visitor.rows("stamps")} == {
        "Google": ["yes", "It counts.", "1.25"],
        "Github": ["no", f"{BOB} owns its nullifier v0:a in this community until 2031-01-01T00:00:00+00:00.", "18.75"],
        "Discord": ["no", "It expired at 2020-01-01T00:00:00Z.", "0"],
    }
    expect(visitor.page.locator("#differences")).to_contain_text("The sum changes from 20.0 to 1.25.")
    visitor.keep_picture("explain-score")
