"""An address whose stamps did not change is scored from memory, and any change of theirs is seen at once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.ceramic_cache.models import CeramicCache
from apps.registry import evaluation, services
from apps.registry.managers.snapshots import known_values
from apps.registry.scoring.known_credentials import KnownCredentials
from apps.registry.scoring.records import Snapshot
from apps.registry.scoring.remembered_stamps import StampMemory
from tests.endpoints.left_behind import kept_stamps, links, versions
from tests.endpoints.scoring_world import ALICE, BOB, FUTURE, Partner, hold, issue, score_embed, unsigned
from tests.factories.ceramic_cache import RevocationFactory
from tests.factories.registry import HashLinkFactory

pytestmark = pytest.mark.usefixtures("scoring_world")


@pytest.fixture(autouse=True)
def _nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    forget(monkeypatch)


def forget(monkeypatch: pytest.MonkeyPatch, *, size: int = 100) -> None:
    monkeypatch.setattr(evaluation, "_stamps", StampMemory(size))
    monkeypatch.setattr(evaluation, "_known", KnownCredentials(size))


@pytest.fixture
def snapshots(monkeypatch: pytest.MonkeyPatch) -> list[Snapshot]:
    """Fills with what partners' scores were computed from."""
    seen: list[Snapshot] = []
    evaluate = services.evaluate

    def watched(transaction: Any, snapshot: Snapshot, **how: Any) -> Any:
        seen.append(snapshot)
        return evaluate(transaction, snapshot, **how)

    monkeypatch.setattr(services, "evaluate", watched)
    return seen


@pytest.fixture
def frozen_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Sets the time of now, which stands still."""
    return lambda now: monkeypatch.setattr(timezone, "now", lambda: now)


def documents(snapshot: Snapshot) -> list[bool]:
    """Of each stamp: whether its document was there."""
    return [bool(stamp.document) for stamp in snapshot.stamps]


@pytest.mark.usefixtures("frozen")
def test_documents_come_once(snapshots: list[Snapshot]) -> None:
    hold("Google")
    hold("Github")
    partner = Partner()
    first = partner.score().json()
    before = versions("registry_stamp")
    assert partner.score().json() == first
    assert [documents(snapshot) for snapshot in snapshots] == [[True, True], [False, False]]
    assert versions("registry_stamp") == before


def test_another_community_of_the_address_needs_none(snapshots: list[Snapshot]) -> None:
    hold("Google")
    Partner().score()
    Partner().score()
    assert [documents(snapshot) for snapshot in snapshots] == [[True], [False]]


def test_a_stamp_that_does_not_count_is_remembered_with_its_document(snapshots: list[Snapshot]) -> None:
    hold("Google")
    hold("Github", credential=unsigned("Github"), address=ALICE)
    partner = Partner()
    partner.score()
    partner.score()
    assert documents(snapshots[1]) == [False, True]
    assert snapshots[1].version is None
    assert [name for name, _ in kept_stamps()] == ["Google"]


def test_an_address_without_stamps_is_scored_again_and_again(snapshots: list[Snapshot]) -> None:
    partner = Partner()
    assert partner.score().json()["score"] == partner.score().json()["score"]
    assert [snapshot.stamps for snapshot in snapshots] == [(), ()]


def _changed_in_place(stamp: CeramicCache) -> None:
    """By somebody who leaves all other columns as they were."""
    CeramicCache.objects.filter(pk=stamp.pk).update(stamp=issue("Google", "v0:another"))


def _spoilt_in_place(stamp: CeramicCache) -> None:
    CeramicCache.objects.filter(pk=stamp.pk).update(stamp={**stamp.stamp, "expirationDate": "2098-01-01T00:00:00Z"})


def _filed_elsewhere(stamp: CeramicCache) -> None:
    CeramicCache.objects.filter(pk=stamp.pk).update(provider="Lens")


def _deleted(stamp: CeramicCache) -> None:
    CeramicCache.objects.filter(pk=stamp.pk).update(deleted_at=FUTURE)


def _revoked(stamp: CeramicCache) -> None:
    RevocationFactory(ceramic_cache=stamp)


def _gone(stamp: CeramicCache) -> None:
    stamp.delete()


def _joined_by_another(stamp: CeramicCache) -> None:
    hold("Github", to=stamp.address)


def _superseded(stamp: CeramicCache) -> None:
    hold("Google", "v0:newer", to=stamp.address, type=2, updated_at=stamp.updated_at + timedelta(days=1))


CHANGES = (
    _changed_in_place,
    _spoilt_in_place,
    _filed_elsewhere,
    _deleted,
    _revoked,
    _gone,
    _joined_by_another,
    _superseded,
)


@pytest.mark.usefixtures("frozen")
@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_seen_by_the_next_scoring(
    change: Callable[[CeramicCache], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    stamp, partner = hold("Google"), Partner(weights={"Google": "1.25", "Github": "2.5", "Lens": "4"})
    partner.score()
    before = partner.score().json()
    change(stamp)
    answer, rows = partner.score().json(), (kept_stamps(), links())
    forget(monkeypatch)
    assert (answer, rows) == (partner.score().json(), (kept_stamps(), links()))
    assert answer != before or change in (_changed_in_place, _superseded)


def test_a_change_that_is_taken_back_is_seen_as_well(snapshots: list[Snapshot]) -> None:
    stamp, partner = hold("Google"), Partner(weights={"Google": "1.25"})
    first = partner.score().json()["score"]
    _deleted(stamp)
    partner.score()
    CeramicCache.objects.filter(pk=stamp.pk).update(deleted_at=None)
    assert partner.score().json()["score"] == first
    assert documents(snapshots[-1]) == [True]


def test_a_remembered_stamp_is_of_no_use_when_it_has_expired(frozen_at: Callable[[datetime], None]) -> None:
    hold("Google", expires_at=FUTURE)
    partner = Partner(weights={"Google": "1.25"})
    partner.score()
    assert partner.score().json()["stamps"]
    frozen_at(FUTURE + timedelta(seconds=1))
    assert partner.score().json()["stamps"] == {}


def test_nothing_is_remembered_of_the_future(
    frozen_at: Callable[[datetime], None], snapshots: list[Snapshot], frozen: datetime
) -> None:
    hold("Google")
    partner = Partner()
    frozen_at(frozen + timedelta(days=1))
    partner.score()
    frozen_at(frozen)
    partner.score()
    assert [documents(snapshot) for snapshot in snapshots] == [[True], [True]]


def test_an_issuer_who_is_not_trusted_any_more_makes_a_remembered_stamp_invalid(settings: Any) -> None:
    hold("Google")
    partner = Partner(weights={"Google": "1.25"})
    partner.score()
    settings.TRUSTED_IAM_ISSUERS = ["did:ethr:0x0"]
    assert partner.score().json()["stamps"] == {}


def test_a_link_that_changed_hands_is_seen() -> None:
    hold("Google", "v0:a")
    partner = Partner(weights={"Google": "1.25"})
    partner.score()
    HashLinkFactory._meta.model.objects.all().delete()
    HashLinkFactory(hash="v0:a", address=BOB, community=partner.community, expires_at=FUTURE)
    assert partner.score().json()["stamps"]["Google"]["dedup"] is True


def test_documents_are_listed_where_they_are_asked_for() -> None:
    stamp, partner = hold("Google"), Partner()
    for _ in range(2):
        partner.score()
        (listed,) = score_embed(partner.community.pk).json()["stamps"]
        assert listed["stamp"] == stamp.stamp


def test_a_size_of_zero_remembers_nothing(monkeypatch: pytest.MonkeyPatch, snapshots: list[Snapshot]) -> None:
    forget(monkeypatch, size=0)
    hold("Google")
    partner = Partner()
    partner.score()
    partner.score()
    assert [documents(snapshot) for snapshot in snapshots] == [[True], [True]]


def test_what_is_bound_is_an_array_also_for_a_driver_that_tells_tuples_apart() -> None:
    hold("Google", "v0:a")
    Partner().score()
    remembered = evaluation.remembered_stamps(ALICE, now=FUTURE)
    assert known_values(remembered)["known_nullifiers"] == ["v0:a"]
