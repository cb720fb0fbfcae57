"""The action "Recalculate scores" on communities: at once, by a command, or by the queue."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from pytest_django import Settings

from apps.registry import rescoring
from apps.registry.admin import rescoring_page
from apps.registry.models import Score
from scorer_v2.primitives.errors import DatabaseUnavailable
from tests.admin.pages import counts, errors, said, sentence, table
from tests.endpoints.scoring_world import ALICE, BOB, hold
from tests.factories.account import CommunityFactory
from tests.factories.registry import PassportFactory

Browsers = Callable[..., Client]
LIST = "/admin/account/community/"
PAGE = f"{LIST}recalculate/"

pytestmark = pytest.mark.usefixtures("scoring_world")


@pytest.fixture
def community(scoring_world: None) -> Any:
    made = CommunityFactory(weights={"Google": "1.25"}, threshold="1", name="theirs")
    PassportFactory(address=ALICE, community=made)
    hold("Google")
    return made


def data(community: Any, **changes: Any) -> dict[str, Any]:
    return {"communities": community.pk, "way": "now", "log_reason": "new weights", **changes}


def test_the_action_leads_to_the_page_with_the_ids(log_in: Browsers, community: Any) -> None:
    page = log_in("operations").post(LIST, {"action": "recalculate", "_selected_action": community.pk}, follow=True)
    assert page.redirect_chain == [(f"{PAGE}?communities={community.pk}", 302)]
    assert page.context["form"].initial["communities"] == str(community.pk)


def test_a_small_community_is_computed_at_once(log_in: Browsers, community: Any) -> None:
    browser = log_in("operations")
    preview = browser.post(PAGE, data(community))
    assert sentence(preview) == "1 scores are computed again, here and now."
    assert not Score.objects.exists()
    page = browser.post(PAGE, data(community, confirm="yes"), follow=True)
    assert said(page)[-1].startswith("1 scores computed: 1 changed, 1 newly passing")
    assert Score.objects.get().evidence["rawScore"] == "1.25"
    entry = LogEntry.objects.get()
    assert entry.object_id == str(community.pk)
    assert entry.change_message == "Recalculating the scores of 1 communities. Why: new weights"


def test_a_failure_in_between_is_told(log_in: Browsers, community: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(**_: Any) -> Any:
        raise DatabaseUnavailable

    monkeypatch.setattr(rescoring_page, "rescore_communities", fails)
    page = log_in("operations").post(PAGE, data(community, confirm="yes"), follow=True)
    assert page.redirect_chain == [(LIST, 302)]
    assert said(page)[-1].startswith("Not all scores were computed again: ")


def test_a_large_one_gives_the_command(log_in: Browsers, community: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rescoring, "AT_ONCE", 1)
    monkeypatch.setattr(rescoring_page, "AT_ONCE", 1)
    PassportFactory(address=BOB, community=community)
    browser = log_in("operations")
    page = browser.post(PAGE, data(community))
    assert "too many for a web request" in sentence(page)
    assert counts(page)["Passports"] == "more than 1"
    assert not page.context["preview"].is_possible
    include = f"""'{{"id__in": [{community.pk}]}}'"""
    command = f"manage.py recalculate_scores --keep-weights --filter-community-include {include}"
    assert table(page, "command") == [[command]]
    confirmed = browser.post(PAGE, data(community, confirm="yes"), follow=True)
    assert command in said(confirmed)[-1]
    assert not Score.objects.exists()


def test_the_queue_gets_a_message_where_there_is_one(
    log_in: Browsers, community: Any, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def send(url: str, community_ids: Any) -> str:
        asked.append((url, community_ids))
        return "m-1"

    monkeypatch.setattr(rescoring, "send_rescoring", send)
    settings.RESCORE_QUEUE_URL = "https://sqs.example/queue"
    page = log_in("operations").post(PAGE, data(community, way="queue", confirm="yes"), follow=True)
    assert asked == [("https://sqs.example/queue", [community.pk])]
    assert said(page) == ["Sent the message m-1 to the queue."]
    assert not Score.objects.exists()


def test_without_a_queue_that_is_told(log_in: Browsers, community: Any, settings: Settings) -> None:
    settings.RESCORE_QUEUE_URL = ""
    browser = log_in("operations")
    page = browser.post(PAGE, data(community, way="queue"))
    assert "RESCORE_QUEUE_URL is not set" in sentence(page)
    assert not page.context["preview"].is_possible
    assert "RESCORE_QUEUE_URL" in errors(browser.post(PAGE, data(community, way="queue", confirm="yes")))["__all__"][0]


@pytest.mark.parametrize("ids", ["", "x", "1,,y"])
def test_what_are_no_ids_is_refused(ids: str, log_in: Browsers, community: Any) -> None:
    assert "communities" in errors(log_in("operations").post(PAGE, data(community, communities=ids)))


def test_unknown_ids_are_told(log_in: Browsers, community: Any) -> None:
    page = log_in("operations").post(PAGE, data(community, communities=f"{community.pk},{community.pk + 1}"))
    assert page.context["preview"].warnings == ["1 of the ids are no communities."]


def test_support_may_not(log_in: Browsers, community: Any) -> None:
    browser = log_in("support")
    assert browser.post(PAGE, data(community, confirm="yes")).status_code == 403
    assert "Recalculate scores" not in browser.get(LIST).content.decode()
