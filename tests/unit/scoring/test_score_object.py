from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from apps.registry.scoring.errors import UnreadableScoreError
from apps.registry.scoring.score_object import computed_score_object, failed_score_object, stored_score_object
from tests.unit.scoring.factories import ALICE, EXPIRY, make_credential, make_snapshot, score

KEYS = [
    "address", "score", "passing_score", "last_score_timestamp", "expiration_timestamp", "threshold", "error", "stamps",
    "points_data", "possible_points_data", "linked_score",
]  # fmt: skip
EVIDENCE = {"type": "ThresholdScoreCheck", "success": True, "rawScore": "21.5", "threshold": "20.00000"}
STAMPS = {"Google": {"score": "1.25000", "dedup": False, "expiration_date": "2099-01-01T00:00:00+00:00"}}
LITERALS = {
    "address": ALICE, "score": "0.00000", "passing_score": False, "last_score_timestamp": None,
    "expiration_timestamp": None, "threshold": "20.00000", "error": None, "stamps": {}, "points_data": None,
    "possible_points_data": None, "linked_score": None,
}  # fmt: skip


def stored(**changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "address": ALICE, "evidence": EVIDENCE, "stamps": STAMPS, "error": None, "last_score_timestamp": EXPIRY,
        "expiration_date": EXPIRY,
    }  # fmt: skip
    return stored_score_object(**{**row, **changes})


def test_a_computed_score_is_answered_with_all_keys_in_order() -> None:
    outcome = score(make_snapshot(make_credential(), weights={"Google": 0.1}, threshold=Decimal("0.10000")))
    found = computed_score_object(outcome, address=ALICE, points_data={"a": 1}, possible_points_data={"b": 2})
    assert list(found.items()) == [
        ("address", ALICE),
        ("score", "0.10000"),
        ("passing_score", True),
        ("last_score_timestamp", "2026-01-02T03:04:05.678901+00:00"),
        ("expiration_timestamp", "2099-01-01T00:00:00+00:00"),
        ("threshold", "0.10000"),
        ("error", None),
        ("stamps", {"Google": {"score": "0.10000", "dedup": False, "expiration_date": "2099-01-01T00:00:00+00:00"}}),
        ("points_data", {"a": 1}),
        ("possible_points_data", {"b": 2}),
        ("linked_score", None),
    ]


def test_a_computed_score_keeps_the_offset_of_its_expiry() -> None:
    snapshot = make_snapshot(make_credential(expirationDate="2099-01-01T02:00:00+02:00"))
    found = computed_score_object(score(snapshot), address=ALICE)
    assert found["expiration_timestamp"] == "2099-01-01T02:00:00+02:00"


def test_a_computed_score_without_stamps_has_no_expiry_and_no_points() -> None:
    found = computed_score_object(score(make_snapshot()), address=ALICE)
    assert {**found, "last_score_timestamp": None} == LITERALS


def test_a_stored_score_is_answered_as_stored() -> None:
    found = stored(points_data={"a": 1}, possible_points_data={"b": 2}, error="old")
    assert found == {
        "address": ALICE,
        "score": "21.50000",
        "passing_score": True,
        "last_score_timestamp": "2099-01-01T00:00:00+00:00",
        "expiration_timestamp": "2099-01-01T00:00:00+00:00",
        "threshold": "20.00000",
        "error": "old",
        "stamps": STAMPS,
        "points_data": {"a": 1},
        "possible_points_data": {"b": 2},
        "linked_score": None,
    }
    assert list(found) == KEYS


@pytest.mark.parametrize("evidence", [None, {}], ids=repr)
def test_a_stored_score_without_evidence_has_the_defaults(evidence: Any) -> None:
    found = stored(evidence=evidence, stamps=None, last_score_timestamp=None, expiration_date=None)
    assert list(found.items()) == list(LITERALS.items())


@pytest.mark.parametrize(
    ("raw_score", "threshold", "shown", "passing"),
    [
        ("0.3000000000000000166533453694", "0.30000", ("0.30000", "0.30000"), True),
        ("2.5", "2.50001", ("2.50000", "2.50001"), False),
        ("19.999999", "20.00000", ("20.00000", "20.00000"), False),
        ("12.0000", "20", ("12.00000", "20.00000"), False),
        ("0", "0.00000", ("0.00000", "0.00000"), True),
        ("1E+2", "20.00000", ("100.00000", "20.00000"), True),
        (21.5, 20, ("21.50000", "20.00000"), True),
    ],
)
def test_it_passes_by_the_unrounded_numbers_of_the_evidence(
    raw_score: Any, threshold: Any, shown: tuple[str, str], passing: bool
) -> None:
    found = stored(evidence={"rawScore": raw_score, "threshold": threshold, "success": not passing})
    assert (found["score"], found["threshold"], found["passing_score"]) == (*shown, passing)


@pytest.mark.parametrize(
    "evidence",
    [{"rawScore": "1"}, {"threshold": "1"}, {"rawScore": None, "threshold": "1"}, {"rawScore": "x", "threshold": "1"},
     {"rawScore": "NaN", "threshold": "1"}, ["x"], "text"],
    ids=repr,
)  # fmt: skip
def test_no_score_is_invented_for_evidence_that_cannot_be_read(evidence: Any) -> None:
    lacks = "has no score or no threshold" if isinstance(evidence, dict) else "is not an object"
    with pytest.raises(UnreadableScoreError, match=f"^The stored evidence {lacks}.$"):
        stored(evidence=evidence)


def test_times_of_a_row_are_printed_in_utc() -> None:
    there = datetime(2099, 1, 1, 2, 0, 0, 5, tzinfo=timezone(timedelta(hours=2)))
    found = stored(last_score_timestamp=there, expiration_date=there.astimezone(UTC))
    assert found["last_score_timestamp"] == found["expiration_timestamp"] == "2099-01-01T00:00:00.000005+00:00"


def test_the_zone_of_the_machine_does_not_matter(somewhere_else: None) -> None:
    found = stored(expiration_date=datetime(2099, 1, 1, tzinfo=UTC))
    assert found["expiration_timestamp"] == "2099-01-01T00:00:00+00:00"


def test_an_error_of_the_data_is_answered_with_literals() -> None:
    found = failed_score_object("Invalid rule", address=ALICE)
    assert list(found.items()) == list({**LITERALS, "error": "Invalid rule"}.items())


def test_an_error_of_the_data_still_shows_points() -> None:
    found = failed_score_object("Invalid rule", address=ALICE, points_data={"a": 1}, possible_points_data={"b": 2})
    assert (found["points_data"], found["possible_points_data"]) == ({"a": 1}, {"b": 2})
