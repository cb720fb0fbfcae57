"""Logging in, and the first page with the team's jobs."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from playwright.sync_api import expect

from apps.account.models import AddressList
from apps.ceramic_cache.models import BanList
from tests.admin.conftest import member
from tests.browser.visitor import Visitor
from tests.factories.account import AddressListFactory, pbkdf2_hash
from tests.factories.ceramic_cache import BanListFactory

pytestmark = pytest.mark.xdist_group("browser")

JOBS = ["Bans and revocations", "Lists", "Explain a score", "Keys and communities", "Weights", "Points", "Team"]


def try_to_log_in(visitor: Visitor, password: str) -> None:
    """The password is "right", hashed as the service does it."""
    user = member("operations", name="olga")
    user.password = pbkdf2_hash("right")
    user.save()
    visitor.open("/admin/")
    visitor.fill(username="olga", password=password)
    visitor.press("Log in")


def test_a_wrong_password_is_told_and_leads_nowhere(visitor: Visitor) -> None:
    try_to_log_in(visitor, "wrong")
    expect(visitor.page.get_by_text("Please enter the correct username and password")).to_be_visible()
    visitor.open("/admin/")
    expect(visitor.page.locator("[name=password]")).to_be_visible()


def test_the_right_password_leads_to_the_jobs_of_the_team(visitor: Visitor) -> None:
    try_to_log_in(visitor, "right")
    expect(visitor.page.locator("#content-main h2")).to_have_text(JOBS)


def note(made: AddressList | BanList, sentence: str, *, hour: int) -> None:
    LogEntry.objects.create(
        user=get_user_model().objects.get(),
        content_type=ContentType.objects.get_for_model(made),
        object_id=str(made.pk),
        object_repr=str(made),
        action_flag=ADDITION,
        change_message=sentence,
        action_time=datetime(2026, 3, 2, hour, 30, tzinfo=UTC),
    )


def test_the_first_page_tells_the_latest_changes(log_in: Callable[..., Visitor]) -> None:
    visitor = log_in("operations", name="olga")
    note(BanListFactory(name="sybils of March"), "Imported march.csv: 120 new. Why: ticket 4711", hour=9)
    note(AddressListFactory(name="partners"), "Imported partners.csv: 35 new. Why: as agreed", hour=10)
    visitor.open("/admin/")
    expect(visitor.page.locator("#latest-changes li")).to_contain_text(["partners", "sybils of March"])
    visitor.keep_picture("index")
