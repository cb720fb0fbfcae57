"""The action "Restore selected stamps" on stored stamps."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from apps.ceramic_cache.models import CeramicCache
from tests.admin.pages import said, sentence
from tests.factories.ceramic_cache import StoredStampFactory

Browsers = Callable[..., Client]
LIST = "/admin/ceramic_cache/ceramiccache/"
PAGE = f"{LIST}restore/"
ALICE = f"0x{'a' * 40}"

pytestmark = pytest.mark.django_db


def deleted(**columns: Any) -> CeramicCache:
    stamp: CeramicCache = StoredStampFactory(address=ALICE, deleted_at=datetime(2025, 5, 1, tzinfo=UTC), **columns)
    return stamp


def live() -> set[int]:
    return set(CeramicCache.objects.filter(deleted_at=None).values_list("id", flat=True))


def test_the_action_leads_to_a_preview_and_changes_nothing(log_in: Browsers) -> None:
    first, second = deleted(), deleted(provider="Github")
    browser = log_in("operations")
    chosen = {"action": "restore", "_selected_action": [second.pk, first.pk]}
    page = browser.post(LIST, chosen, follow=True)
    assert page.redirect_chain == [(f"{PAGE}?stamps={first.pk}%2C{second.pk}", 302)]
    assert sentence(page).startswith("2 deleted stamps are live again")
    assert live() == set()


def test_it_reports_the_ids_that_worked_and_failed(log_in: Browsers) -> None:
    in_the_way = StoredStampFactory(address=ALICE)
    fails, works = deleted(), deleted(provider="Github")
    url = f"{PAGE}?stamps={fails.pk},{works.pk}"
    page = log_in("operations").post(url, {"log_reason": "by mistake"}, follow=True)
    assert said(page) == [f"Failed, because they are live or one is in the way: {fails.pk}.", f"Restored: {works.pk}."]
    assert live() == {in_the_way.pk, works.pk}
    entry = LogEntry.objects.get()
    assert (entry.object_id, entry.change_message) == (str(works.pk), f"Restored: {works.pk}. Why: by mistake")


@pytest.mark.parametrize("ids", ["", "x", "1;2", "7"])
def test_nothing_to_restore_is_told(ids: str, log_in: Browsers) -> None:
    page = log_in("operations").get(f"{PAGE}?stamps={ids}")
    assert not page.context["preview"].is_possible
    assert 'id="confirm"' not in page.content.decode()


def test_a_reason_is_needed(log_in: Browsers) -> None:
    stamp = deleted()
    log_in("operations").post(f"{PAGE}?stamps={stamp.pk}", {"log_reason": ""})
    assert live() == set()


def test_support_may_not(log_in: Browsers) -> None:
    browser = log_in("support")
    assert browser.post(f"{PAGE}?stamps={deleted().pk}", {"log_reason": "x"}).status_code == 403
    assert "Restore" not in browser.get(LIST).content.decode()


@pytest.mark.parametrize(("query", "found"), [("pending", "pending"), ("none", "")])
def test_stamps_are_filtered_by_save_status(query: str, found: str, log_in: Browsers) -> None:
    for status in ("pending", "", "saved"):
        StoredStampFactory(compose_db_save_status=status)
    page = log_in("support").get(LIST, {"save_status": query})
    assert [row.compose_db_save_status for row in page.context["cl"].result_list] == [found]
