"""Details of batches that a comparison with requests does not show."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

from apps.registry.models import HashScorerLink, HumanPoints
from apps.registry.recalculation import services
from apps.registry.recalculation.records import Community, Selection, Tally
from apps.registry.recalculation.services import recalculate
from apps.registry.recalculation.workers import work_on
from apps.registry.scoring import points
from scorer_v2.primitives.errors import Conflict
from tests.endpoints.scoring_world import ALICE, BOB, CAROL, EXPIRY, hold
from tests.factories.account import AddressListFactory, CommunityFactory
from tests.factories.registry import HashLinkFactory, HumanPointsFactory, PassportFactory, StampFactory

pytestmark = pytest.mark.usefixtures("scoring_world")


def test_the_cap_of_the_metamask_award_holds_within_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(points, "METAMASK_AWARDS", 2)
    HumanPointsFactory(action="MM2")
    AddressListFactory(name="MetaMaskOG2", members=[ALICE, BOB, CAROL])
    community = CommunityFactory(threshold=0, human_points_program=True)
    for holder in (ALICE, BOB, CAROL):
        PassportFactory(address=holder, community=community)

    recalculate(selection=Selection())

    assert HumanPoints.objects.filter(action="MM2").count() == 2
    assert HumanPoints.objects.filter(action="MM2", address=ALICE).exists()


def test_rows_stay_up_to_the_first_one_that_differs() -> None:
    community = CommunityFactory(weights={"Google": 1}, threshold=1)
    passport = PassportFactory(address=ALICE, community=community)
    stamps = [hold(provider) for provider in ("Google", "Github", "Discord")]
    rows = [StampFactory(passport=passport, provider=stamp.provider, credential=stamp.stamp) for stamp in stamps]
    rows[1].provider = "Gone"
    rows[1].save()

    recalculate(selection=Selection())

    found = list(passport.stamps.order_by("id").values_list("id", "provider"))
    assert [provider for _, provider in found] == ["Google", "Github", "Discord"]
    assert [row.pk in dict(found) for row in rows] == [True, False, False]


def test_a_kept_row_that_is_packed_in_another_way_is_known_again() -> None:
    """PostgreSQL compresses long credentials, or not, as the column says."""
    community = CommunityFactory(weights={"Google": 1}, threshold=1)
    stamp = hold("Google", *(f"v0:{number:090}" for number in range(40)))
    passport = PassportFactory(address=ALICE, community=community)
    with stored_as("EXTERNAL"):
        row = StampFactory(passport=passport, provider="Google", credential=stamp.stamp)

    tally = recalculate(selection=Selection())

    assert (tally.proofs_verified, tally.newly_passing) == (0, 1)
    assert [kept.pk for kept in passport.stamps.all()] == [row.pk]


@contextmanager
def stored_as(form: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE registry_stamp ALTER credential SET STORAGE {form}")
        yield
        cursor.execute("ALTER TABLE registry_stamp ALTER credential SET STORAGE EXTENDED")


def test_a_kept_credential_beyond_the_parser_spoils_no_other() -> None:
    """No scoring keeps such a one; a number that no float holds is JSON to PostgreSQL."""
    community = CommunityFactory(weights={"Google": 1, "Github": 1}, threshold=1)
    passport = PassportFactory(address=ALICE, community=community)
    for stamp in (hold("Google"), hold("Github")):
        StampFactory(passport=passport, provider=stamp.provider, credential=stamp.stamp)
    with connection.cursor() as cursor:
        for table, column in (("ceramic_cache_ceramiccache", "stamp"), ("registry_stamp", "credential")):
            cursor.execute(
                f"UPDATE {table} SET {column} = jsonb_set({column}, '{{credentialSubject,nullifiers}}', '[1e400]') "
                "WHERE provider = 'Github'"
            )

    recalculate(selection=Selection())

    assert list(passport.stamps.values_list("provider", flat=True)) == ["Google"]


def test_a_link_is_found_by_its_nullifier_where_the_address_has_none() -> None:
    community = CommunityFactory(weights={"Google": 1}, threshold=1)
    HashLinkFactory(hash="v0:one", address=BOB, community=community, expires_at=EXPIRY)
    hold("Google", "v0:one")
    passport = PassportFactory(address=ALICE, community=community)

    recalculate(selection=Selection())

    assert not passport.stamps.exists()
    assert HashScorerLink.objects.get().address == BOB


def test_a_batch_runs_without_looking_for_circles_and_they_are_looked_for_afterwards() -> None:
    seen = []

    def batch(community_id: int, passport_ids: Sequence[int]) -> Tally:
        seen.append(gc.isenabled())
        raise Conflict("a batch that fails")

    with work_on(batch, workers=1) as work, pytest.raises(Conflict):
        list(work.submit(1, [1]))
    assert (seen, gc.isenabled()) == ([False], True)


class Recorder:
    """Work that is done at once, and what was asked of it in order."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    def submit(self, community_id: int, passport_ids: Sequence[int]) -> Iterator[Tally]:
        self.asked.append((community_id, passport_ids))
        yield Tally(passports=len(passport_ids))

    def settle(self) -> Iterator[Tally]:
        self.asked.append("settle")
        yield from ()


@pytest.mark.parametrize(
    ("awards_points", "due"), [(True, ["settle", (1, [5]), (1, [6]), "settle"]), (False, [(1, [5]), (1, [6])])]
)
def test_a_community_of_the_programme_runs_beside_no_other(awards_points: bool, due: list[Any]) -> None:
    work, tally, shown = Recorder(), Tally(), []
    services._work_off(work, Community(1, awards_points), [[5], [6]], tally, shown.append)
    assert work.asked == due
    assert (tally.passports, shown) == (2, [1, 2])
