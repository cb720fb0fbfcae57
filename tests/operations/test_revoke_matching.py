"""manage.py revoke_matching."""

from typing import Any

import pytest

from apps.ceramic_cache.models import Revocation
from apps.registry.models import Score
from apps.registry.services import score_internally
from tests.endpoints.scoring_world import ALICE, BOB, CAROL, hold
from tests.factories.account import CommunityFactory
from tests.factories.ceramic_cache import BanFactory, BanListFactory
from tests.operations.commands import run, run_json

pytestmark = pytest.mark.usefixtures("scoring_world")


def revoked() -> set[str]:
    return set(Revocation.objects.values_list("ceramic_cache__address", flat=True))


@pytest.fixture
def bans(scoring_world: None) -> Any:
    """Of ALICE, BOB and CAROL, each of whom has a stamp; that of BOB is of a list."""
    for holder in (ALICE, BOB, CAROL):
        hold("Google", to=holder)
    return [
        BanFactory(address=ALICE),
        BanFactory(address=BOB, ban_list=BanListFactory()),
        BanFactory(address=CAROL),
    ]


def test_all_bans_in_force_are_run(bans: Any) -> None:
    status, printed = run_json("revoke_matching", "--batch-size", 2)
    assert (status, printed["bans"], printed["stamps"], printed["addresses"]) == (0, 3, 3, 3)
    assert revoked() == {ALICE, BOB, CAROL}
    again = run_json("revoke_matching")[1]
    assert (again["stamps"], again["already_revoked"]) == (0, 3)


def test_the_given_bans_are_run(bans: Any) -> None:
    assert run_json("revoke_matching", "--ban", bans[0].pk, "--ban", bans[2].pk)[1]["stamps"] == 2
    assert revoked() == {ALICE, CAROL}


def test_the_bans_of_a_list_are_run(bans: Any) -> None:
    assert run_json("revoke_matching", "--ban-list", bans[1].ban_list_id)[1]["stamps"] == 1
    assert revoked() == {BOB}


def test_a_dry_run_revokes_nothing(bans: Any) -> None:
    assert run_json("revoke_matching", "--dry-run")[1]["stamps"] == 3
    assert revoked() == set()


def test_scores_are_computed_again_when_told(bans: Any) -> None:
    community = CommunityFactory(weights={"Google": 1}, threshold=1)
    for holder in (ALICE, BOB):
        score_internally(scorer_id=community.pk, address=holder)
    printed = run_json("revoke_matching", "--ban", bans[0].pk, "--rescore")[1]
    assert printed["passports_rescored"] == 1
    assert dict(Score.objects.values_list("passport__address", "score")) == {ALICE: 0, BOB: 1}


def test_it_prints_counts(bans: Any) -> None:
    assert "stamps: 3" in run("revoke_matching")[1].splitlines()
