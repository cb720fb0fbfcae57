"""Customizations in the admin site: validated, and their weights changed with what that does."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from apps.account.models import AllowList, CustomCredential, Customization, IncludedChainId
from tests.admin.pages import as_confirmed, counts, errors, sentence, table
from tests.endpoints.left_behind import all_rows
from tests.factories.account import (
    AddressListFactory,
    AllowListFactory,
    CommunityFactory,
    CustomCredentialFactory,
    CustomCredentialRulesetFactory,
    CustomizationFactory,
    CustomPlatformFactory,
)
from tests.factories.registry import ScoreFactory

Browsers = Callable[..., Client]
LIST = "/admin/account/customization/"
ADD = f"{LIST}add/"
INLINES = ("allow_lists", "custom_credentials", "included_chain_ids", "embed_sections", "embed_platforms")

pytestmark = pytest.mark.django_db


def form_data(**changes: Any) -> dict[str, Any]:
    """The form with no rows of lists, credentials and chains."""
    rows = {f"{name}-{kind}_FORMS": 0 for name in INLINES
            for kind in ("TOTAL", "INITIAL")}  # fmt: skip
    data = {"path": "their-path", "partner_name": "they", "button_action_type": "Simple Link", "nav_order": 0}
    return {**data, **rows, "scorer": CommunityFactory().pk, "log_reason": "a new partner", **changes}


def rows(name: str, *each: dict[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = {f"{name}-TOTAL_FORMS": len(each)}
    for number, row in enumerate(each):
        data |= {f"{name}-{number}-{field}": value for field, value in row.items()}
    return data


def row_errors(page: Any) -> str:
    assert page.status_code == 200
    sets = [inline.formset for inline in page.context["inline_admin_formsets"]]
    return str([(found.errors, found.non_form_errors()) for found in sets])


def test_one_is_made_with_lists_credentials_and_chains(log_in: Browsers) -> None:
    friends, ruleset, platform = AddressListFactory(), CustomCredentialRulesetFactory(), CustomPlatformFactory()
    data = form_data(
        customization_background_1="#0A1b2c",
        body_action_url="https://partner.example/help",
        **rows("allow_lists", {"address_list": friends.pk, "weight": "7.25"}),
        **rows(
            "custom_credentials",
            {"ruleset": ruleset.pk, "platform": platform.pk, "weight": "3.5", "display_name": "ours"},
        ),
        **rows("included_chain_ids", {"chain_id": "0xa"}, {"chain_id": "10"}),
    )
    assert log_in("operations").post(ADD, data).status_code == 302
    assert AllowList.objects.get().weight == Decimal("7.25")
    assert CustomCredential.objects.get().display_name == "ours"
    assert IncludedChainId.objects.count() == 2
    assert "Why: a new partner" in LogEntry.objects.get().change_message


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"customization_background_2": "red"}, "customization_background_2"),
        ({"customization_foreground_1": "#12345"}, "customization_foreground_1"),
        ({"path": "their path/"}, "path"),
        ({"body_action_url": "javascript:alert(1)"}, "body_action_url"),
        ({"scorer": 0}, "scorer"),
    ],
)
def test_what_the_dashboard_cannot_show_is_refused(changes: Any, field: str, log_in: Browsers) -> None:
    assert set(errors(log_in("operations").post(ADD, form_data(**changes)))) == {field}
    assert not Customization.objects.exists()


def test_a_list_or_ruleset_has_one_weight_only(log_in: Browsers) -> None:
    friends, browser = AddressListFactory(), log_in("operations")
    twice = [{"address_list": friends.pk, "weight": weight} for weight in ("1", "2")]
    assert "is there twice" in row_errors(browser.post(ADD, form_data(**rows("allow_lists", *twice))))
    credential = {"ruleset": CustomCredentialRulesetFactory().pk, "platform": CustomPlatformFactory().pk}
    credentials = [{**credential, "weight": "1", "display_name": name} for name in ("a", "b")]
    page = browser.post(ADD, form_data(**rows("custom_credentials", *credentials)))
    assert "is there twice" in row_errors(page)
    assert not Customization.objects.exists()


@pytest.mark.parametrize("weight", ["-1", "1234", "0.00001", "x"])
def test_a_weight_is_a_number_from_0_on_that_fits(weight: str, log_in: Browsers) -> None:
    row = {"address_list": AddressListFactory().pk, "weight": weight}
    assert "weight" in row_errors(log_in("operations").post(ADD, form_data(**rows("allow_lists", row))))


def test_a_chain_is_a_number(log_in: Browsers) -> None:
    page = log_in("operations").post(ADD, form_data(**rows("included_chain_ids", {"chain_id": "mainnet"})))
    assert "A chain id is a number" in row_errors(page)


@pytest.fixture
def allowed() -> Any:
    community = CommunityFactory(name="theirs", weights={"Google": "1"}, threshold="2")
    customization = CustomizationFactory(scorer=community)
    CustomCredentialFactory(customization=customization, ruleset__provider_id="DeveloperList#x#0a1b2c3d", weight="3.5")
    return AllowListFactory(customization=customization, address_list__name="Friends", weight="2")


def weights_page(allowed: Any) -> str:
    return f"{LIST}{allowed.customization_id}/weights/"


def filled_in(browser: Client, allowed: Any, **changes: Any) -> dict[str, Any]:
    fields = browser.get(weights_page(allowed)).context["form"].fields
    return {name: field.initial for name, field in fields.items() if name != "log_reason"} | {
        "log_reason": "as agreed",
        **changes,
    }


def test_a_change_of_weights_shows_first_what_it_does(log_in: Browsers, allowed: Any) -> None:
    community = allowed.customization.scorer
    ScoreFactory(passport__community=community, stamp_scores={"AllowList#Friends": 2.0})
    browser = log_in("operations")
    before = all_rows()
    data = filled_in(browser, allowed, **{f"allow_list_{allowed.pk}": "1.5"})
    page = browser.post(weights_page(allowed), data)
    assert sentence(page) == f"{community} weighs otherwise."
    assert table(page, "weight-changes") == [["AllowList#Friends", "2.0000", "1.5", "lowered"]]
    assert (counts(page)["All scores"], counts(page)["No longer passing"]) == ("1", "1")
    assert all_rows() == before
    assert browser.post(weights_page(allowed), as_confirmed(page)).status_code == 302
    assert AllowList.objects.get().weight == Decimal("1.5")
    assert CustomCredential.objects.get().weight == Decimal("3.5")
    assert "AllowList#Friends: 2.0000 → 1.5. Why: as agreed" in LogEntry.objects.get().change_message


def test_no_change_cannot_be_confirmed(log_in: Browsers, allowed: Any) -> None:
    browser = log_in("operations")
    page = browser.post(weights_page(allowed), filled_in(browser, allowed))
    assert not page.context["preview"].is_possible


def test_weights_of_that_page_are_validated_too(log_in: Browsers, allowed: Any) -> None:
    browser = log_in("operations")
    data = filled_in(browser, allowed, **{f"allow_list_{allowed.pk}": "-1", "confirm": "yes"})
    assert f"allow_list_{allowed.pk}" in errors(browser.post(weights_page(allowed), data))
    assert AllowList.objects.get().weight == Decimal(2)


def test_support_changes_nothing(log_in: Browsers, allowed: Any) -> None:
    browser = log_in("support")
    assert browser.get(weights_page(allowed)).status_code == 403
    assert browser.get(f"{LIST}{allowed.customization_id}/change/").status_code == 200
    assert browser.post(ADD, form_data()).status_code == 403
