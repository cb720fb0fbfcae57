"""The page that bans: what would be hit is shown before, and what was done is in the log."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.utils import timezone

from apps.ceramic_cache.models import Ban, Revocation
from apps.registry.models import Score
from apps.registry.services import score_internally
from tests.endpoints.scoring_world import ALICE, BOB, hold
from tests.factories.account import CommunityFactory
from tests.factories.ceramic_cache import BanFactory, RevocationFactory, StoredStampFactory

Browsers = Callable[..., Client]
PAGE = "/admin/ceramic_cache/ban/add/"
LIVE = "/admin/ceramic_cache/ban/preview/"

pytestmark = pytest.mark.django_db


def fill_in(browser: Client, step: str = "preview", **data: Any) -> Any:
    return browser.post(PAGE, {"log_reason": "a sybil", step: "yes", **data})


def counts(page: Any) -> dict[str, str]:
    return dict(page.context["preview"].counts)


def faults(page: Any) -> list[str]:
    return [fault for faults in page.context["form"].errors.values() for fault in faults]


@pytest.fixture
def stamps(db: None) -> Any:
    """ALICE has three, one of them revoked; BOB has one."""
    made = [StoredStampFactory(address=ALICE, provider=provider) for provider in ("Google", "Github", "Discord")]
    RevocationFactory(ceramic_cache=made[2])
    StoredStampFactory(address=BOB, provider="Google")
    return made


def test_an_address_is_previewed_and_nothing_is_written(log_in: Browsers, stamps: Any) -> None:
    page = fill_in(log_in("operations"), address=ALICE.upper().replace("0X", "0x"))
    assert page.context["preview"].sentence == f"Type: account. This bans every stamp of {ALICE}."
    assert (counts(page)["addresses"], counts(page)["live stamps"]) == ("1", "3")
    assert counts(page)["of them revoked already"] == "1"
    assert (Ban.objects.count(), Revocation.objects.count(), LogEntry.objects.count()) == (0, 1, 0)


def test_what_was_filled_in_travels_to_the_confirmation(log_in: Browsers, stamps: Any) -> None:
    browser = log_in("operations")
    page = fill_in(browser, address=ALICE, provider="Google", end_time="2099-01-02T03:04:05", reason="sybil").content
    for name, value in (("address", ALICE), ("provider", "Google"), ("end_time", "2099-01-02T03:04:05")):
        assert f'type="hidden" name="{name}" value="{value}"' in page.decode()
    assert 'type="hidden" name="log_reason" value="a sybil"' in page.decode()


def test_communities_where_the_address_passes_are_named(log_in: Browsers, scoring_world: None) -> None:
    hold("Google", to=ALICE)
    community = CommunityFactory(weights={"Google": 1}, threshold=1, name="The dome")
    score_internally(scorer_id=community.pk, address=ALICE)
    page = fill_in(log_in("operations"), address=ALICE)
    assert page.context["preview"].tables[0].rows == [(community.pk, "The dome", 1)]
    assert "The dome" in page.content.decode()


def test_a_confirmed_ban_is_in_force_and_in_the_log(log_in: Browsers, stamps: Any) -> None:
    end = "2099-01-02T03:04:05"
    page = fill_in(log_in("operations"), "confirm", address=ALICE, provider="Google", end_time=end, reason="sybil")
    assert (page.status_code, page.headers["Location"]) == (302, "/admin/ceramic_cache/ban/")
    ban = Ban.objects.get()
    assert (ban.type, ban.address, ban.provider, ban.hash, ban.reason) == ("single_stamp", ALICE, "Google", "", "sybil")
    assert ban.end_time == datetime(2099, 1, 2, 3, 4, 5, tzinfo=UTC)
    entry = LogEntry.objects.get()
    assert (entry.action_flag, entry.object_id) == (ADDITION, str(ban.pk))
    assert entry.change_message == f"Banned the stamp Google of {ALICE}. Why: a sybil"
    assert Revocation.objects.count() == 1


def test_it_revokes_at_once_when_told(log_in: Browsers, stamps: Any) -> None:
    fill_in(log_in("operations"), "confirm", address=ALICE, revoke="on")
    assert Revocation.objects.filter(ceramic_cache__address=ALICE).count() == 3
    assert Ban.objects.get().last_run_revoke_matching is not None
    made = Revocation.objects.latest("pk").revocation_list
    assert made.name.startswith(f"by ban {Ban.objects.get().pk}, ")
    assert (
        f"2 stamps of 1 addresses revoked, as the revocation list {made.name}" in LogEntry.objects.get().change_message
    )


def test_it_computes_the_scores_again_when_told(log_in: Browsers, scoring_world: None) -> None:
    hold("Google", to=ALICE)
    community = CommunityFactory(weights={"Google": 1}, threshold=1)
    score_internally(scorer_id=community.pk, address=ALICE)
    browser = log_in("operations")
    page = browser.post(PAGE, {"address": ALICE, "revoke": "on", "rescore": "on", "confirm": "yes", "log_reason": "x"})
    assert page.status_code == 302
    assert Score.objects.get().score == 0
    assert "1 scores computed again, 1 of them pass no longer." in browser.get("/admin/").content.decode()


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        ({}, "Nothing is banned"),
        ({"provider": "Google"}, "A provider is banned for an address only"),
        ({"address": ALICE, "hash": "v0:a"}, "A hash is banned by itself"),
        ({"address": "0x12"}, "is not an Ethereum address"),
        ({"address": ALICE[2:]}, "has no 0x in front"),
        ({"address": ALICE, "end_time": "2020-01-01T00:00"}, "This is past"),
        ({"address": ALICE, "log_reason": ""}, "This field is required."),
    ],
)
@pytest.mark.parametrize("step", ["preview", "confirm"])
def test_a_wrong_combination_is_refused_in_both_steps(log_in: Browsers, data: Any, fault: str, step: str) -> None:
    page = fill_in(log_in("operations"), step, **data)
    assert page.status_code == 200
    assert any(fault in each for each in faults(page))
    assert Ban.objects.count() == 0


@pytest.mark.parametrize("old", ["account", "mixed case", "another list", "ended"])
def test_an_earlier_ban_of_the_same_is_noticed(log_in: Browsers, old: str) -> None:
    address = "0xAbCdEf0000000000000000000000000000000001" if old == "mixed case" else ALICE
    BanFactory(address=address, end_time=timezone.now() - timedelta(days=1) if old == "ended" else None)
    BanFactory(address=ALICE, provider="Google", single_stamp=True)
    warnings = fill_in(log_in("operations"), address=address.lower()).context["preview"].warnings
    assert any("The same is banned already" in warning for warning in warnings) == (old != "ended")


def test_a_hash_is_looked_for_in_all_stamps(log_in: Browsers) -> None:
    stamp = StoredStampFactory(address=ALICE)
    stamp.stamp["credentialSubject"]["hash"] = "v0.0.0:abc"
    stamp.save()
    page = fill_in(log_in("operations"), hash="v0.0.0:abc")
    assert (counts(page)["live stamps"], page.context["preview"].sentence[:10]) == ("1", "Type: hash")
    fill_in(log_in("operations", name="other"), "confirm", hash="v0.0.0:abc", revoke="on")
    assert (Ban.objects.get().type, Revocation.objects.count()) == ("hash", 1)


def test_back_leads_to_the_form_as_it_was(log_in: Browsers) -> None:
    page = fill_in(log_in("operations"), "edit", address=ALICE)
    assert f'value="{ALICE}"' in page.content.decode()
    assert "preview" not in page.context


def test_support_may_not_ban(log_in: Browsers) -> None:
    browser = log_in("support")
    assert browser.get(PAGE).status_code == 403
    assert fill_in(browser, "confirm", address=ALICE).status_code == 403
    assert browser.get(LIVE, {"address": ALICE}).status_code == 403


def test_who_may_not_rescore_is_not_asked(log_in: Browsers) -> None:
    browser = log_in("operations")
    assert 'name="rescore"' in browser.get(PAGE).content.decode()
    Group.objects.get(name="operations").permissions.remove(Permission.objects.get(codename="rescore_individual_score"))
    assert 'name="rescore"' not in browser.get(PAGE).content.decode()


def test_the_live_preview_says_what_would_be_hit(log_in: Browsers, stamps: Any) -> None:
    browser = log_in("operations")
    piece = browser.get(LIVE, {"address": ALICE, "provider": "Google"}).content.decode()
    assert f"This bans the stamp Google of {ALICE}." in piece
    assert "<html" not in piece
    assert "is not an Ethereum address" in browser.get(LIVE, {"address": "0x1"}).content.decode()
    assert "Preview” looks for it" in browser.get(LIVE, {"hash": "v0:a"}).content.decode()


def test_a_post_without_the_token_of_the_form_is_refused(log_in: Browsers) -> None:
    browser = log_in("operations")
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = browser.cookies
    assert fill_in(strict, "confirm", address=ALICE).status_code == 403
    assert Ban.objects.count() == 0
