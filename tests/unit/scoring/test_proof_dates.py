from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from apps.registry.scoring.proof_dates import creation_time, normalised_date
from apps.registry.scoring.proof_errors import InvalidProof
from tests.unit.scoring.proof_samples import eip712, fault_of, signed_again


@pytest.mark.parametrize(
    ("text", "signed"),
    [
        ("2025-11-20T13:12:09Z", "2025-11-20T13:12:09Z"),
        ("2025-11-20T13:12:09.5Z", "2025-11-20T13:12:09.500Z"),
        ("2025-11-20T13:12:09.000Z", "2025-11-20T13:12:09Z"),
        ("2025-11-20T13:12:09.123Z", "2025-11-20T13:12:09.123Z"),
        ("2025-11-20T13:12:09.1234Z", "2025-11-20T13:12:09.123400Z"),
        ("2025-11-20T13:12:09.1234567Z", "2025-11-20T13:12:09.123456700Z"),
        ("2025-11-20T13:12:09.1234567899Z", "2025-11-20T13:12:09.123456789Z"),
        ("2025-11-20t13:12:09z", "2025-11-20T13:12:09+00:00"),
        ("2025-11-20T13:12:09utc", "2025-11-20T13:12:09+00:00"),
        ("2025-11-20T13:12:09-00:00", "2025-11-20T13:12:09+00:00"),
        ("2025-11-20T13:12:09+02:00", "2025-11-20T13:12:09+02:00"),
        ("2025-11-20T13:12:09.25-23:59", "2025-11-20T13:12:09.250-23:59"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:60Z"),
        ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"),
        ("2025-01-31T00:00:00Z", "2025-01-31T00:00:00Z"),
    ],
)
def test_a_date_is_signed_in_its_normalised_form(text: str, signed: str) -> None:
    assert normalised_date(text) == signed


@pytest.mark.parametrize(
    "text",
    [
        "2025-11-20",
        "2025-11-20T13:12Z",
        "2025-11-20T13:12:09",
        "2025-11-20 13:12:09Z",
        "2025-11-20T13:12:09.Z",
        "2025-11-20T13:12:09,5Z",
        "2025-11-20T13:12:09+0200",
        "2025-11-20T13:12:09+24:00",
        "2025-11-20T13:12:09+02:60",
        "2025-11-20T24:00:00Z",
        "2025-11-20T23:60:00Z",
        "2025-11-20T23:59:61Z",
        "2025-02-29T00:00:00Z",
        "2025-04-31T00:00:00Z",
        "2025-13-01T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "10000-01-01T00:00:00Z",
        "2025-1-2T3:4:5Z",
        "2025-11-20T13:12:09Z ",
        "٢٠٢٥-11-20T13:12:09Z",
        "",
        None,
        7,
        [],
    ],
)
def test_another_form_is_no_date(text: object) -> None:
    with pytest.raises(InvalidProof):
        normalised_date(text)


@pytest.mark.parametrize(
    ("text", "signed"),
    [
        ("2025-11-20T13:12:09.123Z", "2025-11-20T13:12:09.123Z"),
        ("2025-11-20T13:12:09.000Z", "2025-11-20T13:12:09Z"),
        ("2025-11-20T13:12:09.123456789123Z", "2025-11-20T13:12:09.123456789Z"),
        ("2025-11-20T13:12:09+02:00", "2025-11-20T11:12:09Z"),
        ("2025-11-20T13:12:09-0230", "2025-11-20T15:42:09Z"),
        ("2025-01-01T00:30:00+01:00", "2024-12-31T23:30:00Z"),
        ("2025-11-20T13:12:09z", "2025-11-20T13:12:09Z"),
        ("2025-11-20 13:12:09 Z", "2025-11-20T13:12:09Z"),
        (" 2025-1-2T3 : 4:5 +01: 00 ", "2025-01-02T02:04:05Z"),
        ("2016-12-31T23:59:60.5+01:00", "2016-12-31T22:59:60.500Z"),
    ],
)
def test_the_creation_is_read_leniently_and_signed_in_utc(text: str, signed: str) -> None:
    assert creation_time(text).text == signed


@pytest.mark.parametrize(
    "text",
    ["2025-11-20T13:12:09", "2025-11-20T24:00:00Z", "2025-11-20t13:12:09Z", "2025-11-20T13:12:09+24:00", "", None, 1],
)
def test_another_form_is_no_creation(text: object) -> None:
    with pytest.raises(InvalidProof):
        creation_time(text)


def test_a_proof_holds_from_the_millisecond_of_its_creation() -> None:
    created = datetime(2026, 1, 1, 0, 0, 0, 1000, tzinfo=UTC)
    credential = eip712(issued_at=created)

    assert fault_of(credential, now=created + timedelta(microseconds=999)) is None
    assert fault_of(credential, now=created - timedelta(microseconds=1)) == "the proof was created in the future"


@pytest.mark.parametrize(("text", "microseconds"), [(".0000001", 1000), (".000001", 1000), (".001", 1000), (".0", 0)])
def test_the_present_counts_in_whole_milliseconds(text: str, microseconds: int) -> None:
    def change(credential: dict[str, Any]) -> None:
        credential["proof"]["created"] = f"2026-01-01T00:00:00{text}Z"

    credential = signed_again(change)
    first = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)

    assert fault_of(credential, now=first) is None
    assert fault_of(credential, now=first - timedelta(microseconds=1)) == "the proof was created in the future"


def test_the_zone_of_the_present_does_not_matter() -> None:
    created = datetime(2026, 1, 1, tzinfo=UTC)
    credential = eip712(issued_at=created)

    assert fault_of(credential, now=datetime.fromisoformat("2026-01-01T01:00:00+01:00")) is None
    assert fault_of(credential, now=datetime.fromisoformat("2026-01-01T00:59:00+01:00")) is not None
