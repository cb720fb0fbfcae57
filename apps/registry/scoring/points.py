"""Human points: what a passing score earns, and what an address has (section 3.11)."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from apps.registry.scoring.records import HumanPoint, PointsAward, PointsState, ScoringRules, Snapshot, ValidStamp

HUMAN_KEY = "HKY"
SCORING_BONUS = "SCB"
METAMASK = "MM2"
HUMAN_ID_MINT = "HIM"

COMMUNITIES_FOR_THE_BONUS = 4
METAMASK_AWARDS = 5000
LONGEST_POINTS_PROVIDER = 100

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
LIST_ACTIONS = {"MetaMaskOG2": METAMASK, "SeasonedPassportOGs": "SOG", "TheChosenOnes": "TCO"}

NO_AWARD = PointsAward()


def award(
    snapshot: Snapshot, *, kept: Iterable[ValidStamp], passing: bool, rules: ScoringRules, now: datetime
) -> PointsAward:
    """The points rows that a score adds; rows that the address has are not among them.

    Raises ValueError when points are due and the snapshot holds no state of them.
    """
    if not _earns(snapshot, passing=passing, rules=rules, now=now):
        return NO_AWARD
    state = _state_of(snapshot)
    rows = (
        *_stamp_points(kept, state),
        *_scoring_bonus(snapshot.community_id, state),
        *_list_points(state, rules),
    )
    return PointsAward(
        qualifies=snapshot.community_id not in state.qualified_communities,
        rows=tuple(row for row in rows if row not in state.held),
    )


def hinges_on_metamask_count(snapshot: Snapshot, *, passing: bool, rules: ScoringRules, now: datetime) -> bool:
    """Whether the MetaMask award depends on how many exist in all, and nobody has counted them."""
    if not _earns(snapshot, passing=passing, rules=rules, now=now):
        return False
    state = _state_of(snapshot)
    return state.metamask_awards is None and _may_have_metamask_award(state, rules)


def are_shown(*, asked: bool, rules: ScoringRules, human_points_program: bool) -> bool:
    """Whether an answer has points; otherwise both of its objects are null."""
    return asked and rules.points_enabled and human_points_program


def points_shown(state: PointsState, award: PointsAward = NO_AWARD) -> tuple[dict[str, Any], dict[str, Any]]:
    """`points_data` and `possible_points_data` of an address with `state` and, on top of it, this request's `award`."""
    counted = _count_by_action_and_chain(state, award)
    multiplier = 1 if state.multiplier is None or not counted else state.multiplier
    points = {
        "total_points": sum(state.config[action] * count for (action, _), count in counted.items()),
        "is_eligible": award.qualifies or bool(state.qualified_communities),
        "multiplier": multiplier,
        "breakdown": _breakdown(counted, state),
    }
    possible = {
        "total_points": 0,
        "is_eligible": False,
        "multiplier": multiplier,
        "breakdown": dict(state.config),
    }
    return points, possible


def _earns(snapshot: Snapshot, *, passing: bool, rules: ScoringRules, now: datetime) -> bool:
    started = rules.points_start is None or now >= rules.points_start
    return passing and started and rules.award_points and snapshot.human_points_program


def _state_of(snapshot: Snapshot) -> PointsState:
    if snapshot.points is None:
        raise ValueError("The snapshot of a community in the programme lacks the state of the points.")
    return snapshot.points


def _stamp_points(kept: Iterable[ValidStamp], state: PointsState) -> Iterator[HumanPoint]:
    """A human key for each provider of a credential that has none yet, whatever its key; actions by the row's."""
    keyed = {row.provider for row in state.held if row.action == HUMAN_KEY}
    for stamp in kept:
        provider = stamp.credential_provider
        if stamp.human_key and provider not in keyed and len(provider) <= LONGEST_POINTS_PROVIDER:
            keyed.add(provider)
            yield HumanPoint(HUMAN_KEY, provider=provider, tx_hash=stamp.human_key)
        if stamp.provider in PROVIDER_ACTIONS:
            yield HumanPoint(PROVIDER_ACTIONS[stamp.provider])


def _scoring_bonus(community_id: int, state: PointsState) -> Iterator[HumanPoint]:
    if len(state.qualified_communities | {community_id}) >= COMMUNITIES_FOR_THE_BONUS:
        yield HumanPoint(SCORING_BONUS)


def _list_points(state: PointsState, rules: ScoringRules) -> Iterator[HumanPoint]:
    for name, action in LIST_ACTIONS.items():
        if name in state.address_lists and (action != METAMASK or _metamask_award_is_left(state, rules)):
            yield HumanPoint(action)


def _may_have_metamask_award(state: PointsState, rules: ScoringRules) -> bool:
    listed = rules.metamask_award_enabled and "MetaMaskOG2" in state.address_lists
    return listed and HumanPoint(METAMASK) not in state.held


def _metamask_award_is_left(state: PointsState, rules: ScoringRules) -> bool:
    """Not while nobody counted: the cap would not hold."""
    counted = state.metamask_awards is not None and state.metamask_awards < METAMASK_AWARDS
    return counted and _may_have_metamask_award(state, rules)


def _count_by_action_and_chain(state: PointsState, award: PointsAward) -> Counter[tuple[str, int]]:
    """How many rows count: those of active actions, mints of the human id excepted."""
    return Counter(
        (row.action, row.chain_id)
        for row in state.held.union(award.rows)
        if row.action != HUMAN_ID_MINT and row.action in state.config
    )


def _breakdown(counted: Counter[tuple[str, int]], state: PointsState) -> dict[str, int]:
    """Points by action, and by action and chain where the chain is not 0."""
    breakdown: dict[str, int] = {}
    for (action, chain_id), count in sorted(counted.items()):
        points = state.config[action] * count
        breakdown[action] = breakdown.get(action, 0) + points
        if chain_id:
            breakdown[f"{action}_{chain_id}"] = points
    return breakdown
