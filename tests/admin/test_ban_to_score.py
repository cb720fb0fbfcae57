"""The whole way: a ban list is uploaded, its bans are run, and the address scores 0 at its next scoring."""

from collections.abc import Callable

from django.test import Client

from apps.ceramic_cache.models import BanList
from tests.admin.list_pages import confirm, counts, upload
from tests.endpoints.scoring_world import ALICE, BOB, Partner, answered, hold

Browsers = Callable[..., Client]


def test_an_address_banned_by_an_uploaded_list_scores_0(log_in: Browsers, scoring_world: None) -> None:
    for holder in (ALICE, BOB):
        hold("Google", to=holder)
        hold("Github", to=holder)
    partner = Partner(weights={"Google": 15, "Github": 10}, threshold=20)
    assert [answered(partner.score(holder))[1]["score"] for holder in (ALICE, BOB)] == ["25.00000"] * 2
    browser = log_in("operations")

    text = f"type,provider,hash,address,end_time\naccount,,,{ALICE},\nsingle_stamp,Github,,{BOB},\n"
    preview = upload(browser, "/admin/ceramic_cache/banlist/add/", text, name="sybils of May")
    assert counts(preview)["new"] == "2"
    imported = confirm(browser, preview)
    assert answered(partner.score())[1]["score"] == "25.00000"  # a ban alone changes nothing

    to_run = imported.headers["Location"]
    assert to_run.endswith(f"?ban_list={BanList.objects.get().pk}")
    assert counts(browser.get(to_run)) == {
        "bans in force": "2",
        "stamps to revoke": "3",
        "addresses": "2",
        "already revoked": "0",
    }
    assert browser.post(to_run, {"log_reason": "sybils", "confirm": "yes"}).status_code == 302

    status, score = answered(partner.score())
    assert (status, score["score"], score["passing_score"], score["stamps"]) == (200, "0.00000", False, {})
    assert answered(partner.score(BOB))[1]["score"] == "15.00000"
    assert counts(browser.get(to_run))["already revoked"] == "3"
