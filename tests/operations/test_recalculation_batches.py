"""Details of batches that a comparison with requests does not show."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from apps.registry.models import HumanPoints
from apps.registry.recalculation import services
from apps.registry.recalculation.records import Community, Selection, Tally
from apps.registry.recalculation.services import recalculate
from apps.registry.scoring import points
from tests.endpoints.scoring_world import ALICE, BOB, CAROL, hold
from tests.factories.account import AddressListFactory, CommunityFactory
from tests.factories.registry import HumanPointsFactory, PassportFactory, StampFactory

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
