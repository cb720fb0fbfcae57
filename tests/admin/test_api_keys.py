"""API keys in the admin site: made and shown once, limited, revoked."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.account.admin.keys import NewKeyForm
from apps.account.models import AccountAPIKey, AccountAPIKeyAnalytics
from tests.admin.pages import counts, errors, said, sentence
from tests.admin.rendered import visit
from tests.endpoints.left_behind import all_rows
from tests.factories.account import AccountFactory, ApiKeyCallFactory, ApiKeyFactory

Browsers = Callable[..., Client]
ADD = "/admin/account/accountapikey/add/"
LIST = "/admin/account/accountapikey/"

pytestmark = pytest.mark.django_db


def form_data(account: Any, /, **changes: Any) -> dict[str, Any]:
    return {
        "account": account.pk,
        "name": "their server",
        "rate_limit": "125/15m",
        "analysis_rate_limit": "15/15m",
        "embed_rate_limit": "125/15m",
        "read_scores": "on",
        "new_prefix": "0a1b2c3d",
        "log_reason": "a new partner",
        **changes,
    }


def shown(page: Any) -> str:
    (text,) = re.findall(r'id="new-key"[^>]*>([^<]+)<', page.content.decode())
    return str(text)


def make(browser: Client, **changes: Any) -> Any:
    return browser.post(ADD, form_data(AccountFactory(), **changes))


@pytest.mark.usefixtures("committed_rows")
def test_the_key_that_is_shown_works_at_once(log_in: Browsers) -> None:
    key = shown(make(log_in("operations")))
    answer = Client().get("/internal/embed/validate-api-key", headers={"X-API-Key": key})
    assert (answer.status_code, answer.json()) == (200, {"embed_rate_limit": "125/15m"})


def test_the_row_has_its_sha256_in_both_columns(log_in: Browsers) -> None:
    key = shown(make(log_in("operations")))
    row = AccountAPIKey.objects.get()
    assert row.prefix == key.partition(".")[0] == "0a1b2c3d"
    assert row.hashed_key == row.hashed_key_sha256
    assert re.fullmatch(r"sha256\$[0-9a-f]{64}", row.hashed_key)
    assert row.id == f"{row.prefix}.{row.hashed_key}"
    assert (row.read_scores, row.submit_passports, row.create_scorers, row.revoked) == (True, False, False, False)


def test_it_is_shown_once_and_kept_nowhere(log_in: Browsers, caplog: pytest.LogCaptureFixture) -> None:
    browser = log_in("operations")
    with caplog.at_level("DEBUG"):
        made = make(browser)
    key = shown(made)
    secret = key.partition(".")[2]
    assert "no-store" in made.headers["Cache-Control"]
    assert secret not in json.dumps(all_rows())
    assert secret not in str([session.get_decoded() for session in Session.objects.all()])
    assert secret not in str([record.__dict__ for record in caplog.records])
    row = AccountAPIKey.objects.get()
    for url in (LIST, reverse("admin:account_accountapikey_change", args=[row.pk]), "/admin/"):
        page = browser.get(url)
        assert page.status_code == 200
        assert secret not in page.content.decode()


def test_sending_the_form_again_makes_no_second_key(log_in: Browsers) -> None:
    browser, account = log_in("operations"), AccountFactory()
    browser.post(ADD, form_data(account))
    page = browser.post(ADD, form_data(account))
    assert "has made a key already" in errors(page)["new_prefix"][0]
    assert "has made a key already" in page.content.decode()
    assert AccountAPIKey.objects.count() == 1


def test_a_form_that_is_sent_twice_at_once_makes_one_key(log_in: Browsers, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other one commits after this one has looked."""
    monkeypatch.setattr(NewKeyForm, "clean_new_prefix", lambda form: form.cleaned_data["new_prefix"])
    browser = log_in("operations")
    make(browser)
    page = browser.post(ADD, form_data(AccountFactory()), follow=True)
    assert page.redirect_chain == [(LIST, 302)]
    assert "has made a key already" in said(page)[0]
    assert AccountAPIKey.objects.count() == 1


def test_each_form_has_another_prefix(log_in: Browsers) -> None:
    browser = log_in("operations")
    prefixes = {
        re.findall(r'name="new_prefix" value="([0-9a-f]{8})"', browser.get(ADD).content.decode())[0] for _ in range(3)
    }
    assert len(prefixes) == 3


def test_who_made_it_and_why_is_in_the_log(log_in: Browsers) -> None:
    make(log_in("operations", name="olga"))
    entry = LogEntry.objects.get()
    assert (entry.user.get_username(), entry.change_message) == ("olga", "Added. Why: a new partner")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"embed_rate_limit": "350/15m", "rate_limit": "350/15m"}, "rate_limit"),
        ({"embed_rate_limit": "", "analysis_rate_limit": ""}, "analysis_rate_limit"),
        ({"rate_limit": "1/s"}, "rate_limit"),
        ({"name": ""}, "name"),
        ({"account": 0}, "account"),
        ({"new_prefix": "../../"}, "new_prefix"),
        ({"log_reason": " "}, "log_reason"),
        ({"expiry_date_0": "2020-01-01", "expiry_date_1": "00:00"}, "expiry_date"),
    ],
)
def test_what_does_not_go_is_refused(changes: Any, field: str, log_in: Browsers) -> None:
    page = make(log_in("operations"), **changes)
    assert set(errors(page)) == {field}
    assert not AccountAPIKey.objects.exists()


def test_tiers_and_permissions_are_kept(log_in: Browsers) -> None:
    changes = {"rate_limit": "2000/15m", "analysis_rate_limit": "350/15m", "historical_endpoint": "on"}
    assert make(log_in("operations"), **changes).status_code == 200
    row = AccountAPIKey.objects.get()
    assert (row.rate_limit, row.analysis_rate_limit, row.historical_endpoint) == ("2000/15m", "350/15m", True)


def change(browser: Client, key: Any, **changes: Any) -> Any:
    data = {name: value for name, value in form_data(key.account, **changes).items() if name != "new_prefix"}
    return browser.post(reverse("admin:account_accountapikey_change", args=[key.pk]), data)


def test_limits_can_be_changed_and_the_rest_of_a_key_not(log_in: Browsers) -> None:
    key = ApiKeyFactory(rate_limit="125/15m", embed_rate_limit="125/15m", analysis_rate_limit="15/15m")
    other = AccountFactory()
    page = change(log_in("operations"), key, rate_limit="350/15m", account=other.pk, revoked="on", prefix="ffffffff")
    assert page.status_code == 302
    row = AccountAPIKey.objects.get()
    assert (row.rate_limit, row.account_id, row.revoked, row.prefix) == ("350/15m", key.account_id, False, key.prefix)
    assert "125/15m → 350/15m" in LogEntry.objects.get().change_message


def test_an_old_limit_of_no_tier_and_a_null_stay_until_they_are_changed(log_in: Browsers) -> None:
    key = ApiKeyFactory(rate_limit="7/15m", embed_rate_limit="125/15m", analysis_rate_limit=None)
    browser = log_in("operations")
    assert change(browser, key, rate_limit="7/15m", analysis_rate_limit="").status_code == 302
    row = AccountAPIKey.objects.get()
    assert (row.name, row.rate_limit, row.analysis_rate_limit) == ("their server", "7/15m", None)
    assert change(browser, key, rate_limit="125/15m").status_code == 302
    assert set(errors(change(browser, key, rate_limit="7/15m"))) == {"rate_limit"}


def test_limits_that_do_not_go_together_stay_while_the_rest_is_changed(log_in: Browsers) -> None:
    limits = {"rate_limit": "350/15m", "embed_rate_limit": "350/15m", "analysis_rate_limit": "15/15m"}
    key, browser = ApiKeyFactory(**limits), log_in("operations")
    assert change(browser, key, **limits).status_code == 302
    assert set(errors(change(browser, key, **{**limits, "embed_rate_limit": "2000/15m"}))) == {"rate_limit"}


def revoke_url(key: Any) -> str:
    return reverse("admin:revoke_key", kwargs={"pk": key.pk})


@pytest.mark.usefixtures("committed_rows")
def test_revoking_shows_the_calls_first_and_is_final(log_in: Browsers) -> None:
    key, browser = ApiKeyFactory(name="theirs"), log_in("operations")
    for _ in range(2):
        ApiKeyCallFactory(api_key=key)
    page = browser.get(revoke_url(key))
    assert sentence(page) == f"theirs ({key.prefix}) of account {key.account.address} is revoked."
    assert counts(page)["Calls on record"] == "2"
    assert not AccountAPIKey.objects.get().revoked

    assert browser.post(revoke_url(key), {"log_reason": "leaked"}).status_code == 302
    assert AccountAPIKey.objects.get().revoked
    assert LogEntry.objects.get().change_message == "Revoked. Why: leaked"
    answer = Client().get("/internal/embed/validate-api-key", headers={"X-API-Key": key.secret})
    assert answer.status_code == 401

    change(browser, key)
    assert AccountAPIKey.objects.get().revoked
    assert not browser.get(revoke_url(key)).context["preview"].is_possible


@pytest.mark.parametrize("query", ["theirs", "their", "0a1b2c3d", "0a1b2c3d.secret", "2000/15m", "0xacc"])
def test_keys_are_found_by_name_prefix_limit_and_account(query: str, log_in: Browsers) -> None:
    ApiKeyFactory()
    account = AccountFactory(address="0xacc")
    wanted = ApiKeyFactory(secret="0a1b2c3d.secret", name="theirs", rate_limit="2000/15m", account=account)
    page = log_in("support").get(LIST, {"q": query})
    assert [row.pk for row in page.context["cl"].result_list] == [wanted.pk]


@pytest.mark.parametrize("state", ["usable", "expired", "revoked", "slow"])
def test_keys_are_filtered_by_state(state: str, log_in: Browsers) -> None:
    yesterday = timezone.now() - timedelta(days=1)
    ApiKeyFactory(name="expired", expiry_date=yesterday)
    ApiKeyFactory(name="revoked", revoked=True, expiry_date=yesterday)
    ApiKeyFactory(name="slow", form="pbkdf2", expiry_date=yesterday)
    ApiKeyFactory(name="usable", form="sha256_only")
    page = log_in("support").get(LIST, {"state": state})
    found = {row.name for row in page.context["cl"].result_list}
    assert found == {"expired": {"expired", "slow"}}.get(state, {state})


def test_the_list_names_limits_and_states(log_in: Browsers) -> None:
    ApiKeyFactory(rate_limit="350/15m", embed_rate_limit=None, analysis_rate_limit="15/15m")
    page = log_in("support").get(LIST).content.decode()
    for text in ("Tier 2 (350/15m)", "Unlimited", "Tier 1 (15/15m)", "usable"):
        assert text in page


def test_support_reads_and_makes_none(log_in: Browsers) -> None:
    key, browser = ApiKeyFactory(), log_in("support")
    assert browser.get(ADD).status_code == 403
    assert make(browser).status_code == 403
    assert browser.post(revoke_url(key), {"log_reason": "x", "confirm": "yes"}).status_code == 403
    assert change(browser, key).status_code == 403
    assert browser.get(LIST).status_code == 200


@pytest.mark.usefixtures("committed_rows")
def test_a_key_is_revoked_by_the_button_on_its_page(log_in: Browsers) -> None:
    key = ApiKeyFactory(name="theirs", secret="0a1b2c3d.secret")
    asked = visit(log_in("operations"), LIST).follow("theirs").follow("Revoke")
    assert f"theirs ({key.prefix}) of account {key.account.address} is revoked." in asked.text
    revoked = asked.send("confirm-form", log_reason="leaked")
    assert (revoked.status, revoked.url) == (200, f"{LIST}0a1b2c3d/change/")
    assert AccountAPIKey.objects.get().revoked
    assert "Why: leaked" in revoked.follow("History").text


@pytest.mark.usefixtures("committed_rows")
def test_no_page_and_no_address_has_a_hash_of_a_key(log_in: Browsers) -> None:
    key, browser = ApiKeyFactory(name="theirs", secret="0a1b2c3d.secret"), log_in(is_superuser=True)
    ApiKeyCallFactory(api_key=key)
    change(browser, key)
    first_call = AccountAPIKeyAnalytics.objects.get().pk
    urls = (
        *("/admin/", LIST, f"{LIST}0a1b2c3d/change/", f"{LIST}0a1b2c3d/history/"),
        f"/admin/account/account/{key.account.pk}/change/",
        "/admin/account/accountapikeyanalytics/",
        f"/admin/account/accountapikeyanalytics/{first_call}/change/",
    )
    pages = [browser.get(url) for url in urls]
    assert [page.status_code for page in pages] == [200] * len(urls)
    secrets = {key.hashed_key.partition("$")[2], key.hashed_key_sha256.partition("$")[2]}
    assert not [page for page in pages for secret in secrets if secret in page.content.decode()]


def test_a_form_that_is_sent_twice_does_not_overwrite_the_first_key(log_in: Browsers) -> None:
    browser, account = log_in("operations"), AccountFactory()
    browser.post(ADD, form_data(account))
    before = AccountAPIKey.objects.values().get()
    browser.post(ADD, form_data(account, name="another"))
    assert AccountAPIKey.objects.values().get() == before
