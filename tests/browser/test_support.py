"""Who is of the group `support` sees everything, and nothing that changes it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import Visitor
from tests.factories.account import ApiKeyFactory
from tests.factories.ceramic_cache import BanFactory, BanListFactory

pytestmark = pytest.mark.xdist_group("browser")

ROWS = {
    "/admin/ceramic_cache/ban/": BanFactory,
    "/admin/ceramic_cache/banlist/": BanListFactory,
    "/admin/account/accountapikey/": ApiKeyFactory,
}


def test_there_are_no_buttons_that_add_or_save(log_in: Callable[..., Visitor]) -> None:
    visitor = log_in("support")
    content = visitor.page.locator("#content")
    visitor.open("/admin/")
    expect(content.get_by_role("link", name="Bans", exact=True)).to_be_visible()
    expect(content.get_by_role("link", name="New ban", exact=True)).to_have_count(0)
    for url, factory in ROWS.items():
        row = factory()
        visitor.open(url)
        expect(content.locator("#result_list tbody tr")).to_have_count(1)
        expect(visitor.page.locator(f'a[href^="{url}add/"]')).to_have_count(0)
        visitor.open(f"{url}{row.pk}/change/")
        expect(visitor.page.get_by_role("heading", level=1)).to_contain_text(str(row), ignore_case=True)
        expect(visitor.page.locator('[name="_save"], [name="_continue"], [name="log_reason"]')).to_have_count(0)
