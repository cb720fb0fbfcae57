"""Compute a score from its snapshot, and remember stamps and verdicts for the next one (behaviour 3)."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

from apps.registry.managers.transactions import ScoringTransaction
from apps.registry.scoring.known_credentials import KnownCredentials
from apps.registry.scoring.points import are_shown, points_shown
from apps.registry.scoring.proofs import proof_fault
from apps.registry.scoring.records import Outcome, PointsAward, PointsState, ScoringRules, Snapshot
from apps.registry.scoring.remembered_stamps import RememberedStamps, StampMemory, remembered
from apps.registry.scoring.score_object import computed_score_object, failed_score_object
from apps.registry.scoring.scoring import ScoringError, compute, needs_metamask_count
from scorer_v2.conf import settings
from scorer_v2.observability.measurements import current

logger = logging.getLogger("scorer_v2.scoring")


def measured_proof_fault(credential: Mapping[str, Any], *, now: datetime) -> str | None:
    """`proof_fault`, timed and counted for the request."""
    started = perf_counter()
    fault = proof_fault(credential, now=now)
    measured = current()
    measured.verification_seconds += perf_counter() - started
    if fault is None:
        measured.proofs_valid += 1
    else:
        measured.proofs_invalid += 1
    return fault


_known = KnownCredentials(settings.VERDICT_CACHE_SIZE)
_stamps = StampMemory(settings.VERDICT_CACHE_SIZE)


def remembered_stamps(address: str | None, *, now: datetime) -> RememberedStamps | None:
    """What this process knows of the address's stamps, for a transaction that asks whether they are still the same."""
    return _stamps.recall(address, now=now) if address is not None else None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The score object to answer, and what to save: an outcome, or an error of the data."""

    answer: dict[str, Any]
    outcome: Outcome | None = None
    error: str | None = None


def scoring_rules() -> ScoringRules:
    """The settings that decide about a score, as they are now."""
    return ScoringRules(
        trusted_issuers=frozenset(settings.TRUSTED_IAM_ISSUERS),
        multi_nullifier=settings.FF_MULTI_NULLIFIER == "on",
        points_enabled=settings.HUMAN_POINTS_ENABLED,
        points_write_enabled=settings.HUMAN_POINTS_WRITE_ENABLED,
        points_start=datetime.fromtimestamp(settings.HUMAN_POINTS_START_TIMESTAMP, UTC),
        metamask_award_enabled=settings.HUMAN_POINTS_MTA_ENABLED,
    )


def evaluate(
    transaction: ScoringTransaction, snapshot: Snapshot, *, rules: ScoringRules, with_points: bool
) -> Evaluation:
    """The score of a snapshot; with `with_points` the answer has points where section 3.11 allows."""
    shown = are_shown(asked=with_points, rules=rules, human_points_program=snapshot.human_points_program)
    measured = current()
    measured.community = snapshot.community_id
    if snapshot.left_out:
        logger.warning("stamps beyond the limits of an address are left out", extra={"left_out": snapshot.left_out})
    try:
        outcome = _outcome(transaction, snapshot, rules=rules)
    except ScoringError as error:
        points = _points(snapshot, PointsAward(), shown=shown)
        return Evaluation(failed_score_object(str(error), address=snapshot.address, **points), error=str(error))
    _remember(snapshot, now=transaction.now)
    kept, deduplicated = len(outcome.deduplication.kept), len(outcome.deduplication.deduplicated)
    measured.kept, measured.deduplicated = kept, deduplicated
    measured.proofs_remembered = max(0, kept + deduplicated - measured.proofs_valid)
    measured.left_out = len(snapshot.stamps) - kept - deduplicated
    points = _points(snapshot, outcome.award, shown=shown)
    return Evaluation(computed_score_object(outcome, address=snapshot.address, **points), outcome=outcome)


def _outcome(transaction: ScoringTransaction, snapshot: Snapshot, *, rules: ScoringRules) -> Outcome:
    outcome = _computed(snapshot, rules=rules, now=transaction.now)
    if not needs_metamask_count(snapshot, outcome, rules):
        return outcome
    counted = replace(snapshot.points or PointsState(), metamask_awards=transaction.count_metamask_awards())
    return _computed(replace(snapshot, points=counted), rules=rules, now=transaction.now)


def _computed(snapshot: Snapshot, *, rules: ScoringRules, now: datetime) -> Outcome:
    return compute(
        snapshot, rules=rules, now=now, proof_fault=lambda proof: measured_proof_fault(proof, now=now), known=_known
    )


def _remember(snapshot: Snapshot, *, now: datetime) -> None:
    if snapshot.version is not None:
        _stamps.keep(snapshot.address, remembered(snapshot, snapshot.version, known=_known, now=now))


def _points(snapshot: Snapshot, award: PointsAward, *, shown: bool) -> dict[str, Any]:
    if not shown:
        return {}
    points_data, possible_points_data = points_shown(snapshot.points or PointsState(), award)
    return {"points_data": points_data, "possible_points_data": possible_points_data}
