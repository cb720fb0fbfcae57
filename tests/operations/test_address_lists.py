"""Importing address lists (contract, 6.4)."""

from typing import Any

import pytest

from apps.account import address_lists as services
from apps.account.address_lists import AddressListCounts, parse_address_list
from apps.account.models import AddressListMember
from scorer_v2.primitives.errors import NotFound
from tests.factories.account import AddressListFactory
from tests.factories.addresses import address

pytestmark = pytest.mark.django_db

A, B, C = address(0xA), address(0xB), address(0xC)


def file(*lines: str) -> Any:
    return parse_address_list("\n".join(lines).encode())


def members(of: Any) -> list[str]:
    return list(AddressListMember.objects.filter(list=of).order_by("id").values_list("address", flat=True))


def test_it_adds_the_addresses_of_the_valid_lines() -> None:
    address_list = AddressListFactory(members=[A])
    lines = file(B, "nobody", A.upper(), B)
    counts = services.import_address_list(address_list_id=address_list.pk, file=lines)
    assert counts == AddressListCounts(new=1, already_there=1, invalid=1, duplicates=1)
    assert members(address_list) == [A, B]


def test_importing_again_changes_nothing() -> None:
    address_list = AddressListFactory()
    services.import_address_list(address_list_id=address_list.pk, file=file(A, B))
    again = services.import_address_list(address_list_id=address_list.pk, file=file(A, B))
    assert again == AddressListCounts(new=0, already_there=2, invalid=0, duplicates=0)
    assert members(address_list) == [A, B]


def test_a_preview_counts_the_same_and_writes_nothing() -> None:
    address_list = AddressListFactory(members=[A])
    AddressListFactory(members=[B])
    previewed = services.preview_address_list(address_list_id=address_list.pk, file=file(A, B))
    assert previewed == AddressListCounts(new=1, already_there=1, invalid=0, duplicates=0)
    assert members(address_list) == [A]


def test_a_list_that_does_not_exist_yet_can_be_previewed() -> None:
    assert services.preview_address_list(address_list_id=None, file=file(A)).new == 1


def test_removing_takes_the_addresses_of_the_file_off_this_list() -> None:
    address_list, other = AddressListFactory(members=[A, B]), AddressListFactory(members=[A])
    assert services.remove_address_list_entries(address_list_id=address_list.pk, file=file(A, C)) == 1
    assert (members(address_list), members(other)) == ([B], [A])


def test_an_unknown_list_is_refused() -> None:
    with pytest.raises(NotFound):
        services.import_address_list(address_list_id=7, file=file(A))
    with pytest.raises(NotFound):
        services.remove_address_list_entries(address_list_id=7, file=file(A))


def test_an_export_can_be_imported_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.account.address_lists.CHUNK", 2)
    address_list = AddressListFactory(members=[A, B, C])
    exported = "".join(services.export_address_list(address_list_id=address_list.pk))
    assert exported == f"address\n{A}\n{B}\n{C}\n"
    assert parse_address_list(exported.encode()).entries == (A, B, C)
