"""GET /internal/allow-list/{list}/{address} (contract, section 4.11)."""

from typing import Any

import pytest

from tests.endpoints.internal import get
from tests.factories.account import AddressListFactory
from tests.factories.addresses import address

MEMBER = address(0xABC)

with_rows = pytest.mark.usefixtures("rows")


def membership(list_name: str, member: str = MEMBER, *, token: str | None = None) -> Any:
    return get(f"/internal/allow-list/{list_name}/{member}", token=token)


@with_rows
@pytest.mark.parametrize("spelling", [MEMBER, MEMBER.upper(), MEMBER.replace("abc", "AbC")])
def test_a_member_is_found_in_any_case(spelling: str) -> None:
    AddressListFactory(name="VIP", members=[MEMBER])
    answer = membership("VIP", spelling)
    assert (answer.status_code, answer.json()) == (200, {"is_member": True})


@with_rows
@pytest.mark.parametrize(
    ("list_name", "member"), [("VIP", address(1)), ("Other", MEMBER), ("vip", MEMBER), ("No", MEMBER)]
)
def test_others_are_no_members(list_name: str, member: str) -> None:
    AddressListFactory(name="VIP", members=[MEMBER])
    AddressListFactory(name="Other", members=[address(2)])
    assert membership(list_name, member).json() == {"is_member": False}


@with_rows
@pytest.mark.parametrize(("name", "encoded"), [("a b", "a%20b"), ("é#?", "%C3%A9%23%3F"), ("%20", "%2520")])
def test_the_name_is_decoded_once(name: str, encoded: str) -> None:
    AddressListFactory(name=name, members=[MEMBER])
    assert membership(encoded).json() == {"is_member": True}


@with_rows
@pytest.mark.parametrize("nonsense", ["whatever", "0x", "%F0%9F%98%80", "%FF", "x" * 300])
def test_the_address_is_not_validated(nonsense: str) -> None:
    AddressListFactory(name="VIP", members=[MEMBER])
    assert membership("VIP", nonsense).json() == {"is_member": False}


@with_rows
def test_an_unprefixed_address_is_another_one() -> None:
    AddressListFactory(name="VIP", members=[MEMBER])
    assert membership("VIP", MEMBER.removeprefix("0x")).json() == {"is_member": False}


@with_rows
def test_it_takes_one_round_trip(round_trips: list[list[str]]) -> None:
    membership("VIP")
    assert round_trips == [["account.is_listed"]]


@pytest.mark.parametrize(("list_name", "member"), [("V%00IP", MEMBER), ("VIP", f"{MEMBER}%00")])
def test_nul_characters_match_nothing(list_name: str, member: str) -> None:
    assert membership(list_name, member).json() == {"is_member": False}


@pytest.mark.parametrize("path", ["VIP/0xa/", "VIP/0xa/b", "VIP", "V%2FIP/0xa"])
def test_other_segments_are_404(path: str) -> None:
    assert get(f"/internal/allow-list/{path}").status_code == 404


@pytest.mark.parametrize("token", ["", "wrong"])
def test_another_token_is_401(token: str) -> None:
    answer = membership("VIP", token=token)
    assert (answer.status_code, answer.json()) == (401, {"detail": "Unauthorized"})


def test_a_database_that_is_down_is_503(database_down: None) -> None:
    assert membership("VIP").status_code == 503
