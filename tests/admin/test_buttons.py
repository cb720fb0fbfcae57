"""Buttons that lead from lists and rows to pages of our own."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core import checks
from django.test import Client
from django.urls import reverse

from tests.factories.account import ApiKeyFactory, CustomizationFactory
from tests.factories.registry import WeightConfigurationFactory
from tests.factories.scorer_weighted import BinaryScorerFactory

Browsers = Callable[..., Client]

BUTTONS: dict[str, tuple[Any, str]] = {
    "revoke_key": (ApiKeyFactory, "account_accountapikey"),
    "change_overlay": (CustomizationFactory, "account_customization"),
    "change_scorer": (BinaryScorerFactory, "scorer_weighted_binaryweightedscorer"),
    "change_weights": (WeightConfigurationFactory, "registry_weightconfiguration"),
    "clone_weights": (WeightConfigurationFactory, "registry_weightconfiguration"),
    "activate_weights": (WeightConfigurationFactory, "registry_weightconfiguration"),
}


def test_checking_the_settings_needs_no_database() -> None:
    """`migrate` checks them before there is any table; here nothing may reach the database."""
    assert checks.run_checks(tags=[checks.Tags.admin]) == []


@pytest.mark.django_db
@pytest.mark.parametrize("page", BUTTONS)
def test_a_button_of_a_row_leads_to_its_page_for_those_who_may(page: str, log_in: Browsers) -> None:
    factory, table = BUTTONS[page]
    row = factory()
    change, button = reverse(f"admin:{table}_change", args=[row.pk]), f"/go-{page}/"
    operations, support = log_in("operations"), log_in("support")
    assert button in operations.get(change).content.decode()
    assert button not in support.get(change).content.decode()
    url = change.replace("/change/", button)
    assert operations.get(url).headers["Location"] == reverse(f"admin:{page}", kwargs={"pk": row.pk})
    assert support.get(url).status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("table", "page"),
    [
        ("registry_weightconfiguration", "upload_weights"),
        ("registry_weightconfiguration", "copy_weights"),
        ("account_accountapikey", "audit_keys"),
    ],
)
def test_a_button_of_a_list_leads_to_its_page(table: str, page: str, log_in: Browsers) -> None:
    changelist = reverse(f"admin:{table}_changelist")
    browser = log_in("operations")
    assert f"{changelist}go-{page}/" in browser.get(changelist).content.decode()
    assert browser.get(f"{changelist}go-{page}/").headers["Location"] == reverse(f"admin:{page}")
