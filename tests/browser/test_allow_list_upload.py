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


@pytest.fixture
def preview(log_in: Callable[..., Visitor]) -> Visitor:
    """A visitor who looks at what the file would do to a list that has ALICE, invalid lines left out."""
    address_list = AddressListFactory(name="partners", members=[ALICE])
    visitor = log_in("operations", name="olga")
    visitor.open(f"/admin/account/addresslist/{address_list.pk}/change/")
    visitor.follow("Import a file")
    visitor.choose("partners.csv", FILE)
    visitor.fill(log_reason="as agreed")
    visitor.page.get_by_label("Import the valid lines although others are invalid").check()
    visitor.press("Preview")
    return visitor


def test_the_preview_counts_and_says_of_each_line_why_it_is_not_used(preview: Visitor) -> None:
    assert preview.counts() == {"new": "2", "already there": "1", "invalid": "1", "duplicates in the file": "1"}
    assert [row[:2] for row in preview.rows("rejected-lines")] == [
        ["5", "It repeats line 2."],
        ["6", "'alice.eth' is not an Ethereum address, or its checksum is wrong."],
    ]
    assert AddressListMember.objects.count() == 1
    preview.keep_picture("allow-list-preview")


def test_confirmed_the_addresses_are_on_the_list(preview: Visitor) -> None:
    preview.press("Import")
    expect(preview.page.get_by_text("Imported partners.csv, list partners: 2 new")).to_be_visible()
    assert set(AddressListMember.objects.values_list("address", flat=True)) == {ALICE, BOB, CAROL}
