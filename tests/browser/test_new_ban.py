"""A new ban: while it is typed the page says whom it hits."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from apps.ceramic_cache.models import Ban
from tests.browser.visitor import Visitor
from tests.endpoints.scoring_world import ALICE
from tests.factories.ceramic_cache import StoredStampFactory

pytestmark = pytest.mark.xdist_group("browser")


def test_what_it_hits_is_shown_while_it_is_typed(log_in: Callable[..., Visitor]) -> None:
    for provider in ("Google", "Github"):
        StoredStampFactory(address=ALICE, provider=provider)
    visitor = log_in("operations")
    visitor.open("/admin/ceramic_cache/ban/add/")
    visitor.fill(address=ALICE)
    stamps = visitor.page.locator("#live-preview dl > div", has_text="stamps")
    expect(stamps).to_contain_text("2")
    visitor.fill(provider="Google")
    expect(stamps).to_contain_text("1")
    assert not Ban.objects.exists()
