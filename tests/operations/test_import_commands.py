"""manage.py import_bans, import_revocations, import_allow_list."""

from pathlib import Path

import pytest

from apps.account.models import AddressList, AddressListMember
from apps.ceramic_cache.models import Ban, BanList, Revocation
from tests.factories.account import AddressListFactory
from tests.factories.addresses import address
from tests.factories.ceramic_cache import BanListFactory, RevocationListFactory, StoredStampFactory
from tests.operations.commands import run, run_json

pytestmark = pytest.mark.django_db

A, B = address(0xA), address(0xB)
HEADER = "type,provider,hash,address,end_time"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "list.csv"


def test_bans_are_imported_into_the_list_of_a_name(file: Path) -> None:
    ban_list = BanListFactory(name="sybils")
    file.write_text(f"{HEADER}\n,,,{A},\n,,,{A},\n")
    status, printed = run_json("import_bans", file, "--list-name", "sybils")
    assert (status, printed["new"], printed["duplicates"], printed["dry_run"]) == (0, 1, 1, False)
    assert printed["unused"] == [{"line": 3, "reason": "It repeats line 2.", "cells": ["", "", "", A, ""]}]
    assert Ban.objects.get().ban_list == ban_list


def test_a_missing_list_is_made_only_when_told(file: Path) -> None:
    file.write_text(f"{HEADER}\n,,,{A},\n")
    assert run("import_bans", file, "--list-name", "new") == (1, "There is no such list. Make it with --create.")
    assert run("import_bans", file, "--list-name", "new", "--create", "--dry-run")[0] == 0
    assert not BanList.objects.exists()
    assert run("import_bans", file, "--list-name", "new", "--create")[0] == 0
    assert Ban.objects.get().ban_list.name == "new"


def test_a_name_that_several_lists_have_is_refused(file: Path) -> None:
    BanListFactory.create_batch(2, name="twice")
    file.write_text(f"{HEADER}\n,,,{A},\n")
    assert run("import_bans", file, "--list-name", "twice")[0] == 1


def test_a_file_with_invalid_lines_is_imported_only_when_told(file: Path, tmp_path: Path) -> None:
    ban_list = BanListFactory()
    file.write_text(f"{HEADER}\n,,,{A},\n,,,nobody,\n")
    rejected = tmp_path / "rejected.csv"

    status, printed = run("import_bans", file, "--list-id", ban_list.pk, "--rejected", rejected)

    assert status == 1
    assert "line 3: 'nobody' is not an Ethereum address" in printed
    assert "Nothing was imported" in printed
    assert rejected.read_text().splitlines()[1].startswith("3,")
    assert not Ban.objects.exists()
    assert run("import_bans", file, "--list-id", ban_list.pk, "--skip-invalid")[0] == 0
    assert Ban.objects.count() == 1


def test_a_dry_run_writes_nothing(file: Path) -> None:
    ban_list = BanListFactory()
    file.write_text(f"{HEADER}\n,,,{A},\n")
    status, printed = run("import_bans", file, "--list-id", ban_list.pk, "--dry-run")
    assert (status, printed.splitlines()[:2]) == (0, ["Dry run: nothing was written.", "new: 1"])
    assert not Ban.objects.exists()


@pytest.mark.parametrize("content", [None, b"", b"\xff", b"type,provider,hash,address\n,,,x"])
def test_an_unusable_file_ends_with_2(file: Path, content: bytes | None) -> None:
    if content is not None:
        file.write_bytes(content)
    assert run("import_bans", file, "--list-id", BanListFactory().pk)[0] == 2


def test_revocations_are_imported_and_unknown_ones_told(file: Path) -> None:
    revocation_list = RevocationListFactory()
    stamp = StoredStampFactory(proof_value="p")
    file.write_text("proof_value\np\nunknown\n")
    status, printed = run_json("import_revocations", file, "--list-id", revocation_list.pk)
    assert (status, printed["new"], printed["stamps"], printed["unknown"]) == (0, 1, 1, 1)
    assert [line["line"] for line in printed["unused"]] == [3]
    assert Revocation.objects.get().ceramic_cache_id == stamp.pk


def test_addresses_are_imported_and_removed(file: Path) -> None:
    AddressListFactory(name="Friends", members=[B])
    file.write_text(f"{A}\n{B}\n")
    assert run_json("import_allow_list", file, "--list-name", "Friends")[1]["new"] == 1
    assert run_json("import_allow_list", file, "--list-name", "Friends", "--remove", "--dry-run")[1]["removed"] == 2
    assert AddressListMember.objects.count() == 2
    assert run_json("import_allow_list", file, "--list-name", "Friends", "--remove")[1]["removed"] == 2
    assert not AddressListMember.objects.exists()


def test_an_address_list_is_made_with_a_valid_name_only(file: Path) -> None:
    file.write_text(A)
    assert run("import_allow_list", file, "--list-name", "not valid", "--create")[0] == 1
    assert run("import_allow_list", file, "--list-name", "Valid1", "--create")[0] == 0
    assert AddressList.objects.get().members.get().address == A
