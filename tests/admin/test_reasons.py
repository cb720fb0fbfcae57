"""Whoever changes a row says why; the log has who, what and why."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.test import Client
from django.urls import reverse

from apps.registry.models import HumanPointsConfig, HumanPointsMultiplier
from tests.factories.ceramic_cache import BanListFactory

Browsers = Callable[..., Client]

pytestmark = pytest.mark.django_db


def url(model: Any, page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.fixture
def multiplier(db: None) -> HumanPointsMultiplier:
    return HumanPointsMultiplier.objects.create(address="0xa", multiplier=2)


def change(browser: Client, row: Any, **data: Any) -> Any:
    return browser.post(url(type(row), "change", row.pk), {"address": row.address, "multiplier": 3, **data})


def test_a_change_without_a_reason_is_refused(log_in: Browsers, multiplier: Any) -> None:
    page = change(log_in("operations"), multiplier)
    assert page.context["adminform"].form.errors == {"log_reason": ["This field is required."]}
    multiplier.refresh_from_db()
    assert (multiplier.multiplier, LogEntry.objects.count()) == (2, 0)


def test_a_reason_of_spaces_is_none(log_in: Browsers, multiplier: Any) -> None:
    assert change(log_in("operations"), multiplier, log_reason="  ").status_code == 200


def test_a_change_is_logged_with_before_after_and_why(log_in: Browsers, multiplier: Any) -> None:
    assert change(log_in("operations", name="olga"), multiplier, log_reason="a promise").status_code == 302
    entry = LogEntry.objects.get()
    assert (entry.user.get_username(), entry.action_flag, entry.object_id) == ("olga", CHANGE, str(multiplier.pk))
    assert entry.change_message == "Changed Multiplier. Multiplier: 2 → 3. Why: a promise"


def test_an_addition_is_logged_with_why(log_in: Browsers) -> None:
    data = {"address": f"0x{'b' * 40}", "multiplier": 3, "log_reason": "a promise"}
    assert log_in("operations").post(url(HumanPointsMultiplier, "add"), data).status_code == 302
    entry = LogEntry.objects.get()
    assert (entry.action_flag, entry.change_message) == (ADDITION, "Added. Why: a promise")


def test_the_history_of_a_row_shows_why(log_in: Browsers, multiplier: Any) -> None:
    browser = log_in("operations")
    change(browser, multiplier, log_reason="<b>a promise</b>")
    page = browser.get(url(HumanPointsMultiplier, "history", multiplier.pk)).content.decode()
    assert "Why: &lt;b&gt;a promise&lt;/b&gt;" in page


def test_a_deletion_asks_why(log_in: Browsers, multiplier: Any) -> None:
    browser = log_in("operations")
    delete = url(HumanPointsMultiplier, "delete", multiplier.pk)
    assert 'name="log_reason"' in browser.get(delete).content.decode()
    page = browser.post(delete, {"post": "yes"})
    assert (page.status_code, HumanPointsMultiplier.objects.count()) == (200, 1)
    assert "This field is required." in page.content.decode()
    assert browser.post(delete, {"post": "yes", "log_reason": "a mistake"}).status_code == 302
    entry = LogEntry.objects.get()
    assert (entry.action_flag, entry.change_message) == (DELETION, "Deleted. Why: a mistake")
    assert HumanPointsMultiplier.objects.count() == 0


def test_nothing_is_deleted_in_bulk(log_in: Browsers, multiplier: Any) -> None:
    data = {"action": "delete_selected", "_selected_action": multiplier.pk, "post": "yes"}
    log_in("operations").post(url(HumanPointsMultiplier, "changelist"), data)
    assert HumanPointsMultiplier.objects.count() == 1


def test_who_only_reads_is_not_asked(log_in: Browsers, multiplier: Any) -> None:
    browser = log_in("support")
    page = browser.get(url(HumanPointsMultiplier, "change", multiplier.pk))
    assert (page.status_code, "log_reason" in page.content.decode()) == (200, False)
    assert change(browser, multiplier, log_reason="a promise").status_code == 403


def test_the_name_of_a_public_reason_is_another_one(log_in: Browsers) -> None:
    """A ban's `reason` is shown to the public; why it was changed is not."""
    ban_list = BanListFactory()
    data = {"name": "renamed", "description": "", "log_reason": "a typing error"}
    assert log_in("operations").post(url(type(ban_list), "change", ban_list.pk), data).status_code == 302
    assert LogEntry.objects.get().change_message.endswith("Why: a typing error")


def test_the_team_reads_the_log_and_nobody_writes_it(log_in: Browsers, multiplier: Any) -> None:
    change(log_in("operations"), multiplier, log_reason="a promise")
    browser = log_in("support")
    page = browser.get(url(LogEntry, "changelist")).content.decode()
    assert "Why: a promise" in page
    entry = LogEntry.objects.get()
    assert browser.get(url(LogEntry, "change", entry.pk)).status_code == 200
    assert browser.post(url(LogEntry, "change", entry.pk), {}).status_code == 403
    assert browser.post(url(LogEntry, "delete", entry.pk), {"post": "yes", "log_reason": "x"}).status_code == 403


def test_changes_of_users_are_logged_with_why_and_without_passwords(log_in: Browsers) -> None:
    browser = log_in(is_superuser=True, name="root")
    data = {
        "username": "carol",
        "usable_password": "true",
        "password1": "Sesame-42-open",
        "password2": "Sesame-42-open",
    }
    page = browser.post("/admin/auth/user/add/", {**data, "log_reason": "a new colleague"})
    assert page.status_code == 302
    assert LogEntry.objects.get().change_message == "Added. Why: a new colleague"


def test_points_of_actions_are_changed_with_why(log_in: Browsers) -> None:
    HumanPointsConfig.objects.filter(action="SCB").delete()
    config = HumanPointsConfig.objects.create(action="SCB", points=10)
    data = {"action": "SCB", "points": 20, "active": "on", "log_reason": "as decided"}
    assert log_in("operations").post(url(HumanPointsConfig, "change", config.pk), data).status_code == 302
    assert "Points: 10 → 20." in LogEntry.objects.get().change_message
