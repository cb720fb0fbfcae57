"""The page that explains a score."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from tests.admin.pages import statements_counted
from tests.endpoints.left_behind import all_rows
from tests.endpoints.scoring_world import ALICE, BOB, FUTURE, ISSUER, STRANGER, hold, issue
from tests.factories.account import AllowListFactory, CommunityFactory, CustomizationFactory
from tests.factories.ceramic_cache import BanFactory, RevocationFactory, RevocationListFactory
from tests.factories.registry import EventFactory, HashLinkFactory, PassportFactory, ScoreFactory

Browsers = Callable[..., Client]
PAGE = "/admin/registry/explain-score/"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _trusting(settings: Settings) -> None:
    settings.TRUSTED_IAM_ISSUERS = [ISSUER.did]
    settings.FF_MULTI_NULLIFIER = "on"
    settings.HUMAN_POINTS_ENABLED = settings.HUMAN_POINTS_WRITE_ENABLED = True


@pytest.fixture
def community() -> Any:
    return CommunityFactory(weights={"Google": "1.25", "Github": 0.5}, threshold="1", name="a community")


def explain(browser: Client, community: Any = None, address: str = ALICE) -> Any:
    scorer = {} if community is None else {"scorer": community.pk}
    return browser.get(PAGE, {"address": address, **scorer})


def log_in_again() -> Client:
    """Who is there, with the permissions that they have by now."""
    browser = Client()
    browser.force_login(get_user_model().objects.get())
    return browser


def text(page: Any) -> str:
    return " ".join(page.content.decode().split())


def stamps(page: Any) -> dict[str, list[str]]:
    """Provider to: why, weight, where the weight comes from."""
    return {row[0]: [str(row[2]), row[3], row[4]] for row in page.context["stamps"].rows}


def test_it_opens_with_an_empty_form(log_in: Browsers) -> None:
    page = log_in("support").get(PAGE)
    assert page.status_code == 200
    assert 'id="explain-form"' in text(page)
    assert 'name="address"' in text(page)


def test_it_says_of_each_stamp_whether_it_counts_and_why_not(log_in: Browsers, community: Any) -> None:
    yesterday = timezone.now() - timedelta(days=1)
    customization = CustomizationFactory(scorer=community)
    AllowListFactory(customization=customization, address_list__name="Friends", weight="7.25")
    hold("Google")
    hold("AllowList#Friends")
    hold("Discord")
    hold(credential=issue("Expired", expires_at=yesterday))
    hold(credential=issue("Untrusted", key=STRANGER))
    hold(credential={**issue("Forged"), "issuanceDate": "2024-01-01T00:00:00Z"})
    RevocationFactory(ceramic_cache=hold("Revoked"), revocation_list=RevocationListFactory(name="spring cleaning"))
    hold("Claimed", "v0:a")
    HashLinkFactory(hash="v0:a", address=BOB, expires_at=FUTURE, community=community)
    told = stamps(explain(log_in("support"), community))
    assert told["Google"] == ["It counts.", "1.25", "scorer"]
    assert told["AllowList#Friends"] == ["It counts.", "7.2500", "customization"]
    assert told["Discord"] == ["It counts, but its provider has no weight here.", "0", "-"]
    assert told["Expired"][0].startswith("It expired at ")
    assert told["Untrusted"][0] == f"Its issuer {STRANGER.did} is not trusted."
    assert told["Forged"][0].startswith("The proof does not hold: ")
    assert told["Revoked"][0] == "It is revoked by spring cleaning."
    assert told["Claimed"][0].startswith(f"{BOB} owns its nullifier v0:a in this community until 2031-01-01")


def test_it_compares_what_is_stored_with_what_a_scoring_would_find(log_in: Browsers, community: Any) -> None:
    hold("Google")
    ScoreFactory(passport__address=ALICE, passport__community=community, raw_score="0.5", threshold="1.00000")
    page = explain(log_in("support"), community)
    assert dict(page.context["stored"])["Score"] == "0.5"
    assert dict(page.context["computed"])["Passes"] == "yes"
    assert "The sum changes from 0.5 to 1.25." in text(page)


def test_it_shows_threshold_points_bans_and_events(log_in: Browsers) -> None:
    programme = CommunityFactory(weights={"Google": 5}, threshold=1, human_points_program=True)
    hold("Google")
    BanFactory(address=ALICE, reason="sybil")
    EventFactory(address=ALICE, community=programme, data={"provider": "Github", "nullifiers": []})
    page = explain(log_in("support"), programme)
    assert dict(page.context["computed"])["Threshold"] == "1.00000"
    assert ["HKY", 100] not in [list(row) for row in page.context["bans"].rows]
    assert [row[4] for row in page.context["bans"].rows] == ["sybil"]
    assert [row[2] for row in page.context["events"].rows] == ["Github was another address's"]
    assert dict(page.context["points"].rows)["Multiplier"] == 1
    assert "A ban changes no score until its stamps are revoked." in text(page)


def test_an_address_alone_leads_to_its_communities(log_in: Browsers, community: Any) -> None:
    ScoreFactory(passport__address=ALICE, passport__community=community, raw_score="21.5")
    PassportFactory(address=ALICE, community=CommunityFactory(name="another one"))
    PassportFactory(address=BOB)
    page = explain(log_in("support"), address=ALICE.upper().replace("X", "x"))
    assert [[str(cell) for cell in row[1:]] for row in page.context["communities"].rows] == [
        [str(community.pk), "a community", "21.5, passing"],
        [str(community.pk + 1), "another one", "none"],
    ]
    assert f"?address={ALICE}&amp;scorer={community.pk}" in text(page)
    assert "No community has scored this address." in text(
        explain(log_in("support", name="sam"), address=f"0x{'d' * 40}")
    )


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"address": "nobody"}, "Invalid address."),
        ({"address": ""}, "This field is required."),
        ({"address": ALICE, "scorer": "7"}, "There is no such scorer."),
        ({"address": ALICE, "scorer": "x"}, "Enter a whole number."),
        ({"address": ALICE, "scorer": str(2**63)}, "less than or equal to"),
    ],
)
def test_what_cannot_be_explained_is_said_at_the_form(query: Any, sentence: str, log_in: Browsers) -> None:
    page = log_in("support").get(PAGE, query)
    assert page.status_code == 200
    assert sentence in text(page)


def test_texts_of_others_are_escaped(log_in: Browsers) -> None:
    community = CommunityFactory(name="<script>alert(1)</script>", weights={"<b>": "1"}, threshold="1")
    hold("Google", provider="<b>")
    page = explain(log_in("support"), community).content.decode()
    assert "<script>alert(1)" not in page
    assert "<b>" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_it_writes_nothing(log_in: Browsers, community: Any) -> None:
    browser = log_in("support")
    hold("Google", "v0:a")
    before = all_rows()
    assert explain(browser, community).status_code == 200
    assert all_rows() == before


def test_its_statements_do_not_grow_with_the_stamps(log_in: Browsers, community: Any) -> None:
    browser = log_in("support")
    with statements_counted() as for_none:
        explain(browser, community)
    for provider in ("Google", "Github", "Discord", "NFT"):
        hold(provider)
        BanFactory(address=ALICE, single_stamp=True, provider=provider)
        EventFactory(address=ALICE, community=community)
    with statements_counted() as for_four:
        explain(browser, community)
    assert len(for_four) == len(for_none) <= 20


@pytest.mark.parametrize("table", ["registry_passport", "registry_score", "ceramic_cache_ceramiccache"])
def test_lists_lead_to_it(table: str, log_in: Browsers, community: Any) -> None:
    hold("Google")
    ScoreFactory(passport__address=ALICE, passport__community=community)
    page = text(log_in("support").get(reverse(f"admin:{table}_changelist")))
    scorer = "" if table == "ceramic_cache_ceramiccache" else f"&amp;scorer={community.pk}"
    assert f'href="{PAGE}?address={ALICE}{scorer}"' in page


def test_it_is_for_the_team_only(log_in: Browsers) -> None:
    assert log_in().get(PAGE).status_code == 403
    get_user_model().objects.get().user_permissions.add(Permission.objects.get(codename="view_score"))
    assert log_in_again().get(PAGE).status_code == 200
    assert Client().get(PAGE).status_code == 302
    assert log_in("support").post(PAGE).status_code == 405
