"""Ban lists in the admin site: uploaded, previewed, imported, run, downloaded, taken back."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.sessions.models import Session
from django.test import Client
from pytest_django import Settings

from apps.ceramic_cache.models import Ban, BanList, Revocation
from tests.admin.list_pages import confirm, counts, downloaded, faults, upload
from tests.endpoints.scoring_world import ALICE, BOB, CAROL
from tests.factories.ceramic_cache import BanFactory, BanListFactory, StoredStampFactory

Browsers = Callable[..., Client]
NEW = "/admin/ceramic_cache/banlist/add/"
HEADER = "type,provider,hash,address,end_time"
THREE = f"{HEADER}\n,,,{ALICE},\n,Google,,{BOB},2099-01-01\n,,v0:a,,\n"

pytestmark = pytest.mark.django_db


def of(ban_list: BanList, page: str) -> str:
    return f"/admin/ceramic_cache/banlist/{ban_list.pk}/{page}/"


@pytest.fixture
def ban_list(db: None) -> Any:
    return BanListFactory(name="sybils")


def test_a_new_list_is_previewed_and_nothing_is_written(log_in: Browsers) -> None:
    page = upload(log_in("operations"), NEW, THREE, name="sybils")
    assert counts(page) == {
        "new": "3",
        "changed": "0",
        "already there": "0",
        "banned elsewhere too": "0",
        "invalid": "0",
        "duplicates in the file": "0",
    }
    assert (BanList.objects.count(), Ban.objects.count(), LogEntry.objects.count()) == (0, 0, 0)


def test_a_confirmed_list_is_imported_and_leads_to_running_it(log_in: Browsers) -> None:
    browser = log_in("operations", name="olga")
    answer = confirm(browser, upload(browser, NEW, THREE, name="sybils", description="of May"))
    made = BanList.objects.get()
    assert answer.headers["Location"] == f"/admin/ceramic_cache/ban/revoke-matching/?ban_list={made.pk}"
    assert (made.name, made.description, made.bans.count()) == ("sybils", "of May", 3)
    entry = LogEntry.objects.get()
    assert (entry.user.get_username(), entry.action_flag, entry.object_id) == ("olga", ADDITION, str(made.pk))
    assert entry.change_message.startswith("Imported file.csv, list sybils: 3 new, 0 changed, 0 already there")
    assert entry.change_message.endswith("Why: as asked")


def test_the_next_file_changes_what_differs_and_adds_what_is_new(log_in: Browsers, ban_list: BanList) -> None:
    BanFactory(ban_list=ban_list, address=ALICE, reason=None)
    BanFactory(ban_list=ban_list, address=BOB, single_stamp=True, provider="Google", reason=None)
    BanFactory(address=CAROL)
    browser = log_in("operations")
    page = upload(browser, of(ban_list, "import"), f"{THREE},,,{CAROL},\n,,,{ALICE},\n")
    assert list(counts(page).values()) == ["2", "1", "1", "1", "0", "1"]
    confirm(browser, page)
    assert ban_list.bans.count() == 4
    assert LogEntry.objects.get().action_flag == CHANGE


def test_the_same_again_changes_nothing(log_in: Browsers, ban_list: BanList) -> None:
    browser = log_in("operations")
    for _ in range(2):
        page = upload(browser, of(ban_list, "import"), THREE)
        confirm(browser, page)
    assert (counts(page)["new"], counts(page)["already there"], ban_list.bans.count()) == ("0", "3", 3)


INVALID = f"{HEADER}\n,,,{ALICE},\n,,,0x12,\n,Google,,,\naccount,Google,,{BOB},\n,,,{ALICE},\n"


def test_invalid_lines_are_shown_with_number_and_reason(log_in: Browsers, ban_list: BanList) -> None:
    page = upload(log_in("operations"), of(ban_list, "import"), INVALID)
    assert (counts(page)["invalid"], counts(page)["duplicates in the file"]) == ("3", "1")
    rows = page.context["preview"].tables[0].rows
    assert [row[0] for row in rows] == [3, 4, 5, 6]
    assert rows[0][1] == "'0x12' is not an Ethereum address, or its checksum is wrong."
    assert rows[3][1] == "It repeats line 2."
    assert page.context["preview"].is_possible is False
    assert 'name="confirm"' not in page.content.decode()


def test_invalid_lines_are_refused_also_when_somebody_confirms_all_the_same(
    log_in: Browsers, ban_list: BanList
) -> None:
    browser = log_in("operations")
    answer = confirm(browser, upload(browser, of(ban_list, "import"), INVALID))
    assert faults(answer) == ["Some lines are invalid, or there are none: nothing was imported."]
    assert (Ban.objects.count(), LogEntry.objects.count()) == (0, 0)


def test_the_valid_lines_are_imported_when_told(log_in: Browsers, ban_list: BanList) -> None:
    browser = log_in("operations")
    confirm(browser, upload(browser, of(ban_list, "import"), INVALID, skip_invalid="on"))
    assert [ban.address for ban in ban_list.bans.all()] == [ALICE]


def test_lines_that_are_not_used_can_be_downloaded(log_in: Browsers, ban_list: BanList) -> None:
    browser = log_in("operations")
    page = upload(browser, of(ban_list, "import"), INVALID)
    ((_, url),) = page.context["preview"].links
    lines = downloaded(browser.get(url))
    assert (lines[0], len(lines)) == ("line,reason,content", 5)
    assert lines[1].startswith("3,\"'0x12' is not an Ethereum address, or its checksum is wrong.\"")
    assert browser.get(of(ban_list, "import") + "?rejected=unknownkey").status_code == 200


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"\xff\xfe", "The file is not UTF-8 text, at byte 1."),
        (b"type,address\n", "The file has no column provider and no column hash and no column end_time."),
        (b"\n\n", "The file is empty."),
    ],
)
def test_an_unreadable_file_is_refused(log_in: Browsers, ban_list: BanList, content: bytes, fault: str) -> None:
    (found,) = faults(upload(log_in("operations"), of(ban_list, "import"), content))
    assert fault in found


def test_a_file_with_a_mark_windows_ends_and_spaces_is_read(log_in: Browsers, ban_list: BanList) -> None:
    text = f"\ufefftype , provider,hash,address,end_time\r\naccount,, , {ALICE} ,null\r\n\r\n"
    assert counts(upload(log_in("operations"), of(ban_list, "import"), text))["new"] == "1"


def test_a_file_must_be_chosen(log_in: Browsers) -> None:
    page = log_in("operations").post(NEW, {"name": "x", "log_reason": "x", "preview": "yes"})
    assert page.context["form"].errors == {"file": ["Choose a file."]}


def test_a_file_that_is_too_large_is_refused_with_its_limit(log_in: Browsers, settings: Settings) -> None:
    settings.ADMIN_UPLOAD_BYTES = 1_000
    page = upload(log_in("operations"), NEW, "x" * 2_000, name="sybils")
    assert page.context["form"].errors["file"] == ["The file is larger than 0.001 MB."]
    assert 'value="sybils"' in page.content.decode()


# The draft ------------------------------------------------------------------------------------------------------------
def test_the_file_is_kept_as_a_row_and_gone_when_it_is_imported(log_in: Browsers, ban_list: BanList) -> None:
    browser = log_in("operations")
    before = Session.objects.count()
    page = upload(browser, of(ban_list, "import"), THREE)
    assert Session.objects.count() == before + 1
    confirm(browser, page)
    assert Session.objects.count() == before
    assert confirm(browser, page).context["form"].errors["file"] == ["The file is not kept any more: choose it again."]


def test_the_next_upload_takes_the_place_of_a_draft(log_in: Browsers, ban_list: BanList) -> None:
    browser = log_in("operations")
    first = upload(browser, of(ban_list, "import"), THREE)
    rows = Session.objects.count()
    upload(browser, of(ban_list, "import"), THREE)
    assert Session.objects.count() == rows
    assert "not kept any more" in faults(confirm(browser, first))[0]


def test_back_keeps_the_file(log_in: Browsers, ban_list: BanList) -> None:
    browser = log_in("operations")
    page = upload(browser, of(ban_list, "import"), INVALID)
    back = confirm(browser, page, edit="yes")
    again = browser.post(of(ban_list, "import"), {"draft": back.context["form"]["draft"].value(), "log_reason": "x"})
    assert counts(again)["new"] == "1"


@pytest.mark.parametrize("whose", ["another user", "another list", "a session"])
def test_a_draft_is_of_no_use_elsewhere(log_in: Browsers, ban_list: BanList, whose: str) -> None:
    browser = log_in("operations")
    page = upload(browser, of(ban_list, "import"), THREE)
    draft = page.context["form"]["draft"].value()
    url = of(BanListFactory(), "import") if whose == "another list" else of(ban_list, "import")
    if whose == "another user":
        browser = log_in("operations", name="other")
    if whose == "a session":
        draft = browser.cookies["sessionid"].value
    answer = browser.post(url, {"draft": draft, "confirm": "yes", "log_reason": "x"})
    assert "not kept any more" in faults(answer)[0]
    assert browser.get(f"{url}?rejected={draft}").headers["Content-Type"] == "text/html; charset=utf-8"


def test_a_draft_is_no_login(log_in: Browsers, ban_list: BanList) -> None:
    browser = log_in("operations")
    draft = upload(browser, of(ban_list, "import"), THREE).context["form"]["draft"].value()
    thief = Client()
    thief.cookies["sessionid"] = draft
    assert thief.get("/admin/").status_code == 302


# What is done with a list ---------------------------------------------------------------------------------------------
def test_its_page_offers_what_can_be_done(log_in: Browsers, ban_list: BanList) -> None:
    page = log_in("operations").get(of(ban_list, "change")).content.decode()
    for text in ("Import a file", "Download", "Revoke matching stamps", "End all bans", "Take back all bans"):
        assert text in page
    page = log_in("support").get(of(ban_list, "change")).content.decode()
    assert ("Download" in page, "Import a file" in page) == (True, False)


def test_it_is_downloaded_as_it_can_be_uploaded(log_in: Browsers, ban_list: BanList) -> None:
    browser = log_in("operations")
    confirm(browser, upload(browser, of(ban_list, "import"), THREE))
    lines = downloaded(browser.get(of(ban_list, "download")))
    assert lines[0] == f"{HEADER},reason"
    assert lines[2] == f"single_stamp,Google,,{BOB},2099-01-01T00:00:00+00:00,"
    page = upload(browser, of(ban_list, "import"), "\n".join(lines))
    assert (counts(page)["already there"], counts(page)["changed"]) == ("3", "0")


def test_all_of_its_bans_are_run(log_in: Browsers, ban_list: BanList) -> None:
    for address in (ALICE, BOB):
        StoredStampFactory(address=address)
        BanFactory(ban_list=ban_list, address=address)
    browser = log_in("operations")
    url = f"/admin/ceramic_cache/ban/revoke-matching/?ban_list={ban_list.pk}"
    assert counts(browser.get(url))["stamps to revoke"] == "2"
    browser.post(url, {"log_reason": "as asked", "confirm": "yes"})
    assert Revocation.objects.count() == 2
    assert LogEntry.objects.get().object_id == str(ban_list.pk)


def test_all_of_its_bans_are_ended(log_in: Browsers, ban_list: BanList) -> None:
    BanFactory(ban_list=ban_list)
    other = BanFactory()
    url = f"/admin/ceramic_cache/ban/end/?ban_list={ban_list.pk}"
    log_in("operations").post(url, {"log_reason": "as asked", "confirm": "yes"})
    assert ban_list.bans.get().end_time is not None
    other.refresh_from_db()
    assert other.end_time is None


def test_exactly_what_it_added_is_taken_back(log_in: Browsers, ban_list: BanList) -> None:
    browser = log_in("operations")
    other = BanFactory(address=ALICE)
    confirm(browser, upload(browser, of(ban_list, "import"), THREE))
    LogEntry.objects.all().delete()
    assert counts(browser.get(of(ban_list, "remove-entries"))) == {"bans": "3"}
    assert browser.post(of(ban_list, "remove-entries"), {"confirm": "yes"}).status_code == 200
    browser.post(of(ban_list, "remove-entries"), {"confirm": "yes", "log_reason": "a mistake"})
    assert list(Ban.objects.all()) == [other]
    assert LogEntry.objects.get().change_message == "3 bans of sybils deleted. Why: a mistake"


def test_a_list_is_deleted_only_when_it_is_empty(log_in: Browsers, ban_list: BanList) -> None:
    ban, browser = BanFactory(ban_list=ban_list), log_in("operations")
    assert browser.post(of(ban_list, "delete"), {"post": "yes", "log_reason": "x"}).status_code == 403
    ban.delete()
    assert browser.post(of(ban_list, "delete"), {"post": "yes", "log_reason": "x"}).status_code == 302
    assert not BanList.objects.exists()
    assert log_in("support").get(of(BanListFactory(), "delete")).status_code == 403


def test_support_only_reads(log_in: Browsers, ban_list: BanList) -> None:
    browser = log_in("support")
    assert upload(browser, of(ban_list, "import"), THREE).status_code == 403
    assert upload(browser, NEW, THREE, name="x").status_code == 403
    assert browser.post(of(ban_list, "remove-entries"), {"confirm": "yes", "log_reason": "x"}).status_code == 403
    assert browser.get(of(ban_list, "download")).status_code == 200


def test_there_is_no_page_of_a_list_that_is_none(log_in: Browsers) -> None:
    browser = log_in("operations")
    for page in ("import", "download", "remove-entries"):
        assert browser.get(f"/admin/ceramic_cache/banlist/999/{page}/").status_code == 404
