"""Importing ban lists (contract, 6.2)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.ceramic_cache.bans import services
from apps.ceramic_cache.bans.csv_file import parse_ban_list
from apps.ceramic_cache.bans.services import BanListCounts
from apps.ceramic_cache.models import Ban
from scorer_v2.primitives.errors import NotFound
from tests.factories.addresses import address
from tests.factories.ceramic_cache import BanFactory, BanListFactory

pytestmark = pytest.mark.django_db

A, B, C = address(0xA), address(0xB), address(0xC)
END = datetime(2030, 1, 1, tzinfo=UTC)


def file(*lines: str, reason: bool = False) -> Any:
    header = "type,provider,hash,address,end_time" + (",reason" if reason else "")
    return parse_ban_list("\n".join((header, *lines)).encode())


def counts(**due: int) -> BanListCounts:
    none = {"new": 0, "changed": 0, "already_there": 0, "elsewhere": 0, "invalid": 0, "duplicates": 0}
    return BanListCounts(**(none | due))


def held() -> list[tuple[Any, ...]]:
    return list(Ban.objects.order_by("id").values_list("type", "address", "provider", "hash", "end_time", "reason"))


def test_it_adds_the_bans_of_the_valid_lines() -> None:
    ban_list = BanListFactory()
    lines = file(f",,,{A},", f",Google,,{B},2030-01-01T00:00:00Z", ",,v0:h,,null", ",,,nobody,", f",,,{A},")

    assert services.import_ban_list(ban_list_id=ban_list.pk, file=lines) == counts(new=3, invalid=1, duplicates=1)

    assert held() == [
        ("account", A, "", "", None, None),
        ("single_stamp", B, "Google", "", END, None),
        ("hash", "", "", "v0:h", None, None),
    ]
    assert set(Ban.objects.values_list("ban_list_id", flat=True)) == {ban_list.pk}


def test_importing_again_changes_nothing() -> None:
    ban_list = BanListFactory()
    lines = file(f",,,{A},2030-01-01", ",,v0:h,,")
    services.import_ban_list(ban_list_id=ban_list.pk, file=lines)
    before = list(Ban.objects.values())

    assert services.import_ban_list(ban_list_id=ban_list.pk, file=lines) == counts(already_there=2)

    assert list(Ban.objects.values()) == before


def test_bans_that_an_earlier_import_doubled_are_there_already() -> None:
    ban_list = BanListFactory()
    BanFactory.create_batch(2, ban_list=ban_list, address=A.upper(), reason="x")
    assert services.import_ban_list(ban_list_id=ban_list.pk, file=file(f",,,{A},")) == counts(already_there=1)
    assert Ban.objects.count() == 2


def test_a_line_with_another_end_changes_the_ban() -> None:
    ban_list = BanListFactory()
    ban = BanFactory(ban_list=ban_list, address=A, reason="sybil")

    counted = services.import_ban_list(ban_list_id=ban_list.pk, file=file(f",,,{A},2030-01-01"))

    assert counted == counts(changed=1)
    ban.refresh_from_db()
    assert (ban.end_time, ban.reason) == (END, "sybil")


def test_a_file_with_reasons_brings_them_in() -> None:
    ban_list = BanListFactory()
    BanFactory(ban_list=ban_list, address=A, reason="old")
    lines = file(f",,,{A},,new", f",,,{B},,other", reason=True)
    assert services.import_ban_list(ban_list_id=ban_list.pk, file=lines) == counts(new=1, changed=1)
    assert [row[-1] for row in held()] == ["new", "other"]


def test_bans_of_other_lists_are_counted_and_left_alone() -> None:
    ban_list = BanListFactory()
    BanFactory(address=A.upper(), reason="by hand")
    BanFactory(address=B, ban_list=BanListFactory())
    BanFactory(address=C, end_time=timezone.now() - timedelta(days=1))
    lines = file(f",,,{A},", f",,,{B},", f",,,{C},")
    assert services.import_ban_list(ban_list_id=ban_list.pk, file=lines) == counts(new=3, elsewhere=2)
    assert Ban.objects.count() == 6


def test_hashes_that_are_banned_elsewhere_are_counted() -> None:
    BanFactory(of_hash=True, hash="v0:a")
    BanFactory(of_hash=True, hash="v0:b", end_time=timezone.now() - timedelta(days=1))
    lines = file(",,v0:a,,", ",,v0:b,,", ",,v0:c,,")
    assert services.preview_ban_list(ban_list_id=None, file=lines) == counts(new=3, elsewhere=1)


def test_bans_that_the_file_lacks_stay() -> None:
    ban_list = BanListFactory()
    BanFactory(ban_list=ban_list, address=A)
    services.import_ban_list(ban_list_id=ban_list.pk, file=file(f",,,{B},"))
    assert Ban.objects.count() == 2


def test_a_preview_counts_the_same_and_writes_nothing() -> None:
    ban_list = BanListFactory()
    BanFactory(ban_list=ban_list, address=A)
    BanFactory(ban_list=ban_list, address=B)
    BanFactory(address=C)
    lines = file(f",,,{A},", f",,,{B},2030-01-01", f",,,{C},", ",,,nobody,", f",,,{A},")
    before = list(Ban.objects.values())

    previewed = services.preview_ban_list(ban_list_id=ban_list.pk, file=lines)

    assert previewed == counts(new=1, changed=1, already_there=1, elsewhere=1, invalid=1, duplicates=1)
    assert list(Ban.objects.values()) == before
    assert services.import_ban_list(ban_list_id=ban_list.pk, file=lines) == previewed


def test_a_list_that_does_not_exist_yet_can_be_previewed() -> None:
    BanFactory(address=A)
    assert services.preview_ban_list(ban_list_id=None, file=file(f",,,{A},")) == counts(new=1, elsewhere=1)


def test_removing_takes_exactly_what_the_list_added() -> None:
    ban_list = BanListFactory()
    others = BanFactory(address=A, ban_list=BanListFactory()), BanFactory(address=A)
    services.import_ban_list(ban_list_id=ban_list.pk, file=file(f",,,{A},", f",,,{B},"))

    assert services.remove_ban_list_entries(ban_list_id=ban_list.pk) == 2

    assert list(Ban.objects.order_by("id")) == list(others)
    assert services.remove_ban_list_entries(ban_list_id=ban_list.pk) == 0


def test_an_unknown_list_is_refused() -> None:
    with pytest.raises(NotFound):
        services.import_ban_list(ban_list_id=7, file=file(f",,,{A},"))
    with pytest.raises(NotFound):
        services.remove_ban_list_entries(ban_list_id=7)


def test_an_export_can_be_imported_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.ceramic_cache.bans.managers.CHUNK", 2)
    ban_list = BanListFactory()
    lines = file(f",,,{A},2030-01-01,\"a, 'b'\"", ",,v0:h,,,", f",Google,,{B},,x", reason=True)
    services.import_ban_list(ban_list_id=ban_list.pk, file=lines)

    exported = "".join(services.export_ban_list(ban_list_id=ban_list.pk))

    assert exported.splitlines()[:2] == [
        "type,provider,hash,address,end_time,reason",
        f"account,,,{A},2030-01-01T00:00:00+00:00,\"a, 'b'\"",
    ]
    assert parse_ban_list(exported.encode()).entries == lines.entries


def test_ten_thousand_bans_are_imported_at_once_and_again_without_harm() -> None:
    ban_list = BanListFactory()
    text = "type,provider,hash,address,end_time\n" + "\n".join(f"account,,,0x{n:040x}," for n in range(10_000))

    lines = parse_ban_list(text.encode())
    first = services.import_ban_list(ban_list_id=ban_list.pk, file=lines)
    second = services.import_ban_list(ban_list_id=ban_list.pk, file=lines)

    assert (first, second) == (counts(new=10_000), counts(already_there=10_000))
    assert Ban.objects.count() == 10_000
