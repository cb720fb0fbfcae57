"""A ban list: file chosen, looked at, imported."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from apps.ceramic_cache.models import BanList
from tests.browser.visitor import Visitor
from tests.endpoints.scoring_world import ALICE, BOB, CAROL
from tests.factories.ceramic_cache import StoredStampFactory

pytestmark = pytest.mark.xdist_group("browser")

NEW = "/admin/ceramic_cache/banlist/add/"
FILE = f"""type,provider,hash,address,end_time
account,,,{ALICE},
single_stamp,Google,,{BOB},2099-01-01
,,v0:abc,,
,,,0x12,
,,,{ALICE},
account,Google,,{CAROL},
"""


@pytest.fixture
def preview(log_in: Callable[..., Visitor]) -> Visitor:
    """A visitor who looks at what the file would do, invalid lines left out."""
    visitor = log_in("operations", name="olga")
    visitor.open(NEW)
    visitor.fill(name="sybils of March", log_reason="ticket 4711")
    visitor.choose("march.csv", FILE)
    visitor.page.get_by_label("Import the valid lines although others are invalid").check()
    visitor.press("Preview")
    return visitor


def test_the_preview_counts_and_says_of_each_line_why_it_is_not_used(preview: Visitor) -> None:
    counts = preview.counts()
    assert (counts["new"], counts["duplicates in the file"], counts["invalid"]) == ("3", "1", "2")
    assert [row[:2] for row in preview.rows("rejected-lines")] == [
        ["5", "'0x12' is not an Ethereum address, or its checksum is wrong."],
        ["6", "It repeats line 2."],
        ["7", "The type is 'account', but what is filled in makes it 'single_stamp'."],
    ]
    assert not BanList.objects.exists()
    preview.keep_picture("ban-list-preview")


def test_confirmed_it_is_imported_and_can_be_run(preview: Visitor) -> None:
    StoredStampFactory(address=ALICE, provider="Github")
    preview.press("Import")
    expect(preview.page.get_by_text("Imported march.csv, list sybils of March: 3 new")).to_be_visible()
    assert BanList.objects.get(name="sybils of March").bans.count() == 3
    assert preview.counts()["stamps to revoke"] == "1"


def test_without_a_file_the_page_asks_for_one(log_in: Callable[..., Visitor]) -> None:
    visitor = log_in("operations")
    visitor.open(NEW)
    visitor.fill(name="sybils of March", log_reason="ticket 4711")
    visitor.press("Preview")
    expect(visitor.page.get_by_text("Choose a file.")).to_be_visible()
