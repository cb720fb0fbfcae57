"""A new API key: shown once, and good at once."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from apps.account.models import AccountAPIKey
from tests.browser.visitor import Visitor
from tests.endpoints.scoring_world import ALICE, hold
from tests.factories.account import AccountFactory, CommunityFactory
from tests.server.servers import Service

pytestmark = pytest.mark.xdist_group("browser")

ADD = "/admin/account/accountapikey/add/"
EXAMPLE = "0a1b2c3d.the-secret-of-the-key"


def score(service: Service, community: Any, key: str) -> Any:
    return service.call("GET", f"/v2/stamps/{community.pk}/score/{ALICE}", headers={"X-API-Key": key})


def test_it_is_shown_once_and_may_ask_for_scores(log_in: Callable[..., Visitor], service: Service) -> None:
    account = AccountFactory(address=ALICE)
    community = CommunityFactory(account=account, weights={"Google": "1.25"}, threshold="1")
    hold("Google")
    visitor = log_in("operations", name="olga")
    visitor.open(ADD)
    visitor.fill(account=str(account.pk), name="their server", log_reason="a new partner")
    visitor.page.get_by_label("Read scores").check()
    visitor.press("Save")
    shown = visitor.page.locator("#new-key")
    key = shown.inner_text()
    shown.evaluate("(shown, text) => { shown.textContent = text }", EXAMPLE)  # each run makes another one
    visitor.keep_picture("new-key")

    answer = score(service, community, key)
    assert (answer.status, answer.json()["score"]) == (200, "1.25000")
    assert score(service, community, f"{key}x").status == 401

    visitor.follow("Done, to the keys")
    expect(visitor.page.get_by_text("their server")).to_be_visible()
    assert key.partition(".")[2] not in visitor.page.content()
    visitor.open(f"/admin/account/accountapikey/{AccountAPIKey.objects.get().pk}/change/")
    assert key.partition(".")[2] not in visitor.page.content()
