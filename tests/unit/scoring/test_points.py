from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from apps.registry.scoring.points import are_shown, award, hinges_on_metamask_count, points_shown
from apps.registry.scoring.records import HumanPoint, PointsAward, PointsState, ScoringRules, Snapshot, ValidStamp
from tests.unit.scoring.factories import COMMUNITY, NOW, POINTS_RULES, RULES, make_snapshot, make_state, make_valid

NOTHING = PointsAward()
KEY = HumanPoint("HKY", provider="Google", tx_hash="v1:key")
METAMASK_LIST = frozenset({"MetaMaskOG2"})


def snapshot_with(state: PointsState | None, *, program: bool = True) -> Snapshot:
    return make_snapshot(human_points_program=program, points=state)


def awarded(
    *kept: ValidStamp, state: PointsState | None = None, rules: ScoringRules = POINTS_RULES, passing: bool = True
) -> PointsAward:
    snapshot = snapshot_with(state or make_state())
    return award(snapshot, kept=kept, passing=passing, rules=rules, now=NOW)


def actions(rows: Iterable[HumanPoint]) -> list[str]:
    return [row.action for row in rows]


@pytest.mark.parametrize(
    "rules",
    [
        replace(POINTS_RULES, points_enabled=False),
        replace(POINTS_RULES, points_write_enabled=False),
        replace(POINTS_RULES, points_start=NOW + timedelta(microseconds=1)),
    ],
    ids=["disabled", "not written", "not started"],
)
def test_nothing_is_awarded_while_points_are_off(rules: ScoringRules) -> None:
    assert awarded(make_valid(human_key="v1:key"), rules=rules) == NOTHING


def test_points_start_at_their_moment() -> None:
    assert awarded(rules=replace(POINTS_RULES, points_start=NOW)).qualifies


def test_nothing_is_awarded_for_a_score_that_fails() -> None:
    assert awarded(make_valid(human_key="v1:key"), passing=False) == NOTHING


def test_nothing_is_awarded_outside_of_the_programme() -> None:
    snapshot = snapshot_with(None, program=False)
    assert award(snapshot, kept=[make_valid()], passing=True, rules=POINTS_RULES, now=NOW) == NOTHING


def test_points_that_are_due_without_a_state_are_a_fault_of_the_caller() -> None:
    with pytest.raises(
        ValueError, match=r"^The snapshot of a community in the programme lacks the state of the points.$"
    ):
        award(snapshot_with(None), kept=[], passing=True, rules=POINTS_RULES, now=NOW)


def test_a_passing_score_qualifies_the_address_once() -> None:
    assert awarded() == PointsAward(qualifies=True)
    assert awarded(state=make_state(qualified_communities=frozenset({COMMUNITY}))) == NOTHING


def test_a_kept_stamp_earns_a_human_key_of_the_credentials_provider() -> None:
    stamp = make_valid(provider="Row", credential_provider="Google", human_key="v1:key")
    assert awarded(stamp).rows == (KEY,)


def test_a_stamp_without_a_human_key_earns_none() -> None:
    assert awarded(make_valid("v0:h")).rows == ()


@pytest.mark.parametrize("chain_id", [0, 10])
def test_a_provider_that_has_a_human_key_earns_no_other(chain_id: int) -> None:
    held = [HumanPoint("HKY", provider="Google", tx_hash="v0:old", chain_id=chain_id)]
    assert awarded(make_valid(human_key="v1:key"), state=make_state(held=held)).rows == ()


def test_a_key_of_another_provider_or_a_row_of_another_action_is_in_nobodys_way() -> None:
    held = [HumanPoint("HKY", provider="Github", tx_hash="v1:key"), HumanPoint("PMT", provider="Google")]
    assert awarded(make_valid(human_key="v1:key"), state=make_state(held=held)).rows == (KEY,)


def test_two_kept_stamps_of_one_credential_provider_earn_one_key_the_first() -> None:
    stamps = (
        make_valid(provider="A", credential_provider="Google", human_key="v1:key"),
        make_valid(provider="B", credential_provider="Google", human_key="v1:other"),
    )
    assert awarded(*stamps).rows == (KEY,)


def test_a_provider_too_long_for_the_points_table_earns_no_key() -> None:
    assert awarded(make_valid(provider="x" * 101, human_key="v1:key")).rows == ()
    assert len(awarded(make_valid(provider="x" * 100, human_key="v1:key")).rows) == 1


@pytest.mark.parametrize(
    ("provider", "action"),
    [
        ("SelfStakingBronze", "ISB"), ("SelfStakingSilver", "ISS"), ("SelfStakingGold", "ISG"),
        ("BeginnerCommunityStaker", "CSB"), ("ExperiencedCommunityStaker", "CSE"), ("TrustedCitizen", "CST"),
        ("HolonymGovIdProvider", "HGO"), ("HolonymPhone", "HPH"), ("CleanHands", "HCH"), ("Biometrics", "HBI"),
    ],
)  # fmt: skip
def test_a_provider_action_goes_by_the_rows_provider(provider: str, action: str) -> None:
    assert awarded(make_valid(provider=provider, credential_provider="Google")).rows == (HumanPoint(action),)
    assert awarded(make_valid(provider="Google", credential_provider=provider)).rows == ()


def test_rows_that_are_held_are_not_awarded_again() -> None:
    state = make_state(
        held=[HumanPoint("HBI"), HumanPoint("SCB"), HumanPoint("SOG"), HumanPoint("TCO", chain_id=1)],
        qualified_communities=frozenset({1, 2, 3, 4}),
        address_lists=frozenset({"SeasonedPassportOGs", "TheChosenOnes"}),
    )
    assert awarded(make_valid(provider="Biometrics"), state=state).rows == (HumanPoint("TCO"),)


@pytest.mark.parametrize(
    ("qualified", "bonus"),
    [(set(), False), ({1, 2}, False), ({1, 2, COMMUNITY}, False), ({1, 2, 3}, True), ({1, 2, 3, COMMUNITY}, True)],
)
def test_the_fourth_qualified_community_earns_the_bonus(qualified: set[int], bonus: bool) -> None:
    found = awarded(state=make_state(qualified_communities=frozenset(qualified)))
    assert (HumanPoint("SCB") in found.rows) is bonus


def test_address_lists_earn_points_by_their_exact_names() -> None:
    lists = frozenset({"MetaMaskOG2", "SeasonedPassportOGs", "TheChosenOnes", "thechosenones", "Others"})
    assert actions(awarded(state=make_state(address_lists=lists, metamask_awards=0)).rows) == ["MM2", "SOG", "TCO"]


@pytest.mark.parametrize(("counted", "given"), [(0, True), (4999, True), (5000, False), (5001, False), (None, False)])
def test_the_metamask_award_is_given_5000_times(counted: int | None, given: bool) -> None:
    state = make_state(address_lists=METAMASK_LIST, metamask_awards=counted)
    assert (HumanPoint("MM2") in awarded(state=state).rows) is given


def test_the_metamask_award_has_a_switch_of_its_own() -> None:
    state = make_state(address_lists=METAMASK_LIST | {"TheChosenOnes"}, metamask_awards=0)
    assert actions(awarded(state=state, rules=replace(POINTS_RULES, metamask_award_enabled=False)).rows) == ["TCO"]


def test_rows_come_in_the_order_of_the_contract() -> None:
    state = make_state(
        qualified_communities=frozenset({1, 2, 3}), address_lists=METAMASK_LIST | {"TheChosenOnes"}, metamask_awards=1
    )
    found = awarded(make_valid(provider="Biometrics", human_key="v1:key"), state=state)
    assert actions(found.rows) == ["HKY", "HBI", "SCB", "MM2", "TCO"]


@pytest.mark.parametrize(
    ("changes", "hinges"),
    [
        ({}, True),
        ({"metamask_awards": 0}, False),
        ({"address_lists": frozenset({"TheChosenOnes"})}, False),
        ({"held": frozenset({HumanPoint("MM2")})}, False),
    ],
    ids=["uncounted", "counted", "not on the list", "held"],
)
def test_it_asks_for_the_count_only_when_the_award_hinges_on_it(changes: dict[str, Any], hinges: bool) -> None:
    snapshot = snapshot_with(replace(make_state(address_lists=METAMASK_LIST), **changes))
    assert hinges_on_metamask_count(snapshot, passing=True, rules=POINTS_RULES, now=NOW) is hinges
    assert not hinges_on_metamask_count(snapshot, passing=False, rules=POINTS_RULES, now=NOW)
    off = replace(POINTS_RULES, metamask_award_enabled=False)
    assert not hinges_on_metamask_count(snapshot, passing=True, rules=off, now=NOW)


@pytest.mark.parametrize(
    ("asked", "rules", "program", "shown"),
    [
        (True, POINTS_RULES, True, True),
        (False, POINTS_RULES, True, False),
        (True, RULES, True, False),
        (True, POINTS_RULES, False, False),
    ],
)
def test_points_are_shown_when_asked_for_enabled_and_in_the_programme(
    asked: bool, rules: ScoringRules, program: bool, shown: bool
) -> None:
    assert are_shown(asked=asked, rules=rules, human_points_program=program) is shown


def test_an_address_without_points_has_nothing_but_what_is_possible() -> None:
    state = make_state(multiplier=3)
    shared = {"is_eligible": False, "multiplier": 1}
    assert points_shown(state) == (
        {"total_points": 0, **shared, "breakdown": {}},
        {"total_points": 0, **shared, "breakdown": dict(state.config)},
    )


def test_keys_come_in_the_order_of_the_contract() -> None:
    for shown in points_shown(make_state()):
        assert list(shown) == ["total_points", "is_eligible", "multiplier", "breakdown"]


def test_points_add_up_by_action_and_by_chain_and_the_multiplier_is_only_shown() -> None:
    held = [
        HumanPoint("HKY", "Google", "n1"), HumanPoint("HKY", "Github", "n2"), HumanPoint("PMT", "", "0x1", 10),
        HumanPoint("PMT", "", "0x2", 8453), HumanPoint("HIM", "", "0x3", 10), HumanPoint("CSE"),
    ]  # fmt: skip
    points, possible = points_shown(make_state(held=held, multiplier=3))
    assert points == {
        "total_points": 800,
        "is_eligible": False,
        "multiplier": 3,
        "breakdown": {"HKY": 200, "PMT": 600, "PMT_10": 300, "PMT_8453": 300},
    }
    assert (possible["multiplier"], possible["total_points"]) == (3, 0)


@pytest.mark.parametrize("held", [HumanPoint("HIM", "", "0x3", 10), HumanPoint("CSE")], ids=["a mint", "inactive"])
def test_rows_that_do_not_count_leave_the_multiplier_at_one(held: HumanPoint) -> None:
    points, possible = points_shown(make_state(held=[held], multiplier=3))
    assert (points["multiplier"], possible["multiplier"], points["breakdown"]) == (1, 1, {})


def test_a_multiplier_of_zero_is_shown() -> None:
    assert points_shown(make_state(held=[HumanPoint("HGO")], multiplier=0))[0]["multiplier"] == 0


def test_one_qualified_community_makes_eligible() -> None:
    assert points_shown(make_state(qualified_communities=frozenset({99})))[0]["is_eligible"]
    assert not points_shown(make_state(qualified_communities=frozenset({99})))[1]["is_eligible"]


def test_this_requests_own_awards_are_shown() -> None:
    points, _ = points_shown(make_state(held=[KEY]), PointsAward(qualifies=True, rows=(HumanPoint("HGO"), KEY)))
    assert points == {
        "total_points": 1100,
        "is_eligible": True,
        "multiplier": 1,
        "breakdown": {"HGO": 1000, "HKY": 100},
    }
