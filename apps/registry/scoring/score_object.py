"""The score object that endpoints answer (section 3.12). Keys come in the order that is listed there."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from apps.registry.scoring.errors import UnreadableScoreError
from apps.registry.scoring.records import Outcome
from apps.registry.scoring.times import iso
from apps.registry.scoring.weights import as_decimal, five_places

DEFAULT_THRESHOLD = "20.00000"
NO_SCORE = "0.00000"
# Scores of linked wallets are not computed; clients of July 2026 expect the key all the same.
NO_LINKED_SCORE = None


def computed_score_object(
    outcome: Outcome,
    *,
    address: str,
    points_data: Mapping[str, Any] | None = None,
    possible_points_data: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The answer for a score just computed. Its times have the offset that the credential had."""
    score = outcome.score
    return {
        "address": address,
        "score": five_places(Decimal(score.evidence["rawScore"])),
        "passing_score": score.passing,
        "last_score_timestamp": iso(score.computed_at),
        "expiration_timestamp": None if score.expires_at is None else iso(score.expires_at),
        "threshold": score.evidence["threshold"],
        "error": None,
        "stamps": dict(score.stamps),
        "points_data": points_data,
        "possible_points_data": possible_points_data,
        "linked_score": NO_LINKED_SCORE,
    }


def stored_score_object(
    *,
    address: str,
    evidence: Mapping[str, Any] | None,
    stamps: Mapping[str, Any] | None,
    error: str | None,
    last_score_timestamp: datetime | None,
    expiration_date: datetime | None,
    points_data: Mapping[str, Any] | None = None,
    possible_points_data: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The answer for a row of `registry_score`, as stored; `evidence` and `stamps` are parsed JSON (section 4.6).

    Raises UnreadableScoreError when there is evidence without readable numbers: no score is invented for it.
    """
    score, passing, threshold = _read_evidence(evidence)
    return {
        "address": address,
        "score": score,
        "passing_score": passing,
        "last_score_timestamp": _iso_of_row(last_score_timestamp),
        "expiration_timestamp": _iso_of_row(expiration_date),
        "threshold": threshold,
        "error": error,
        "stamps": stamps or {},
        "points_data": points_data,
        "possible_points_data": possible_points_data,
        "linked_score": NO_LINKED_SCORE,
    }


def failed_score_object(
    error: str,
    *,
    address: str,
    points_data: Mapping[str, Any] | None = None,
    possible_points_data: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The answer for an error of the data (section 3.10): that of an ERROR row, which holds the text alone."""
    return stored_score_object(
        address=address,
        evidence=None,
        stamps=None,
        error=error,
        last_score_timestamp=None,
        expiration_date=None,
        points_data=points_data,
        possible_points_data=possible_points_data,
    )


def _read_evidence(evidence: Mapping[str, Any] | None) -> tuple[str, bool, str]:
    """Score, whether it passes, and threshold; the literal defaults without evidence."""
    if not evidence:
        return NO_SCORE, False, DEFAULT_THRESHOLD
    if not isinstance(evidence, Mapping):
        raise UnreadableScoreError("The stored evidence is not an object.")
    raw_score, threshold = as_decimal(evidence.get("rawScore")), as_decimal(evidence.get("threshold"))
    if raw_score is None or threshold is None:
        raise UnreadableScoreError("The stored evidence has no score or no threshold.")
    return five_places(raw_score), raw_score >= threshold, five_places(threshold)


def _iso_of_row(value: datetime | None) -> str | None:
    return None if value is None else iso(value.astimezone(UTC))
