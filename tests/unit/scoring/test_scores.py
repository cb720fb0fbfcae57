from datetime import timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from apps.registry.scoring.records import Deduplication, Score, ValidStamp
from apps.registry.scoring.scores import build_score
from tests.unit.scoring.factories import EXPIRY, EXPIRY_TEXT, FUTURE, NOW, make_valid

EXPIRY_ISO = "2099-01-01T00:00:00+00:00"


def build(*kept: ValidStamp, lost: tuple[ValidStamp, ...] = (), threshold: str = "20.00000", **weights: Any) -> Score:
    weighed = {stamp.provider: Decimal(weights.get(stamp.provider, 0)) for stamp in kept}
    deduplication = Deduplication(kept=kept, deduplicated=lost, claims=(), backfills=())
    return build_score(deduplication, weights=weighed, threshold=Decimal(threshold), now=NOW)


def test_no_stamps_score_zero() -> None:
    assert build() == Score(
        passing=False,
        evidence={"type": "ThresholdScoreCheck", "success": False, "rawScore": "0", "threshold": "20.00000"},
        stamp_scores={},
        stamps={},
        expires_at=None,
        computed_at=NOW,
    )


def test_kept_stamps_come_in_order_with_their_weights_as_floats() -> None:
    score = build(make_valid(provider="Github"), make_valid(provider="Google"), Github="2.5", Google=2)
    assert list(score.stamp_scores.items()) == [("Github", 2.5), ("Google", 2.0)]
    assert [type(weight) for weight in score.stamp_scores.values()] == [float, float]
    assert score.evidence["rawScore"] == "4.5"
    assert list(score.stamps.items()) == [
        ("Github", {"score": "2.50000", "dedup": False, "expiration_date": EXPIRY_ISO}),
        ("Google", {"score": "2.00000", "dedup": False, "expiration_date": EXPIRY_ISO}),
    ]


@pytest.mark.parametrize(
    ("weights", "threshold", "passing"),
    [
        (("20",), "20.00000", True),
        (("19.999999999",), "20.00000", False),
        ((0.1, 0.2), "0.30000", True),
        (("2.5",), "2.50001", False),
        ((), "0.00000", True),
        ((), "0.00001", False),
    ],
)
def test_it_passes_when_the_unrounded_sum_reaches_the_threshold(weights: Any, threshold: str, passing: bool) -> None:
    names = [f"Provider{number}" for number in range(len(weights))]
    stamps = (make_valid(provider=name) for name in names)
    score = build(*stamps, threshold=threshold, **dict(zip(names, weights, strict=True)))
    assert score.passing is passing
    assert score.evidence["success"] is passing


@pytest.mark.parametrize(
    ("threshold", "due"), [("20", "20.00000"), ("0.00000", "0.00000"), ("99999.99999", "99999.99999")]
)
def test_the_threshold_has_five_places(threshold: str, due: str) -> None:
    assert build(threshold=threshold).evidence["threshold"] == due


@pytest.mark.parametrize(
    ("weight", "shown"),
    [
        ("0.000005", "0.00001"),
        ("0.000015", "0.00002"),
        ("0.000025", "0.00003"),
        (0.5, "0.50000"),
        ("1E+3", "1000.00000"),
        ("1.0000049999", "1.00000"),
    ],
)
def test_a_stamps_score_is_its_float_weight_rounded_to_five_places(weight: Any, shown: str) -> None:
    assert build(make_valid(), Google=weight).stamps["Google"]["score"] == shown


def test_the_earliest_kept_stamp_ends_the_score_even_when_it_weighs_nothing() -> None:
    weightless = make_valid(provider="Unknown", expires_at=FUTURE)
    assert build(make_valid(), weightless, Google=1).expires_at == FUTURE


def test_a_deduplicated_stamp_does_not_end_the_score() -> None:
    lost = make_valid(provider="Github", expires_at=FUTURE)
    assert build(make_valid(), lost=(lost,)).expires_at == EXPIRY
    assert build(lost=(lost,)).expires_at is None


def test_an_offset_is_kept() -> None:
    there = EXPIRY.astimezone(timezone(timedelta(hours=2)))
    score = build(make_valid(expires_at=there))
    assert score.stamps["Google"]["expiration_date"] == "2099-01-01T02:00:00+02:00"
    assert score.expires_at is there


def test_deduplicated_stamps_come_last_by_the_credentials_provider_with_the_date_as_it_is_written() -> None:
    lost = make_valid(provider="Row", credential_provider="Credential")
    score = build(make_valid(), lost=(lost,), Google=1)
    assert list(score.stamps) == ["Google", "Credential"]
    assert score.stamps["Credential"] == {"score": "0.00000", "dedup": True, "expiration_date": EXPIRY_TEXT}
    assert score.stamp_scores == {"Google": 1.0}


def test_of_two_deduplicated_stamps_of_one_credential_provider_the_later_ones_date_is_shown() -> None:
    first = make_valid(provider="A", credential_provider="Google", expiration_text="2030-01-01T00:00:00Z")
    second = make_valid(provider="B", credential_provider="Google", expiration_text="2040-01-01T00:00:00Z")
    assert build(lost=(first, second)).stamps["Google"]["expiration_date"] == "2040-01-01T00:00:00Z"


def test_a_kept_stamp_whose_provider_is_deduplicated_too_keeps_its_score_and_takes_mark_and_date() -> None:
    lost = make_valid(provider="Row", credential_provider="Google", expiration_text="2040-01-01T00:00:00Z")
    score = build(make_valid(), make_valid(provider="Github"), lost=(lost,), Google="1.25")
    assert list(score.stamps) == ["Google", "Github"]
    assert score.stamps["Google"] == {"score": "1.25000", "dedup": True, "expiration_date": "2040-01-01T00:00:00Z"}
