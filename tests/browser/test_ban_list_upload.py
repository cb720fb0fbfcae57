"""A ban list: file chosen, looked at, imported."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from apps.ceramic_cache.models import BanList
from tests.browser.visitor import Visitor
from tests.endpoints.scoring_world import ALICE, BOB, CAROL
from tests.factories.ceramic_cache import StoredStampFactory

pytestmark = pytest.mark.xdist_group("browser")

FILE = f"""type,provider,hash,address,end_time
account,,,{ALICE},
single_stamp,Google,,{BOB},2099-01-01
,,v0:abc,,
,,,0x12,
,,,{ALICE},
account,Google,,{CAROL},
"""


def test_it_is_looked_at_line_by_line_before_it_is_imported(log_in: Callable[..., Visitor]) -> None:
    StoredStampFactory(address=ALICE, provider="Github")
    visitor = log_in("operations", name="olga")
    visitor.open("/admin/")
    visitor.follow("New ban list")
    visitor.fill(name="sybils of March", log_reason="ticket 4711")
    visitor.choose("march.csv", FILE)
    visitor.page.get_by_label("Import the valid lines although others are invalid").check()
    visitor.press("Preview")
    counts = visitor.counts()
    assert (counts["new"], counts["duplicates in the file"], counts["invalid"]) == ("3", "1", "2")
    assert [row[:2] for row in visitor.rows("rejected-lines")] == [
        ["5", "'0x12' is not an Ethereum address, or its checksum is wrong."],
        ["6", "It repeats line 2."],
        ["7", "The type is 'account', but what is filled in makes it 'single_stamp'."],
    ]
    assert not BanList.objects.exists()
    visitor.keep_picture("ban-list-preview")

    visitor.press("Import")
    expect(visitor.page.get_by_text("Imported march.csv, list sybils of March: 3 new")).to_be_visible()
    assert BanList.objects.get(name="sybils of March").bans.count() == 3
    assert visitor.counts()["stamps to revoke"] == "1"
