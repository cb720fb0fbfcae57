"""Stored stamps in the admin site: read, and undeleted."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from apps.ceramic_cache.models import CeramicCache
from apps.registry.doors import score_internally
from apps.registry.models import Score
from tests.endpoints.scoring_world import ALICE, BOB, hold
from tests.factories.account import CommunityFactory
from tests.factories.ceramic_cache import StoredStampFactory

Browsers = Callable[..., Client]
LIST = "/admin/ceramic_cache/ceramiccache/"
DELETED = datetime(2025, 3, 1, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def of(*stamps: CeramicCache) -> str:
    return f"{LIST}undelete/?stamps={','.join(str(stamp.pk) for stamp in stamps)}"


def confirm(browser: Client, url: str, **data: Any) -> Any:
    return browser.post(url, {"log_reason": "a mistake", "confirm": "yes", **data})


@pytest.fixture
def stamps(db: None) -> Any:
    """Deleted, deleted with a live one, live, deleted twice (the earlier and the later)."""
    return [
        StoredStampFactory(address=ALICE, provider="Google", deleted_at=DELETED),
        StoredStampFactory(address=BOB, provider="Google", deleted_at=DELETED),
        StoredStampFactory(address=BOB, provider="Google"),
        StoredStampFactory(address=ALICE, provider="Github", deleted_at=DELETED),
        StoredStampFactory(address=ALICE, provider="Github", deleted_at=DELETED.replace(month=4)),
    ]


def test_the_action_leads_to_its_page(log_in: Browsers, stamps: Any) -> None:
    data = {"action": "undelete", "_selected_action": [stamps[0].pk]}
    page = log_in("operations").post(LIST, data)
    assert page.headers["Location"] == of(stamps[0])


def test_the_page_says_what_becomes_of_each(log_in: Browsers, stamps: Any) -> None:
    preview = log_in("operations").get(of(*stamps)).context["preview"]
    assert dict(preview.counts) == {"come back": 2, "stay as they are": 3}
    verdicts = {row[0]: row[3] for row in preview.tables[0].rows}
    other = "The address has a live one of this provider."
    assert [verdicts[stamp.pk] for stamp in stamps] == [
        "It comes back.",
        other,
        "It is not deleted.",
        other,
        "It comes back.",
    ]
    assert CeramicCache.objects.filter(deleted_at__isnull=True).count() == 1


def test_confirmed_they_come_back_and_the_rest_stays(log_in: Browsers, stamps: Any) -> None:
    assert confirm(log_in("operations"), of(*stamps)).headers["Location"] == LIST
    live = set(CeramicCache.objects.filter(deleted_at__isnull=True).values_list("pk", flat=True))
    assert live == {stamps[0].pk, stamps[2].pk, stamps[4].pk}
    message = LogEntry.objects.get(object_id=str(stamps[0].pk)).change_message
    left = f"{stamps[3].pk}, {stamps[2].pk}, {stamps[1].pk}"
    assert message == f"Undeleted {stamps[4].pk}, {stamps[0].pk}. Left as they were: {left}. Why: a mistake"


def test_none_that_can_come_back_is_told(log_in: Browsers, stamps: Any) -> None:
    page = log_in("operations").get(of(stamps[1], stamps[2]))
    assert page.context["preview"].is_possible is False


def test_scores_are_computed_again_when_told(log_in: Browsers, scoring_world: None) -> None:
    stamp, community = (
        hold("Google", to=ALICE, deleted_at=DELETED),
        CommunityFactory(weights={"Google": 1}, threshold=1),
    )
    score_internally(scorer_id=community.pk, address=ALICE)
    assert confirm(log_in("operations"), of(stamp), rescore="on").status_code == 302
    assert Score.objects.get().score == 1


def test_it_needs_the_permission_to_rescore(log_in: Browsers, stamps: Any) -> None:
    browser = log_in("support")
    assert 'value="undelete"' not in browser.get(LIST).content.decode()
    assert confirm(browser, of(stamps[0])).status_code == 403
    assert log_in("operations").get(f"{LIST}undelete/").status_code == 404
