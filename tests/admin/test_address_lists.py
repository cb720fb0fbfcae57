"""Address lists in the admin site."""

from collections.abc import Callable

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from apps.account.models import AddressList, AddressListMember
from scorer_v2.admin_site.model_admin import BoundedPaginator
from tests.admin.list_pages import confirm, counts, downloaded, faults, upload
from tests.endpoints.scoring_world import ALICE, BOB, CAROL
from tests.factories.account import AddressListFactory

Browsers = Callable[..., Client]
NEW = "/admin/account/addresslist/add/"

pytestmark = pytest.mark.django_db


def of(address_list: AddressList, page: str) -> str:
    return f"/admin/account/addresslist/{address_list.pk}/{page}/"


def members(address_list: AddressList) -> set[str]:
    return set(AddressListMember.objects.filter(list=address_list).values_list("address", flat=True))


def test_a_new_list_is_previewed_then_made(log_in: Browsers) -> None:
    browser = log_in("operations")
    page = upload(browser, NEW, f"{ALICE}\n{BOB}\n{ALICE}\n", name="partners")
    assert list(counts(page).values()) == ["2", "0", "0", "1"]
    assert not AddressList.objects.exists()
    confirm(browser, page)
    assert members(AddressList.objects.get(name="partners")) == {ALICE, BOB}
    entry = LogEntry.objects.get()
    assert entry.change_message.startswith("Imported file.csv, list partners: 2 new, 0 already there, 0 invalid")


@pytest.mark.parametrize(("name", "fault"), [("two words", "Letters and digits only."), ("taken", "already exists")])
def test_a_name_must_be_new_and_plain(log_in: Browsers, name: str, fault: str) -> None:
    AddressListFactory(name="taken")
    (found,) = faults(upload(log_in("operations"), NEW, ALICE, name=name))
    assert fault in found


def test_addresses_are_added_to_a_list(log_in: Browsers) -> None:
    address_list = AddressListFactory(members=[ALICE])
    browser = log_in("operations")
    page = upload(browser, of(address_list, "import"), f"address\r\n {BOB.upper().replace('0X', '0x')} \r\n{ALICE}\r\n")
    assert list(counts(page).values()) == ["1", "1", "0", "0"]
    confirm(browser, page)
    assert members(address_list) == {ALICE, BOB}


def test_wrong_addresses_are_shown_and_keep_the_rest_out(log_in: Browsers) -> None:
    address_list = AddressListFactory()
    browser = log_in("operations")
    page = upload(browser, of(address_list, "import"), f"{ALICE}\n0x12\n")
    assert page.context["preview"].tables[0].rows[0][:2] == (
        2,
        "'0x12' is not an Ethereum address, or its checksum is wrong.",
    )
    assert "nothing was imported" in faults(confirm(browser, page))[0]
    assert members(address_list) == set()
    confirm(browser, upload(browser, of(address_list, "import"), f"{ALICE}\n0x12\n", skip_invalid="on"))
    assert members(address_list) == {ALICE}


def test_the_same_file_takes_its_addresses_off_again(log_in: Browsers) -> None:
    address_list = AddressListFactory(members=[CAROL])
    browser = log_in("operations")
    confirm(browser, upload(browser, of(address_list, "import"), f"{ALICE}\n{BOB}\n"))
    page = upload(browser, of(address_list, "remove"), f"{ALICE}\n{BOB}\n0x{'d' * 40}\n")
    assert list(counts(page).values()) == ["2", "1", "0", "0"]
    confirm(browser, page)
    assert members(address_list) == {CAROL}
    message = LogEntry.objects.latest("pk").change_message
    assert message.startswith(f"Took off file.csv, list {address_list}: 2 taken off, 1 not on the list")


def test_it_is_downloaded_as_it_can_be_uploaded(log_in: Browsers) -> None:
    address_list = AddressListFactory(members=[ALICE, BOB])
    assert downloaded(log_in("support").get(of(address_list, "download"))) == ["address", ALICE, BOB]


def test_its_page_counts_members_only_so_far(log_in: Browsers, monkeypatch: pytest.MonkeyPatch) -> None:
    address_list = AddressListFactory(members=[ALICE, BOB])
    browser = log_in("operations")
    assert ">2<" in "".join(browser.get(of(address_list, "change")).content.decode().split())
    monkeypatch.setattr(BoundedPaginator, "most", 1)
    assert "more than 1" in browser.get(of(address_list, "change")).content.decode()


def test_a_name_stays(log_in: Browsers) -> None:
    address_list = AddressListFactory(name="fixed")
    log_in("operations").post(of(address_list, "change"), {"name": "other", "log_reason": "x"})
    address_list.refresh_from_db()
    assert address_list.name == "fixed"


def test_support_only_reads(log_in: Browsers) -> None:
    address_list = AddressListFactory()
    browser = log_in("support")
    for page in ("import", "remove"):
        assert upload(browser, of(address_list, page), ALICE).status_code == 403
    assert upload(browser, NEW, ALICE, name="x").status_code == 403
