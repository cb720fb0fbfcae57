"""Custom credential rulesets in the admin site: made, and never changed."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from apps.account.models import CustomCredentialRuleset
from apps.account.rulesets.definitions import provider_id_of
from tests.admin.pages import errors
from tests.factories.account import CustomCredentialFactory, CustomCredentialRulesetFactory

Browsers = Callable[..., Client]
LIST = "/admin/account/customcredentialruleset/"
ADD = f"{LIST}add/"
DEFINITION = {"name": "ours", "condition": {"AND": [{"repository_contributor_count": {"threshold": 1}}]}}

pytestmark = pytest.mark.django_db


def make(browser: Client, definition: Any = DEFINITION, **changes: Any) -> Any:
    text = definition if isinstance(definition, str) else json.dumps(definition)
    return browser.post(ADD, {"credential_type": "DEVEL", "definition": text, "log_reason": "a partner", **changes})


def test_name_and_provider_id_follow_from_the_definition(log_in: Browsers) -> None:
    assert make(log_in("operations"), name="another", provider_id="another").status_code == 302
    made = CustomCredentialRuleset.objects.get(name="ours")
    assert (made.name, made.definition, made.credential_type) == ("ours", DEFINITION, "DEVEL")
    assert made.provider_id == provider_id_of(type_name="DeveloperList", definition=DEFINITION)
    assert LogEntry.objects.get().change_message == "Added. Why: a partner"


@pytest.mark.parametrize(
    "definition", ["{", "[]", "{}", '{"name": "no good", "condition": {"AND": []}}', '{"name": "a"}']
)
def test_what_is_no_definition_is_refused(definition: str, log_in: Browsers) -> None:
    assert "definition" in errors(make(log_in("operations"), definition))
    assert not CustomCredentialRuleset.objects.exclude(credential_type="NFT").exists()


def test_one_for_holders_of_nfts_is_made_and_shown(log_in: Browsers) -> None:
    contract = {"address": "0x" + "a1" * 20, "chainId": 1, "standard": "ERC-721"}
    definition = {"name": "ours", "condition": {"contracts": [contract]}}
    browser = log_in("operations")
    assert make(browser, definition, credential_type="NFT").status_code == 302
    made = CustomCredentialRuleset.objects.get(name="ours")
    assert made.provider_id == provider_id_of(type_name="NFTHolder", definition=definition)
    assert "NFTHolder" in browser.get(f"{LIST}{made.pk}/change/").content.decode()


def test_the_same_is_made_once(log_in: Browsers) -> None:
    browser = log_in("operations")
    make(browser)
    page = make(browser, dict(reversed(DEFINITION.items())))
    assert "There is this ruleset already: DeveloperList#ours#" in errors(page)["definition"][0]


def test_nothing_of_it_can_be_changed(log_in: Browsers) -> None:
    ruleset, browser = CustomCredentialRulesetFactory(), log_in("operations")
    page = browser.get(f"{LIST}{ruleset.pk}/change/")
    assert page.status_code == 200
    assert 'name="definition"' not in page.content.decode()
    assert browser.post(f"{LIST}{ruleset.pk}/change/", {"definition": "{}", "log_reason": "x"}).status_code == 403
    assert browser.post(f"{LIST}{ruleset.pk}/delete/", {"post": "yes", "log_reason": "x"}).status_code == 403


def test_support_makes_none(log_in: Browsers) -> None:
    CustomCredentialFactory()
    browser = log_in("support")
    assert make(browser).status_code == 403
    assert browser.get(LIST).status_code == 200
