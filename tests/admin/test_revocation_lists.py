"""Revocation lists in the admin site."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from apps.ceramic_cache.models import Revocation, RevocationList
from apps.registry.models import Score
from apps.registry.services import score_internally
from tests.admin.list_pages import confirm, counts, downloaded, upload
from tests.endpoints.scoring_world import ALICE, BOB, hold
from tests.factories.account import CommunityFactory
from tests.factories.ceramic_cache import RevocationFactory, RevocationListFactory, StoredStampFactory

Browsers = Callable[..., Client]
NEW = "/admin/ceramic_cache/revocationlist/add/"

pytestmark = pytest.mark.django_db


def of(revocation_list: RevocationList, page: str) -> str:
    return f"/admin/ceramic_cache/revocationlist/{revocation_list.pk}/{page}/"


@pytest.fixture
def stamps(db: None) -> Any:
    """Live, revoked, and deleted."""
    live, revoked = StoredStampFactory(address=ALICE), StoredStampFactory(address=BOB)
    RevocationFactory(ceramic_cache=revoked)
    return [live, revoked, StoredStampFactory(deleted_at=timezone.now())]


def test_the_preview_says_what_becomes_of_each_line(log_in: Browsers, stamps: Any) -> None:
    text = "proof_value\n" + "\n".join([*(stamp.proof_value for stamp in stamps), "0xunknown", stamps[0].proof_value])
    browser = log_in("operations")
    page = upload(browser, NEW, text, name="leaked")
    assert list(counts(page).values()) == ["1", "1", "1", "1", "1", "0", "1"]
    rows = page.context["preview"].tables[0].rows
    assert [row[:2] for row in rows] == [(5, "No stored stamp has this proof value."), (6, "It repeats line 2.")]
    ((_, url),) = page.context["preview"].links
    assert len(downloaded(browser.get(url))) == 3
    assert (RevocationList.objects.count(), Revocation.objects.count()) == (0, 1)


def test_a_confirmed_list_revokes_and_is_in_the_log(log_in: Browsers, stamps: Any) -> None:
    browser = log_in("operations")
    confirm(browser, upload(browser, NEW, stamps[0].proof_value, name="leaked"))
    made = RevocationList.objects.get()
    assert made.revocations.get().ceramic_cache == stamps[0]
    assert LogEntry.objects.get().change_message.startswith("Imported file.csv, list leaked: 1 new, 1 stamps to revoke")


def test_the_same_again_revokes_nothing(log_in: Browsers, stamps: Any) -> None:
    revocation_list = RevocationListFactory()
    browser = log_in("operations")
    for _ in range(2):
        page = upload(browser, of(revocation_list, "import"), stamps[0].proof_value)
        confirm(browser, page)
    assert (counts(page)["new"], counts(page)["already revoked"]) == ("0", "1")
    assert revocation_list.revocations.count() == 1


def test_what_it_revoked_is_taken_back_exactly(log_in: Browsers, stamps: Any) -> None:
    revocation_list = RevocationListFactory()
    browser = log_in("operations")
    confirm(browser, upload(browser, of(revocation_list, "import"), stamps[0].proof_value))
    page = browser.get(of(revocation_list, "remove-entries"))
    assert (counts(page), page.context["preview"].warnings) == ({"revocations": "1"}, ["Their stamps count again."])
    browser.post(of(revocation_list, "remove-entries"), {"confirm": "yes", "log_reason": "a mistake"})
    assert [revocation.ceramic_cache for revocation in Revocation.objects.all()] == [stamps[1]]


def test_scores_are_computed_again_when_told(log_in: Browsers, scoring_world: None) -> None:
    stamp, community = hold("Google", to=ALICE), CommunityFactory(weights={"Google": 1}, threshold=1)
    score_internally(scorer_id=community.pk, address=ALICE)
    revocation_list = RevocationListFactory()
    browser = log_in("operations")
    confirm(browser, upload(browser, of(revocation_list, "import"), stamp.proof_value, rescore="on"))
    assert Score.objects.get().score == 0
    browser.post(of(revocation_list, "remove-entries"), {"confirm": "yes", "log_reason": "x", "rescore": "on"})
    assert Score.objects.get().score == 1


def test_it_is_downloaded_and_offers_its_pages(log_in: Browsers, stamps: Any) -> None:
    revocation_list = RevocationListFactory()
    RevocationFactory(ceramic_cache=stamps[0], revocation_list=revocation_list)
    browser = log_in("support")
    assert downloaded(browser.get(of(revocation_list, "download"))) == ["proof_value", stamps[0].proof_value]
    assert "Take back all" not in browser.get(of(revocation_list, "change")).content.decode()
    assert "Take back all" in log_in("operations").get(of(revocation_list, "change")).content.decode()


def test_support_revokes_nothing(log_in: Browsers, stamps: Any) -> None:
    revocation_list = RevocationListFactory()
    browser = log_in("support")
    assert upload(browser, of(revocation_list, "import"), "x").status_code == 403
    assert browser.post(of(revocation_list, "remove-entries"), {"confirm": "yes"}).status_code == 403
