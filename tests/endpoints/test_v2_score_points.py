"""Human points: what a passing score earns, and what is answered with `include_human_points=true` (contract, section
3.11, D18), seen through GET /v2/stamps/{scorer_id}/score/{address}."""

from datetime import datetime
from typing import Any

import pytest
from pytest_django import Settings

from apps.registry.models import HumanPoints
from tests.endpoints.disturbing import before_saving, fail
from tests.endpoints.left_behind import points, qualified
from tests.endpoints.scoring_world import ALICE, BOB, FUTURE, PAST, Partner, configure_points, hold, issue
from tests.factories.account import AddressListFactory, CommunityFactory
from tests.factories.addresses import address
from tests.factories.registry import (
    HashLinkFactory,
    HumanPointsConfigFactory,
    HumanPointsFactory,
    HumanPointsMultiplierFactory,
    QualifiedUserFactory,
)

pytestmark = pytest.mark.usefixtures("scoring_world")

ASKED = "?include_human_points=true"
AWARDING_LISTS = {"MetaMaskOG2": "MM2", "SeasonedPassportOGs": "SOG", "TheChosenOnes": "TCO"}
PROVIDER_ACTIONS = {
    "SelfStakingBronze": "ISB",
    "SelfStakingSilver": "ISS",
    "SelfStakingGold": "ISG",
    "BeginnerCommunityStaker": "CSB",
    "ExperiencedCommunityStaker": "CSE",
    "TrustedCitizen": "CST",
    "HolonymGovIdProvider": "HGO",
    "HolonymPhone": "HPH",
    "CleanHands": "HCH",
    "Biometrics": "HBI",
}


def member(**changes: Any) -> Partner:
    """A partner in the programme, in whose community every score passes."""
    return Partner(**{"human_points_program": True, "threshold": "0", **changes})


def test_a_passing_score_qualifies_and_earns_a_human_key_for_each_stamp_with_nullifiers(frozen: datetime) -> None:
    partner = member()
    hold("Google", "v0:first", "v1:last")
    hold("Github", credential=issue("Github", hash="v0.0.0:abc"))  # earns none
    partner.score()
    assert points() == [("HKY", "Google", "v1:last")]
    assert qualified() == [(ALICE, partner.community.pk)]
    row = HumanPoints.objects.get()
    assert (row.address, row.chain_id, row.timestamp) == (ALICE, 0, frozen)


def test_the_human_key_ignores_the_generation_flag(settings: Settings) -> None:
    settings.FF_MULTI_NULLIFIER = "off"
    hold("Google", "v0:first", "v1:last")
    member().score()
    assert points() == [("HKY", "Google", "v1:last")]


def test_a_provider_has_one_human_key_whatever_its_hash_and_other_addresses_have_theirs() -> None:
    partner = member()
    HumanPointsFactory(address=ALICE, action="HKY", provider="Google", tx_hash="v0:old")
    HumanPointsFactory(address=BOB, action="HKY", provider="Github", tx_hash="v0:bob")
    hold("Google", "v0:new")
    hold("Github", "v0:mine")
    partner.score()
    mine = HumanPoints.objects.filter(address=ALICE).order_by("provider").values_list("provider", "tx_hash")
    assert list(mine) == [("Github", "v0:mine"), ("Google", "v0:old")]


def test_providers_earn_their_actions_once() -> None:
    partner = member()
    for provider in PROVIDER_ACTIONS:
        hold(provider, f"v0:{provider}")
    partner.score()
    partner.score()
    actions = [row for row in points() if row[0] != "HKY"]
    assert actions == sorted((action, "", "") for action in PROVIDER_ACTIONS.values())


def test_a_deduplicated_stamp_earns_nothing() -> None:
    partner = member()
    HashLinkFactory(hash="v0:a", address=BOB, expires_at=FUTURE, community=partner.community)
    hold("Biometrics", "v0:a")
    partner.score()
    assert points() == []


def test_rows_that_exist_keep_their_time() -> None:
    partner = member()
    HumanPointsFactory(address=ALICE, action="HBI", timestamp=PAST)
    hold("Biometrics")
    partner.score()
    assert HumanPoints.objects.get(action="HBI").timestamp == PAST


def in_no_programme(partner: Partner, settings: Settings) -> None:
    partner.community.human_points_program = False
    partner.community.save()


def failing(partner: Partner, settings: Settings) -> None:
    partner.community.scorer.threshold = 1000
    partner.community.scorer.save()


def turned_off(partner: Partner, settings: Settings) -> None:
    settings.HUMAN_POINTS_ENABLED = False


def not_written(partner: Partner, settings: Settings) -> None:
    settings.HUMAN_POINTS_WRITE_ENABLED = False


def not_started(partner: Partner, settings: Settings) -> None:
    settings.HUMAN_POINTS_START_TIMESTAMP = 4_000_000_000


def of_wrong_data(partner: Partner, settings: Settings) -> None:
    partner.community.rule = "FIFO"
    partner.community.save()


@pytest.mark.parametrize("change", [in_no_programme, failing, turned_off, not_written, not_started, of_wrong_data])
def test_nothing_is_earned_in_a_score_that_is(change: Any, settings: Settings) -> None:
    partner = member()
    AddressListFactory(name="TheChosenOnes", members=[ALICE])
    hold("Biometrics")
    change(partner, settings)
    partner.score()
    assert (points(), qualified()) == ([], [])


def test_points_are_earned_from_the_start_on(frozen: datetime, settings: Settings) -> None:
    settings.HUMAN_POINTS_START_TIMESTAMP = int(frozen.timestamp())
    member().score()
    assert len(qualified()) == 1


def test_points_are_earned_whether_or_not_the_answer_shows_them() -> None:
    hold("Biometrics")
    assert member().score(query="?include_human_points=false").json()["points_data"] is None
    assert ("HBI", "", "") in points()


def test_points_are_rolled_back_with_the_score(monkeypatch: pytest.MonkeyPatch) -> None:
    hold("Biometrics")
    before_saving(monkeypatch, fail)
    assert member().score().status_code == 503
    assert (points(), qualified()) == ([], [])


@pytest.mark.parametrize(("others", "bonus"), [(2, []), (3, [("SCB", "", "")]), (4, [("SCB", "", "")])])
def test_the_scoring_bonus_is_earned_with_the_fourth_community(others: int, bonus: list[Any]) -> None:
    for _ in range(others):
        QualifiedUserFactory(address=ALICE)
        QualifiedUserFactory(address=BOB)
    member().score()
    assert points() == bonus


def test_the_same_community_counts_once_for_the_bonus() -> None:
    partner = member()
    for _ in range(2):
        QualifiedUserFactory(address=ALICE)
    for _ in range(3):
        partner.score()
    assert len(qualified()) == 3
    assert points() == []


def test_members_of_the_awarding_lists_earn_their_actions() -> None:
    for name in AWARDING_LISTS:
        AddressListFactory(name=name, members=[ALICE])
        AddressListFactory(name=name + "2", members=[BOB])
    member().score()
    assert [action for action, _, _ in points()] == sorted(AWARDING_LISTS.values())


def test_members_of_other_lists_earn_nothing() -> None:
    AddressListFactory(name="metamaskog2", members=[ALICE])
    AddressListFactory(name="TheChosenOnes", members=[BOB])
    member().score()
    assert points() == []


def test_the_metamask_award_has_a_flag_of_its_own(settings: Settings) -> None:
    settings.HUMAN_POINTS_MTA_ENABLED = False
    for name in AWARDING_LISTS:
        AddressListFactory(name=name, members=[ALICE])
    member().score()
    assert [action for action, _, _ in points()] == ["SOG", "TCO"]


@pytest.mark.parametrize(("held", "awarded"), [(4999, True), (5000, False)])
def test_the_metamask_award_ends_at_5000(held: int, awarded: bool) -> None:
    HumanPoints.objects.bulk_create(HumanPoints(address=address(number), action="MM2") for number in range(held))
    AddressListFactory(name="MetaMaskOG2", members=[ALICE, BOB])
    partner = member()
    for who in (ALICE, BOB):
        partner.score(who)
    owners = set(HumanPoints.objects.values_list("address", flat=True))
    assert (ALICE in owners, BOB in owners) == (awarded, False)
    assert len(owners) == 5000


def test_an_award_that_is_held_is_no_reason_to_count(round_trips: list[list[str]]) -> None:
    AddressListFactory(name="MetaMaskOG2", members=[ALICE])
    HumanPointsFactory(address=ALICE, action="MM2")
    member().score()
    assert len(round_trips) == 2


def test_points_are_answered_when_asked_for_in_the_programme(frozen: datetime) -> None:
    configure_points(PMT=300, HKY=100, HBI=7, SCB=500, HIM=1000)
    HumanPointsFactory(address=ALICE, action="PMT", chain_id=10, tx_hash="0x1")
    HumanPointsFactory(address=ALICE, action="PMT", chain_id=8453, tx_hash="0x2")
    HumanPointsFactory(address=ALICE, action="HIM", chain_id=10, tx_hash="0x3")
    HumanPointsFactory(address=BOB, action="SCB")
    HumanPointsMultiplierFactory(address=ALICE, multiplier=3)
    hold("Biometrics", "v0:a")
    answer = member().score(query=ASKED).json()
    data, possible = answer["points_data"], answer["possible_points_data"]
    assert data == {
        "total_points": 707,
        "is_eligible": True,
        "multiplier": 3,
        "breakdown": {"PMT": 600, "PMT_10": 300, "PMT_8453": 300, "HKY": 100, "HBI": 7},
    }
    assert possible == {
        "total_points": 0,
        "is_eligible": False,
        "multiplier": 3,
        "breakdown": {"PMT": 300, "HKY": 100, "HBI": 7, "SCB": 500, "HIM": 1000},
    }
    assert list(data) == list(possible) == ["total_points", "is_eligible", "multiplier", "breakdown"]


def test_actions_without_an_active_configuration_do_not_count() -> None:
    configure_points(HKY=100)
    HumanPointsConfigFactory(action="HBI", points=7, active=False)
    hold("Biometrics", "v0:a")
    answer = member().score(query=ASKED).json()
    assert answer["points_data"]["breakdown"] == {"HKY": 100}
    assert answer["possible_points_data"]["breakdown"] == {"HKY": 100}
    assert ("HBI", "", "") in points()


def test_without_a_point_that_counts_the_multiplier_is_1() -> None:
    configure_points(SCB=500)
    HumanPointsMultiplierFactory(address=ALICE, multiplier=3)
    HumanPointsFactory(address=ALICE, action="HKY", provider="Google", tx_hash="v0:a")
    answer = member(threshold="1").score(query=ASKED).json()
    expected = {"total_points": 0, "is_eligible": False, "multiplier": 1}
    assert answer["points_data"] == {**expected, "breakdown": {}}
    assert answer["possible_points_data"] == {**expected, "breakdown": {"SCB": 500}}


def test_an_address_that_qualified_anywhere_is_eligible() -> None:
    configure_points()
    QualifiedUserFactory(address=ALICE, community=CommunityFactory())
    assert member(threshold="1").score(query=ASKED).json()["points_data"]["is_eligible"] is True


@pytest.mark.parametrize("change", [in_no_programme, turned_off])
def test_no_points_are_answered_where_there_are_none(change: Any, settings: Settings) -> None:
    partner = member()
    change(partner, settings)
    answer = partner.score(query=ASKED).json()
    assert (answer["points_data"], answer["possible_points_data"]) == (None, None)


@pytest.mark.parametrize("change", [failing, not_started, of_wrong_data])
def test_points_that_are_held_are_answered_when_none_are_earned(change: Any, settings: Settings) -> None:
    configure_points(HKY=100)
    partner = member()
    HumanPointsFactory(address=ALICE, action="HKY", provider="Google", tx_hash="v0:a")
    change(partner, settings)
    assert partner.score(query=ASKED).json()["points_data"]["total_points"] == 100


@pytest.mark.parametrize("query", ["", "?include_human_points=0", "?include_human_points=false"])
def test_no_points_are_answered_unasked(query: str) -> None:
    assert member().score(query=query).json()["points_data"] is None
