"""An allow list: file chosen, looked at, imported."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from apps.account.models import AddressListMember
from tests.browser.visitor import Visitor
from tests.endpoints.scoring_world import ALICE, BOB, CAROL
from tests.factories.account import AddressListFactory

pytestmark = pytest.mark.xdist_group("browser")

FILE = f"address\n{ALICE}\n{BOB}\n{CAROL}\n{ALICE}\nalice.eth\n"


def test_it_is_looked_at_line_by_line_before_it_is_imported(log_in: Callable[..., Visitor]) -> None:
    address_list = AddressListFactory(name="partners", members=[ALICE])
    visitor = log_in("operations", name="olga")
    visitor.open(f"/admin/account/addresslist/{address_list.pk}/change/")
    visitor.follow("Import a file")
    visitor.choose("partners.csv", FILE)
    visitor.fill(log_reason="as agreed")
    visitor.page.get_by_label("Import the valid lines although others are invalid").check()
    visitor.press("Preview")
    assert visitor.counts() == {"new": "2", "already there": "1", "invalid": "1", "duplicates in the file": "1"}
    assert [row[:2] for row in visitor.rows("rejected-lines")] == [
        ["5", "It repeats line 2."],
        ["6", "'alice.eth' is not an Ethereum address, or its checksum is wrong."],
    ]
    assert AddressListMember.objects.count() == 1
    visitor.keep_picture("allow-list-preview")

    visitor.press("Import")
    expect(visitor.page.get_by_text("Imported partners.csv, list partners: 2 new")).to_be_visible()
    assert set(AddressListMember.objects.values_list("address", flat=True)) == {ALICE, BOB, CAROL}
