"""Why an address has the score that it has, and what scoring it now would change. Reads only, and locks nothing.

The rules are the core's own: an explanation cannot say anything else than a scoring does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils import timezone

from apps.registry.evaluation import scoring_rules
from apps.registry.explanations import managers
from apps.registry.explanations.differences import differences
from apps.registry.explanations.records import ComputedOutcome, ScoreExplanation, ScoreFacts
from apps.registry.explanations.stamps import explain_stamps
from apps.registry.managers.snapshots import UnscorableCommunity
from apps.registry.scoring.points import are_shown, points_shown
from apps.registry.scoring.records import Outcome, PointsAward, PointsState, ScoringRules, Snapshot, ValidStamp
from apps.registry.scoring.scoring import ScoringError, outcome_of
from scorer_v2.primitives.addresses import lowercase_address
from scorer_v2.primitives.errors import DomainError, NotFound

EVENTS_SHOWN = 10
NO_COMMUNITY = "There is no such scorer."


def explain_score(*, address: str, scorer_id: int, now: datetime | None = None) -> ScoreExplanation:
    """Explains the score of an address, in any case, in the community of that id.

    Raises InvalidAddress, NotFound without the community, DomainError where its scorer is unusable, and
    DatabaseUnavailable.
    """
    moment, rules = now or timezone.now(), scoring_rules()
    facts = _facts(lowercase_address(address), scorer_id, moment, rules)
    stamps = explain_stamps(facts.snapshot, revoked=facts.revoked, rules=rules, now=moment)
    outcome = _outcome(stamps.valid, facts, rules, moment)
    computed = _computed(outcome)
    return ScoreExplanation(
        address=facts.snapshot.address,
        community_id=facts.snapshot.community_id,
        community_name=facts.community_name,
        community_deleted=facts.community_deleted,
        rule=facts.snapshot.rule,
        explained_at=moment,
        passport_id=facts.passport_id,
        stamps=stamps.explanations,
        stored=facts.stored,
        computed=computed,
        differences=(*_left_out(facts.snapshot), *differences(facts.stored, computed)),
        points=_points(facts, outcome, rules),
        bans=facts.bans,
        events=facts.events,
    )


def _left_out(snapshot: Snapshot) -> tuple[str, ...]:
    if not snapshot.left_out:
        return ()
    number = f"{snapshot.left_out} live stamp{'' if snapshot.left_out == 1 else 's'}"
    return (f"{number} beyond the limits of an address (MAX_STAMPS_PER_ADDRESS and others) are not read.",)


def _facts(address: str, scorer_id: int, now: datetime, rules: ScoringRules) -> ScoreFacts:
    try:
        facts = managers.find_facts(
            address=address, community_id=scorer_id, now=now, points_wanted=rules.points_enabled, events=EVENTS_SHOWN
        )
    except UnscorableCommunity as error:
        raise DomainError(f"The scorer cannot be used: {error}.") from error
    if facts is None:
        raise NotFound(NO_COMMUNITY)
    return facts


def _outcome(valid: Sequence[ValidStamp], facts: ScoreFacts, rules: ScoringRules, now: datetime) -> Outcome | str:
    """What scoring now finds, or the text of an error of the data."""
    points = replace(facts.snapshot.points or PointsState(), metamask_awards=facts.metamask_awards)
    try:
        return outcome_of(valid, snapshot=replace(facts.snapshot, points=points), rules=rules, now=now)
    except ScoringError as error:
        return str(error)


def _computed(outcome: Outcome | str) -> ComputedOutcome:
    if isinstance(outcome, str):
        return ComputedOutcome(error=outcome)
    score = outcome.score
    return ComputedOutcome(
        error=None,
        passing=score.passing,
        raw_score=score.evidence["rawScore"],
        threshold=score.evidence["threshold"],
        expiration_date=score.expires_at,
        stamps=score.stamps,
        points_awarded=tuple(row.action for row in outcome.award.rows),
    )


def _points(facts: ScoreFacts, outcome: Outcome | str, rules: ScoringRules) -> Mapping[str, Any] | None:
    if not are_shown(asked=True, rules=rules, human_points_program=facts.snapshot.human_points_program):
        return None
    award = PointsAward() if isinstance(outcome, str) else outcome.award
    return points_shown(facts.snapshot.points or PointsState(), award)[0]
