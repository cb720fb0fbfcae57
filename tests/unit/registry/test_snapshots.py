"""The first round trip of a score: the passport is entered, and all is loaded that the score needs."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections, transaction
from django.db.models import JSONField, Value

from apps.registry.managers.communities import BY_ID, OR_SIBLING, CommunityLookup
from apps.registry.managers.snapshots import UnscorableCommunity
from apps.registry.managers.transactions import ScoringTransaction
from apps.registry.models import Passport
from apps.registry.scoring.records import HashLink, HumanPoint, PointsState, Snapshot, StoredStamp
from scorer_v2.primitives.errors import Conflict
from tests.endpoints.disturbing import elsewhere
from tests.factories.account import (
    AddressListFactory,
    AllowListFactory,
    CommunityFactory,
    CustomCredentialFactory,
    CustomizationFactory,
)
from tests.factories.ceramic_cache import RevocationFactory, StoredStampFactory
from tests.factories.registry import (
    HashLinkFactory,
    HumanPointsFactory,
    HumanPointsMultiplierFactory,
    PassportFactory,
    QualifiedUserFactory,
)
from tests.factories.scorer_weighted import BinaryScorerFactory, WeightedScorerFactory

pytestmark = pytest.mark.usefixtures("committed_rows")

ALICE, BOB = "0x" + "a" * 40, "0x" + "b" * 40
NOW = datetime(2026, 1, 1, tzinfo=UTC)
LATER = datetime(2031, 1, 1, tzinfo=UTC)


@contextmanager
def opening(
    community: Any, *, lookup: CommunityLookup = BY_ID, address: str | None = ALICE, points: bool = True
) -> Iterator[ScoringTransaction]:
    """Opened, and rolled back at the end."""
    scorer_id = community if isinstance(community, int) else community.pk
    with ScoringTransaction(address=address, now=NOW, points_wanted=points) as opened:
        opened.open(lookup=lookup, scorer_id=scorer_id)
        yield opened


def snapshot_of(community: Any, **how: Any) -> Snapshot:
    with opening(community, **how) as opened:
        assert opened.snapshot is not None
        return opened.snapshot


def stamp(subject: Any, **row: Any) -> Any:
    return StoredStampFactory(
        address=ALICE, stamp={"credentialSubject": subject}, proof_value="0x", provider="Google", **row
    )


@pytest.mark.parametrize("factory", [BinaryScorerFactory, WeightedScorerFactory])
def test_a_community_without_anything_else(factory: Any) -> None:
    BinaryScorerFactory()  # so that ids of scorers and communities differ
    community = CommunityFactory(scorer=factory(weights={"A": "1.10", "B": 2, "C": 0.1}, threshold="7.5"), rule="FIFO")
    snapshot = snapshot_of(community)
    assert replace(snapshot, points=None) == Snapshot(
        address=ALICE,
        community_id=community.pk,
        rule="FIFO",
        weights={"A": "1.10", "B": 2, "C": 0.1},
        threshold=Decimal("7.50000"),
    )
    assert str(snapshot.threshold) == "7.50000"


@pytest.mark.parametrize("weights", [None, [1], "text", 5])
def test_weights_that_are_no_object_are_none(weights: Any) -> None:
    assert snapshot_of(CommunityFactory(scorer=BinaryScorerFactory(weights=weights))).weights is None


def test_stamps_come_by_id_with_the_databases_text() -> None:
    second = StoredStampFactory(id=20, address=ALICE, provider="B", type=2)
    first = StoredStampFactory(id=10, address=ALICE, provider="A", updated_at=LATER)
    StoredStampFactory(address=ALICE, provider="C", deleted_at=NOW)
    StoredStampFactory(address=BOB, provider="D")
    RevocationFactory(ceramic_cache=StoredStampFactory(address=ALICE, provider="E"))
    stamps = snapshot_of(CommunityFactory()).stamps
    assert [(held.id, held.type, held.provider, held.updated_at) for held in stamps] == [
        (10, 1, "A", LATER),
        (20, 2, "B", second.updated_at),
    ]
    assert [json.loads(held.document) for held in stamps] == [first.stamp, second.stamp]
    assert all(isinstance(held, StoredStamp) for held in stamps)


def test_links_are_those_of_the_nullifiers_that_a_live_stamp_names_in_this_community() -> None:
    community = CommunityFactory()
    for name in ("v0:listed", "v1:listed", "v0:hash", "v0:deleted", "v0:nobodys"):
        HashLinkFactory(hash=name, address=BOB, community=community, expires_at=LATER)
    HashLinkFactory(hash="v0:other", address=BOB)
    stamp({"nullifiers": ["v0:listed", "v1:listed", "v0:other", "v0:missing"]})
    stamp({"hash": "v0:hash", "nullifiers": []}, type=2)
    stamp({"hash": "v0:deleted"}, deleted_at=NOW)
    links = snapshot_of(community).links
    assert links == {name: HashLink(name, BOB, LATER) for name in ("v0:listed", "v1:listed", "v0:hash")}


@pytest.mark.parametrize(
    "subject",
    [
        None,
        5,
        [],
        "text",
        {},
        {"hash": None},
        {"hash": {"a": 1}},
        {"nullifiers": {"a": 1}},
        {"nullifiers": [None, 5, []]},
    ],
    ids=str,
)
def test_a_subject_of_any_form_has_no_links_and_does_no_harm(subject: Any) -> None:
    stamp(subject)
    snapshot = snapshot_of(CommunityFactory())
    assert (snapshot.links, len(snapshot.stamps)) == ({}, 1)


@pytest.mark.parametrize("document", [[], [1], "text", 5, None, True], ids=str)
def test_a_document_of_any_form_does_no_harm(document: Any) -> None:
    row = {"proof_value": "0x", "issuance_date": None, "expiration_date": None}
    StoredStampFactory(address=ALICE, stamp=Value(document, JSONField()), **row)
    (held,) = snapshot_of(CommunityFactory()).stamps
    assert json.loads(held.document) == document


def test_the_overlay_has_the_customizations_weights_with_their_places() -> None:
    community = CommunityFactory()
    customization = CustomizationFactory(scorer=community)
    AllowListFactory(customization=customization, address_list__name="VIP", weight="7.25")
    CustomCredentialFactory(customization=customization, ruleset__provider_id="Developer#x#0a", weight="3.5")
    AllowListFactory(address_list__name="other")
    overlay = snapshot_of(community).overlay
    assert overlay == {"AllowList#VIP": Decimal("7.25"), "Developer#x#0a": Decimal("3.5")}
    assert [str(weight) for weight in overlay.values()] == ["7.2500", "3.5000"]


# A community's id that no sequence comes to, however many tests ran before.
QUALIFYING = 1_000_077


def with_points() -> None:
    QualifiedUserFactory(address=ALICE, community=CommunityFactory(id=QUALIFYING))
    HumanPointsFactory(address=ALICE, action="PMT", chain_id=10, provider="p", tx_hash="0x1")
    HumanPointsMultiplierFactory(address=ALICE, multiplier=3)
    AddressListFactory(name="MetaMaskOG2", members=[ALICE])
    AddressListFactory(name="unrelated", members=[ALICE])
    for other in (HumanPointsFactory, QualifiedUserFactory, HumanPointsMultiplierFactory):
        other(address=BOB)


def test_points_are_all_that_is_known_of_the_address() -> None:
    with_points()
    state = snapshot_of(CommunityFactory(human_points_program=True)).points
    assert state is not None
    assert replace(state, config={}) == PointsState(
        qualified_communities=frozenset({QUALIFYING}),
        held=frozenset({HumanPoint("PMT", "p", "0x1", 10)}),
        address_lists=frozenset({"MetaMaskOG2"}),
        multiplier=3,
    )


@pytest.mark.parametrize(("programme", "wanted"), [(False, True), (True, False)])
def test_points_are_not_loaded_where_they_do_not_matter(programme: bool, wanted: bool) -> None:
    with_points()
    state = snapshot_of(CommunityFactory(human_points_program=programme), points=wanted).points
    assert state == PointsState()


def test_a_sibling_is_found_by_one_lookup_and_not_by_the_other() -> None:
    named = CommunityFactory()
    sibling = CommunityFactory(account=named.account, external_scorer_id=str(named.pk))
    assert snapshot_of(named, lookup=OR_SIBLING).community_id == sibling.pk
    assert snapshot_of(named, lookup=BY_ID).community_id == named.pk


@pytest.mark.parametrize("scorer_id", [10**9, 2**63, -1, 10**40])
@pytest.mark.parametrize("lookup", [BY_ID, OR_SIBLING], ids=lambda lookup: lookup.name)
def test_without_a_community_nothing_is_found_or_entered(scorer_id: int, lookup: CommunityLookup) -> None:
    with opening(scorer_id, lookup=lookup) as opened:
        assert (opened.snapshot, opened.entrance.passport_id, opened.entrance.created) == (None, None, False)


def test_without_an_address_the_community_is_found_and_nothing_entered() -> None:
    stamp({"hash": "v0:a"})
    with opening(CommunityFactory(), address=None) as opened:
        assert opened.snapshot is not None
        assert (opened.snapshot.stamps, opened.entrance.passport_id) == ((), None)


@pytest.mark.parametrize("kind", ["OTHER", "WEIGHTED_BINARY"])
def test_a_scorer_that_is_unknown_or_has_no_row_of_its_type_cannot_score(kind: str) -> None:
    community = CommunityFactory(scorer=WeightedScorerFactory(type=kind))
    with pytest.raises(UnscorableCommunity), opening(community):
        pass


def test_a_missing_passport_is_created_and_goes_with_the_transaction() -> None:
    community = CommunityFactory()
    with opening(community) as opened:
        assert opened.entrance.created
        assert opened.passport_id
    assert not Passport.objects.exists()


def test_a_passport_that_is_there_is_entered_and_locked() -> None:
    passport = PassportFactory(address=ALICE)
    PassportFactory(address=BOB, community=passport.community)

    def lock() -> None:
        with transaction.atomic():
            Passport.objects.select_for_update(nowait=True).get(pk=passport.pk)

    with opening(passport.community) as opened:
        assert (opened.passport_id, opened.entrance.created) == (passport.pk, False)
        with pytest.raises(Exception, match="could not obtain lock"):
            elsewhere(lock)()
    elsewhere(lock)()


def test_a_passport_that_another_request_is_creating_is_a_conflict() -> None:
    community = CommunityFactory()
    inserted, waiting = threading.Event(), threading.Event()

    def create_slowly() -> None:
        with transaction.atomic():
            PassportFactory(address=ALICE, community=community)
            inserted.set()
            waiting.wait(5)
        connections.close_all()

    other = threading.Thread(target=create_slowly)
    other.start()
    assert inserted.wait(5)
    threading.Timer(0.2, waiting.set).start()
    with opening(community) as opened, pytest.raises(Conflict):
        _ = opened.passport_id
    other.join()
    with opening(community) as opened:
        assert opened.passport_id == Passport.objects.get().pk


def test_a_stamp_that_was_just_committed_is_seen_by_who_waited_for_the_passport() -> None:
    community = CommunityFactory()
    passport = PassportFactory(address=ALICE, community=community)
    locked, waiting = threading.Event(), threading.Event()

    def store_slowly() -> None:
        with transaction.atomic():
            Passport.objects.select_for_update().get(pk=passport.pk)
            StoredStampFactory(address=ALICE)
            locked.set()
            waiting.wait(5)
        connections.close_all()

    other = threading.Thread(target=store_slowly)
    other.start()
    assert locked.wait(5)
    threading.Timer(0.2, waiting.set).start()
    assert len(snapshot_of(community).stamps) == 1
    other.join()
