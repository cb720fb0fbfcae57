from dataclasses import replace
from datetime import timedelta, timezone

from apps.registry.scoring.events import deduplication_events, score_update_fields
from apps.registry.scoring.records import Score
from tests.unit.scoring.factories import EXPIRY, NOW, make_valid

SCORE = Score(
    passing=True, evidence={"rawScore": "1"}, stamp_scores={"Google": 1.0}, stamps={"Google": {}}, expires_at=EXPIRY,
    computed_at=NOW,
)  # fmt: skip


def test_a_deduplicated_stamp_leaves_an_event_of_the_credentials_provider_with_all_its_nullifiers() -> None:
    stamp = make_valid("v0:a", "v1:a", provider="Row", credential_provider="Credential")
    (event,) = deduplication_events([stamp], community_id=7)
    assert list(event.items()) == [("nullifiers", ["v0:a", "v1:a"]), ("provider", "Credential"), ("community_id", 7)]


def test_of_two_deduplicated_stamps_of_one_credential_provider_the_later_one_leaves_the_event() -> None:
    first = make_valid("v0:a", provider="A", credential_provider="Google")
    other = make_valid("v0:c", provider="B")
    second = make_valid("v0:b", provider="C", credential_provider="Google")
    events = deduplication_events([first, other, second], community_id=7)
    assert [(event["provider"], event["nullifiers"]) for event in events] == [("Google", ["v0:b"]), ("B", ["v0:c"])]


def test_the_score_update_has_the_row_with_times_in_milliseconds() -> None:
    assert list(score_update_fields(SCORE).items()) == [
        ("score", "1"),
        ("last_score_timestamp", "2026-01-02T03:04:05.678Z"),
        ("status", "DONE"),
        ("error", None),
        ("evidence", {"rawScore": "1"}),
        ("stamp_scores", {"Google": 1.0}),
        ("stamps", {"Google": {}}),
        ("expiration_date", "2099-01-01T00:00:00Z"),
    ]


def test_a_score_that_fails_is_0_and_without_expiry_null() -> None:
    fields = score_update_fields(replace(SCORE, passing=False, expires_at=None))
    assert (fields["score"], fields["expiration_date"]) == ("0", None)


def test_an_expiry_with_an_offset_keeps_it() -> None:
    there = EXPIRY.astimezone(timezone(timedelta(hours=2)))
    fields = score_update_fields(replace(SCORE, expires_at=there))
    assert fields["expiration_date"] == "2099-01-01T02:00:00+02:00"
