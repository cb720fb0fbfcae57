"""Running a ban: what it would revoke comes first."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from apps.ceramic_cache.models import Revocation
from tests.browser.visitor import Visitor
from tests.endpoints.scoring_world import ALICE, BOB
from tests.factories.ceramic_cache import BanFactory, StoredStampFactory

pytestmark = pytest.mark.xdist_group("browser")


def test_the_count_is_shown_before_anything_is_revoked(log_in: Callable[..., Visitor]) -> None:
    BanFactory(address=ALICE), BanFactory(address=BOB, single_stamp=True, provider="Google")
    for address, provider in ((ALICE, "Google"), (ALICE, "Github"), (BOB, "Google"), (BOB, "Discord")):
        StoredStampFactory(address=address, provider=provider)
    visitor = log_in("operations", name="olga")
    visitor.open("/admin/ceramic_cache/ban/")
    visitor.page.locator("#action-toggle").check()
    visitor.page.locator("select[name=action]").select_option("revoke_matching")
    visitor.press("Run")
    counts = visitor.counts()
    assert (counts["bans in force"], counts["stamps to revoke"], counts["addresses"]) == ("2", "3", "2")
    assert not Revocation.objects.exists()
    visitor.keep_picture("revoke-matching")

    visitor.fill(log_reason="ticket 4711")
    visitor.press("Revoke these stamps")
    expect(visitor.page.get_by_text("2 bans run. 3 stamps of 2 addresses revoked")).to_be_visible()
    assert Revocation.objects.count() == 3
