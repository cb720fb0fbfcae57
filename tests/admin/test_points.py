"""Human points in the admin site: what actions are worth, multipliers, awards, qualified users."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from apps.registry.models import (
    HumanPoints,
    HumanPointsCommunityQualifiedUsers,
    HumanPointsConfig,
    HumanPointsMultiplier,
)
from tests.admin.pages import errors
from tests.factories.account import CommunityFactory
from tests.factories.registry import HumanPointsConfigFactory, HumanPointsFactory, HumanPointsMultiplierFactory

Browsers = Callable[..., Client]
CHECKSUMMED = "0x52908400098527886E0F7030069857D2E4169EE7"

pytestmark = pytest.mark.django_db


def url(model: Any, page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def points(**changes: Any) -> dict[str, Any]:
    data = {"address": CHECKSUMMED, "action": "PMT", "chain_id": 10, "tx_hash": "0x1", "log_reason": "a lost mint"}
    return {**data, "timestamp_0": "2025-01-01", "timestamp_1": "00:00:00", **changes}


def test_an_award_is_stored_with_the_lowercase_address(log_in: Browsers) -> None:
    assert log_in("operations").post(url(HumanPoints, "add"), points()).status_code == 302
    made = HumanPoints.objects.get()
    assert (made.address, made.action, made.chain_id) == (CHECKSUMMED.lower(), "PMT", 10)


def test_the_same_award_is_made_once(log_in: Browsers) -> None:
    HumanPointsFactory(address=CHECKSUMMED.lower(), action="PMT", chain_id=10, tx_hash="0x1")
    assert "__all__" in errors(log_in("operations").post(url(HumanPoints, "add"), points()))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"address": "0x1"}, "address"),
        ({"address": CHECKSUMMED[2:]}, "address"),
        ({"address": CHECKSUMMED.replace("E", "e")}, "address"),
        ({"chain_id": -1}, "chain_id"),
        ({"action": "XXX"}, "action"),
        ({"log_reason": ""}, "log_reason"),
    ],
)
def test_what_would_never_be_found_is_refused(changes: Any, field: str, log_in: Browsers) -> None:
    assert set(errors(log_in("operations").post(url(HumanPoints, "add"), points(**changes)))) == {field}
    assert not HumanPoints.objects.exists()


def test_what_an_action_is_worth_is_changed_and_the_action_not(log_in: Browsers) -> None:
    config = HumanPointsConfigFactory(action="MM2", points=10)
    browser = log_in("operations")
    page = url(HumanPointsConfig, "change", config.pk)
    assert browser.post(page, {"action": "SCB", "points": 20, "log_reason": "as decided"}).status_code == 302
    config.refresh_from_db()
    assert (config.action, config.points, config.active) == ("MM2", 20, False)
    assert "Points: 10 → 20." in LogEntry.objects.get().change_message
    for number in (-1, 1_000_001):
        assert "points" in errors(browser.post(page, {"points": number, "log_reason": "x"}))


def test_a_multiplier_is_a_small_number(log_in: Browsers) -> None:
    browser = log_in("operations")
    data = {"address": CHECKSUMMED, "multiplier": 2, "log_reason": "a promise"}
    for number in (0, 1_001):
        page = browser.post(url(HumanPointsMultiplier, "add"), {**data, "multiplier": number})
        assert set(errors(page)) == {"multiplier"}
    assert browser.post(url(HumanPointsMultiplier, "add"), data).status_code == 302
    assert HumanPointsMultiplier.objects.get().pk == CHECKSUMMED.lower()
    assert "address" in errors(browser.post(url(HumanPointsMultiplier, "add"), data))


def test_the_address_of_a_multiplier_stays(log_in: Browsers) -> None:
    row = HumanPointsMultiplierFactory(multiplier=2)
    data = {"address": CHECKSUMMED, "multiplier": 3, "log_reason": "a promise"}
    assert log_in("operations").post(url(HumanPointsMultiplier, "change", row.pk), data).status_code == 302
    assert list(HumanPointsMultiplier.objects.values_list("pk", "multiplier")) == [(row.pk, 3)]


def test_a_user_is_qualified_once_in_a_community(log_in: Browsers) -> None:
    browser = log_in("operations")
    data = {"address": CHECKSUMMED, "community": CommunityFactory().pk, "log_reason": "ticket 7"}
    assert browser.post(url(HumanPointsCommunityQualifiedUsers, "add"), data).status_code == 302
    assert "__all__" in errors(browser.post(url(HumanPointsCommunityQualifiedUsers, "add"), data))
    assert HumanPointsCommunityQualifiedUsers.objects.get().address == CHECKSUMMED.lower()


@pytest.mark.parametrize("model", [HumanPoints, HumanPointsConfig, HumanPointsMultiplier])
def test_support_changes_nothing(model: Any, log_in: Browsers) -> None:
    browser = log_in("support")
    assert browser.get(url(model, "changelist")).status_code == 200
    assert browser.post(url(model, "add"), points()).status_code == 403
