"""The list of bans, the page of one, and what is done with those that were chosen."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from apps.ceramic_cache.admin import ban_pages
from apps.ceramic_cache.admin import bans as bans_module
from apps.ceramic_cache.models import Ban, Revocation, RevocationList
from apps.registry.admin import rescoring
from apps.registry.models import Score
from apps.registry.services import score_internally
from scorer_v2.primitives.errors import DatabaseUnavailable
from tests.endpoints.scoring_world import ALICE, BOB, CAROL, hold
from tests.factories.account import CommunityFactory
from tests.factories.ceramic_cache import BanFactory, BanListFactory, RevocationFactory, StoredStampFactory

Browsers = Callable[..., Client]
LIST = "/admin/ceramic_cache/ban/"
REVOKE = f"{LIST}revoke-matching/"
END = f"{LIST}end/"

pytestmark = pytest.mark.django_db


def listed(browser: Client, **query: str) -> list[int]:
    return [ban.pk for ban in browser.get(LIST, query).context["cl"].result_list]


def confirm(browser: Client, url: str, **data: Any) -> Any:
    return browser.post(url, {"log_reason": "a sybil", "confirm": "yes", **data})


def of(*bans: Ban) -> str:
    return f"?bans={','.join(str(ban.pk) for ban in bans)}"


@pytest.fixture
def bans(db: None) -> Any:
    """For ever, until tomorrow, and one that has ended; the first was run."""
    now, day = timezone.now(), timedelta(days=1)
    return [
        BanFactory(address=ALICE, last_run_revoke_matching=now),
        BanFactory(address=BOB, end_time=now + day),
        BanFactory(address=CAROL, end_time=now - day),
    ]


@pytest.mark.parametrize(
    ("state", "found"),
    [("active", [0, 1]), ("for_ever", [0]), ("until", [1]), ("ended", [2]), ("not_run", [1]), ("nonsense", [0, 1, 2])],
)
def test_bans_are_found_by_state(log_in: Browsers, bans: Any, state: str, found: list[int]) -> None:
    assert listed(log_in("support"), state=state) == [bans[n].pk for n in reversed(found)]


@pytest.mark.parametrize("kind", ["account", "single_stamp", "hash"])
def test_bans_are_found_by_type(log_in: Browsers, kind: str) -> None:
    made = [BanFactory(), BanFactory(single_stamp=True), BanFactory(of_hash=True)]
    assert listed(log_in("support"), kind=kind) == [ban.pk for ban in made if ban.type == kind]


def test_the_state_is_shown(log_in: Browsers, bans: Any) -> None:
    page = log_in("support").get(LIST).content.decode()
    for text in (
        "active, for ever",
        f"active until {bans[1].end_time:%Y-%m-%d %H:%M} UTC",
        "ended ",
        f"stamp of {ALICE}",
    ):
        assert text in page


@pytest.mark.parametrize("stored", ["0xabcdef" + "0" * 34, "0xABCDEF" + "0" * 34])
def test_an_address_is_found_in_any_case(log_in: Browsers, stored: str) -> None:
    BanFactory(address=ALICE)
    ban = BanFactory(address=stored)
    assert listed(log_in("support"), q=f" 0xAbcdef{'0' * 34} ") == [ban.pk]


def test_a_hash_or_a_provider_is_found(log_in: Browsers) -> None:
    of_hash, of_stamp = BanFactory(of_hash=True, hash="v0:a"), BanFactory(single_stamp=True, provider="Google")
    browser = log_in("support")
    assert (listed(browser, q="v0:a"), listed(browser, q="Google")) == ([of_hash.pk], [of_stamp.pk])


def test_the_bans_of_a_list_are_found(log_in: Browsers, bans: Any) -> None:
    ban = BanFactory(ban_list=BanListFactory())
    assert listed(log_in("support"), ban_list__id__exact=str(ban.ban_list_id)) == [ban.pk]


# One ban --------------------------------------------------------------------------------------------------------------
def change(browser: Client, ban: Ban, **data: Any) -> Any:
    data = {"address": ban.address, "provider": ban.provider, "hash": ban.hash, "reason": ban.reason, **data}
    data = {"log_reason": "a mistake", **data}
    return browser.post(f"{LIST}{ban.pk}/change/", data)


def test_the_type_follows_from_what_is_filled_in(log_in: Browsers, bans: Any) -> None:
    assert change(log_in("operations"), bans[0], provider="Google").status_code == 302
    bans[0].refresh_from_db()
    assert (bans[0].type, bans[0].provider) == ("single_stamp", "Google")
    assert LogEntry.objects.get().change_message == "Changed Provider. Provider: empty → Google. Why: a mistake"


def test_a_wrong_combination_is_refused(log_in: Browsers, bans: Any) -> None:
    page = change(log_in("operations"), bans[0], hash="v0:a")
    assert "A hash is banned by itself" in page.content.decode()
    bans[0].refresh_from_db()
    assert bans[0].hash == ""


def test_who_reads_sees_the_type(log_in: Browsers, bans: Any) -> None:
    page = log_in("support").get(f"{LIST}{bans[0].pk}/change/").content.decode()
    assert "Account" in page
    assert "active, for ever" in page


# Chosen bans ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("action", "url"), [("revoke_matching", REVOKE), ("end", END)])
def test_an_action_leads_to_its_page(log_in: Browsers, bans: Any, action: str, url: str) -> None:
    data = {"action": action, "_selected_action": [bans[2].pk, bans[0].pk]}
    page = log_in("operations").post(LIST, data)
    assert (page.status_code, page.headers["Location"]) == (302, f"{url}?bans={bans[0].pk}%2C{bans[2].pk}")


def test_too_many_bans_are_not_chosen_one_by_one(log_in: Browsers, bans: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bans_module, "MOST_SELECTED", 2)
    data = {"action": "end", "_selected_action": [ban.pk for ban in bans]}
    page = log_in("operations").post(LIST, data, follow=True)
    assert "At most 2 bans at once" in page.content.decode()


def test_support_has_no_actions(log_in: Browsers, bans: Any) -> None:
    browser = log_in("support")
    assert 'value="revoke_matching"' not in browser.get(LIST).content.decode()
    for url in (REVOKE + of(bans[0]), END + of(bans[0])):
        assert (browser.get(url).status_code, confirm(browser, url).status_code) == (403, 403)


@pytest.mark.parametrize("query", ["", "?bans=", "?bans=x", "?bans=1;2", "?ban_list=x"])
def test_without_bans_there_is_no_such_page(log_in: Browsers, query: str) -> None:
    browser = log_in("operations")
    assert (browser.get(REVOKE + query).status_code, confirm(browser, END + query).status_code) == (404, 404)


def test_revoking_shows_counts_first(log_in: Browsers, bans: Any) -> None:
    for address in (ALICE, BOB, CAROL):
        StoredStampFactory(address=address, provider="Google")
    StoredStampFactory(address=ALICE, provider="Github")
    preview = log_in("operations").get(REVOKE + of(*bans)).context["preview"]
    assert dict(preview.counts) == {
        "bans in force": "2",
        "stamps to revoke": "3",
        "addresses": "2",
        "already revoked": "0",
    }
    assert preview.warnings == ["1 of the bans have ended, or are gone: they revoke nothing."]
    assert not Revocation.objects.exists()


def test_revoking_asks_why(log_in: Browsers, bans: Any) -> None:
    StoredStampFactory(address=ALICE)
    page = confirm(log_in("operations"), REVOKE + of(bans[0]), log_reason="")
    assert page.context["form"].errors == {"log_reason": ["This field is required."]}
    assert not Revocation.objects.exists()


def test_confirmed_they_are_revoked_and_each_ban_has_it_in_its_history(log_in: Browsers, bans: Any) -> None:
    StoredStampFactory(address=ALICE), StoredStampFactory(address=BOB)
    assert confirm(log_in("operations"), REVOKE + of(bans[0], bans[1])).headers["Location"] == LIST
    assert Revocation.objects.count() == 2
    entries = LogEntry.objects.order_by("object_id")
    assert {entry.object_id for entry in entries} == {str(bans[0].pk), str(bans[1].pk)}
    made = RevocationList.objects.get()
    said = f"2 bans run. 2 stamps of 2 addresses revoked, as the revocation list {made.name} ({made.pk})."
    assert entries[0].change_message == f"{said} Why: a sybil"


def test_what_bans_revoked_is_taken_back_exactly(log_in: Browsers, bans: Any) -> None:
    StoredStampFactory(address=ALICE)
    earlier = RevocationFactory(ceramic_cache=StoredStampFactory(address=ALICE, provider="Github"))
    browser = log_in("operations")
    confirm(browser, REVOKE + of(bans[0]))
    made = RevocationList.objects.get()
    confirm(browser, f"/admin/ceramic_cache/revocationlist/{made.pk}/remove-entries/")
    assert list(Revocation.objects.all()) == [earlier]


def test_running_bans_again_makes_no_list_and_notes_the_time(log_in: Browsers, bans: Any) -> None:
    assert confirm(log_in("operations"), REVOKE + of(bans[1])).status_code == 302
    assert not RevocationList.objects.exists()
    assert LogEntry.objects.get().change_message == "1 bans run. No stamp was left to revoke. Why: a sybil"
    bans[1].refresh_from_db()
    assert bans[1].last_run_revoke_matching is not None


def test_scores_are_computed_again_when_told(log_in: Browsers, scoring_world: None) -> None:
    community = CommunityFactory(weights={"Google": 1}, threshold=1)
    for holder in (ALICE, BOB):
        hold("Google", to=holder)
        score_internally(scorer_id=community.pk, address=holder)
    ban = BanFactory(address=ALICE)
    assert confirm(log_in("operations"), REVOKE + of(ban), rescore="on").status_code == 302
    assert dict(Score.objects.values_list("passport__address", "score")) == {ALICE: 0, BOB: 1}


def test_too_many_addresses_are_left_to_the_command(
    log_in: Browsers, bans: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ban_pages, "MOST_ADDRESSES", 0)
    monkeypatch.setattr(rescoring, "MOST_ADDRESSES", 0)
    StoredStampFactory(address=ALICE)
    browser = log_in("operations")
    url = REVOKE + of(bans[0])
    assert "manage.py revoke_matching --ban ID --rescore does both" in browser.get(url).context["preview"].warnings[0]
    assert (
        "recalculate_scores --address-list"
        in browser.post(url, {"confirm": "yes", "log_reason": "x", "rescore": "on"}, follow=True).content.decode()
    )


def test_too_many_stamps_are_left_to_the_command(log_in: Browsers, bans: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ban_pages, "MOST_STAMPS", 1)
    StoredStampFactory(address=ALICE), StoredStampFactory(address=BOB)
    preview = log_in("operations").get(REVOKE + of(*bans)).context["preview"]
    assert "run manage.py revoke_matching --ban ID --rescore" in preview.warnings[1]
    assert preview.is_possible is False


def test_ending_shows_counts_first_and_ends_those_in_force(log_in: Browsers, bans: Any) -> None:
    browser = log_in("operations")
    url = END + of(*bans)
    preview = browser.get(url).context["preview"]
    assert dict(preview.counts) == {"in force": "2", "ended already": "1"}
    ended_before = bans[2].end_time
    assert confirm(browser, url).status_code == 302
    for ban in bans:
        ban.refresh_from_db()
    assert all(ban.end_time <= timezone.now() for ban in bans)
    assert bans[2].end_time == ended_before
    assert LogEntry.objects.count() == 3
    assert browser.get(url).context["preview"].is_possible is False


def test_a_database_that_takes_too_long_is_told(log_in: Browsers, bans: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**kwargs: Any) -> None:
        raise DatabaseUnavailable("57014")

    monkeypatch.setattr(ban_pages, "revoke_matching", fail)
    browser = log_in("operations")
    for page in (browser.get(REVOKE + of(bans[0])), confirm(browser, REVOKE + of(bans[0]))):
        assert page.status_code == 503
        assert "The database took too long, and nothing was done." in page.content.decode()
    assert not LogEntry.objects.exists()
