"""Importing revocation lists (contract, 6.3)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from apps.ceramic_cache.models import Revocation
from apps.ceramic_cache.revocations import services
from apps.ceramic_cache.revocations.csv_file import parse_revocation_list
from apps.ceramic_cache.revocations.services import RemovedRevocations, RevocationListCounts
from scorer_v2.primitives.errors import NotFound
from tests.factories.addresses import address
from tests.factories.ceramic_cache import RevocationFactory, RevocationListFactory, StoredStampFactory

pytestmark = pytest.mark.django_db

A, B = address(0xA), address(0xB)
DELETED = datetime(2025, 3, 1, tzinfo=UTC)


def file(*proof_values: str) -> Any:
    return parse_revocation_list("\n".join(("proof_value", *proof_values)).encode())


def stamp(proof_value: str, of: str = A, **row: Any) -> Any:
    return StoredStampFactory(proof_value=proof_value, address=of, **row)


def counted(counts: RevocationListCounts) -> dict[str, int]:
    names = ("new", "stamps", "already_there", "deleted", "unknown", "invalid", "duplicates")
    return {name: getattr(counts, name) for name in names if getattr(counts, name)}


def revoked() -> set[tuple[int, int | None]]:
    return set(Revocation.objects.values_list("ceramic_cache_id", "revocation_list_id"))


def test_it_revokes_every_live_stamp_of_a_proof_value() -> None:
    revocation_list = RevocationListFactory()
    stamps = stamp("p"), stamp("p", of=B), stamp("q", provider="Github")
    stamp("p", provider="Discord", deleted_at=DELETED)
    stamp("other", provider="NFT")

    counts = services.import_revocation_list(revocation_list_id=revocation_list.pk, file=file("p", "q"))

    assert counted(counts) == {"new": 2, "stamps": 3}
    assert counts.addresses == (A, B)
    assert revoked() == {(row.pk, revocation_list.pk) for row in stamps}
    assert set(Revocation.objects.values_list("proof_value", flat=True)) == {"p", "q"}


def test_importing_again_changes_nothing() -> None:
    revocation_list = RevocationListFactory()
    stamp("p")
    services.import_revocation_list(revocation_list_id=revocation_list.pk, file=file("p"))
    before = list(Revocation.objects.values())
    again = services.import_revocation_list(revocation_list_id=revocation_list.pk, file=file("p"))
    assert counted(again) == {"already_there": 1}
    assert list(Revocation.objects.values()) == before


def test_it_reports_what_it_does_not_revoke() -> None:
    stamp("deleted", deleted_at=DELETED)
    RevocationFactory(ceramic_cache=stamp("revoked", provider="Github"))
    lines = file("deleted", "unknown", "revoked", "", ",", "unknown", "p" * 300)
    counts = services.import_revocation_list(revocation_list_id=RevocationListFactory().pk, file=lines)
    assert counted(counts) == {"already_there": 1, "deleted": 1, "unknown": 1, "invalid": 1, "duplicates": 1}
    assert [(line.line, line.cells) for line in counts.unknown_lines] == [(3, ("unknown",))]


def test_a_preview_counts_the_same_and_writes_nothing() -> None:
    stamp("p")
    stamp("p", of=B)
    previewed = services.preview_revocation_list(file=file("p", "unknown"))
    assert counted(previewed) == {"new": 1, "stamps": 2, "unknown": 1}
    assert revoked() == set()


def test_removing_takes_exactly_what_the_list_added() -> None:
    revocation_list = RevocationListFactory()
    by_hand = RevocationFactory(ceramic_cache=stamp("p"))
    stamp("p", of=B)
    services.import_revocation_list(revocation_list_id=revocation_list.pk, file=file("p"))

    removed = services.remove_revocation_list_entries(revocation_list_id=revocation_list.pk)

    assert removed == RemovedRevocations(1, (B,))
    assert revoked() == {(by_hand.ceramic_cache_id, None)}


def test_an_unknown_list_is_refused() -> None:
    with pytest.raises(NotFound):
        services.import_revocation_list(revocation_list_id=7, file=file("p"))
    with pytest.raises(NotFound):
        services.remove_revocation_list_entries(revocation_list_id=7)


def test_an_export_can_be_imported_again() -> None:
    revocation_list = RevocationListFactory()
    stamp("p")
    stamp("q", provider="Github")
    services.import_revocation_list(revocation_list_id=revocation_list.pk, file=file("p", "q"))
    exported = "".join(services.export_revocation_list(revocation_list_id=revocation_list.pk))
    assert exported == "proof_value\np\nq\n"
