"""Taking back the deletion of stored stamps (contract, 6.7)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from apps.ceramic_cache.models import CeramicCache
from apps.ceramic_cache.restore import restore_stamps
from tests.factories.ceramic_cache import StoredStampFactory

pytestmark = pytest.mark.django_db

FIRST, SECOND = (datetime(2025, month, 1, tzinfo=UTC) for month in (5, 6))
ALICE = f"0x{'a' * 40}"


def deleted(**columns: Any) -> Any:
    return StoredStampFactory(**{"address": ALICE, "deleted_at": FIRST, **columns}).pk


def live() -> set[int]:
    return set(CeramicCache.objects.filter(deleted_at=None).values_list("id", flat=True))


def test_deleted_stamps_are_live_again() -> None:
    google, github, other = deleted(), deleted(provider="Github"), deleted(provider="NFT")
    done = restore_stamps(stamp_ids=[github, google])
    assert (done.restored, done.failed) == ((google, github), ())
    assert live() == {google, github}
    assert CeramicCache.objects.get(pk=other).deleted_at == FIRST


def test_a_live_stamp_of_the_provider_is_in_the_way() -> None:
    now_live = StoredStampFactory(address=ALICE).pk
    earlier, of_other_type = deleted(), deleted(type=2)
    done = restore_stamps(stamp_ids=[earlier, of_other_type])
    assert (done.restored, done.failed) == ((of_other_type,), (earlier,))
    assert live() == {now_live, of_other_type}


def test_of_several_for_one_provider_the_newest_comes_back() -> None:
    newest = deleted(updated_at=SECOND)
    older = deleted(updated_at=FIRST, deleted_at=SECOND)
    done = restore_stamps(stamp_ids=[newest, older])
    assert (done.restored, done.failed) == ((newest,), (older,))


def test_what_is_live_or_unknown_fails_and_again_changes_nothing() -> None:
    stamp = deleted()
    assert restore_stamps(stamp_ids=[stamp, 0]).failed == (0,)
    assert restore_stamps(stamp_ids=[stamp]).failed == (stamp,)
    assert live() == {stamp}
    assert restore_stamps(stamp_ids=[]).failed == ()
