"""Communities in the admin site."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from apps.account.models import Community
from tests.admin.pages import errors
from tests.factories.account import AccountFactory, CommunityFactory
from tests.factories.scorer_weighted import BinaryScorerFactory, WeightedScorerFactory

Browsers = Callable[..., Client]
LIST = "/admin/account/community/"

pytestmark = pytest.mark.django_db


def form_data(**changes: Any) -> dict[str, Any]:
    scorer = changes.pop("scorer", None) or BinaryScorerFactory()
    account = changes.pop("account", None) or AccountFactory()
    data = {"name": "theirs", "description": "x", "account": account.pk, "scorer": scorer.pk, "rule": "LIFO"}
    return {**data, "log_reason": "a new partner", **changes}


def test_the_list_leads_to_the_weights_of_either_kind(log_in: Browsers) -> None:
    binary = CommunityFactory()
    weighted = CommunityFactory(scorer=WeightedScorerFactory())
    page = log_in("support").get(LIST).content.decode()
    assert f'href="/admin/scorer_weighted/binaryweightedscorer/{binary.scorer_id}/change/"' in page
    assert f'href="/admin/scorer_weighted/weightedscorer/{weighted.scorer_id}/change/"' in page


@pytest.mark.parametrize("query", ["theirs", "5001", "id"])
def test_they_are_found_by_id_name_and_external_id(query: str, log_in: Browsers) -> None:
    CommunityFactory()
    wanted = CommunityFactory(name="theirs", external_scorer_id="5001")
    page = log_in("support").get(LIST, {"q": str(wanted.pk) if query == "id" else query})
    assert [row.pk for row in page.context["cl"].result_list] == [wanted.pk]


def test_one_is_made_and_its_empty_external_id_is_null(log_in: Browsers) -> None:
    browser = log_in("operations")
    for name in ("one", "two"):
        assert browser.post(f"{LIST}add/", form_data(name=name, external_scorer_id="")).status_code == 302
    assert set(Community.objects.values_list("external_scorer_id", flat=True)) == {None}


def test_an_external_id_may_be_any_text(log_in: Browsers) -> None:
    assert log_in("operations").post(f"{LIST}add/", form_data(external_scorer_id="my scorer")).status_code == 302
    assert Community.objects.get().external_scorer_id == "my scorer"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"rule": "FIFO"}, "rule"),
        ({"log_reason": ""}, "log_reason"),
    ],
)
def test_what_would_not_score_is_refused(changes: Any, field: str, log_in: Browsers) -> None:
    assert field in errors(log_in("operations").post(f"{LIST}add/", form_data(**changes)))
    assert not Community.objects.exists()


def test_an_external_id_may_not_hide_a_community_of_the_account(log_in: Browsers) -> None:
    hidden, browser = CommunityFactory(), log_in("operations")
    data = form_data(external_scorer_id=str(hidden.pk))
    assert "external_scorer_id" in errors(browser.post(f"{LIST}add/", {**data, "account": hidden.account_id}))
    assert browser.post(f"{LIST}add/", data).status_code == 302
    change = {**form_data(external_scorer_id=str(hidden.pk)), "account": hidden.account_id, "scorer": hidden.scorer_id}
    Community.objects.exclude(pk=hidden.pk).delete()
    assert browser.post(f"{LIST}{hidden.pk}/change/", change).status_code == 302


def test_an_old_rule_stays_while_the_rest_is_changed(log_in: Browsers) -> None:
    old = CommunityFactory(rule="FIFO")
    data = {**form_data(rule="FIFO", name="renamed"), "account": old.account_id, "scorer": old.scorer_id}
    assert log_in("operations").post(f"{LIST}{old.pk}/change/", data).status_code == 302
    assert Community.objects.get().name == "renamed"


def test_none_is_deleted(log_in: Browsers) -> None:
    data = {"post": "yes", "log_reason": "x"}
    assert log_in("operations").post(f"{LIST}{CommunityFactory().pk}/delete/", data).status_code == 403
