from datetime import UTC, datetime, timedelta, timezone

import pytest

from apps.registry.scoring.times import iso, iso_ms

OFFSET = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("moment", "text", "text_ms"),
    [
        (datetime(2099, 1, 1, tzinfo=UTC), "2099-01-01T00:00:00+00:00", "2099-01-01T00:00:00Z"),
        (datetime(2099, 1, 1, 0, 0, 0, 123000, UTC), "2099-01-01T00:00:00.123000+00:00", "2099-01-01T00:00:00.123Z"),
        (datetime(2099, 1, 1, 0, 0, 0, 999999, UTC), "2099-01-01T00:00:00.999999+00:00", "2099-01-01T00:00:00.999Z"),
        (datetime(2099, 1, 1, 0, 0, 0, 999, UTC), "2099-01-01T00:00:00.000999+00:00", "2099-01-01T00:00:00.000Z"),
        (datetime(2099, 1, 1, 2, tzinfo=OFFSET), "2099-01-01T02:00:00+02:00", "2099-01-01T02:00:00+02:00"),
        (
            datetime(2099, 1, 1, 2, 0, 0, 500000, OFFSET),
            "2099-01-01T02:00:00.500000+02:00",
            "2099-01-01T02:00:00.500+02:00",
        ),
        (datetime(1, 1, 1, 0, 0, 1, tzinfo=UTC), "0001-01-01T00:00:01+00:00", "0001-01-01T00:00:01Z"),
        (datetime.max.replace(tzinfo=UTC), "9999-12-31T23:59:59.999999+00:00", "9999-12-31T23:59:59.999Z"),
        (datetime(2099, 1, 1, tzinfo=timezone(timedelta(0))), "2099-01-01T00:00:00+00:00", "2099-01-01T00:00:00Z"),
        (
            datetime(2099, 1, 1, tzinfo=timezone(timedelta(seconds=30))),
            "2099-01-01T00:00:00+00:00:30",
            "2099-01-01T00:00:00+00:00:30",
        ),
    ],
)
def test_it_prints_times_as_answers_and_as_event_data_have_them(moment: datetime, text: str, text_ms: str) -> None:
    assert iso(moment) == text
    assert iso_ms(moment) == text_ms
