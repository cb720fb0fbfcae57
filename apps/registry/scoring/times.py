"""Times as texts (section 1.6)."""

from datetime import UTC, datetime

import orjson


def iso(value: datetime) -> str:
    """As answers have it: `2099-01-01T00:00:00+00:00`, a six-digit fraction only when it is not zero.

    Each score has as many as stamps, nearly all in UTC: orjson writes the same text in a fourth of the time.
    """
    return orjson.dumps(value)[1:-1].decode() if value.tzinfo is UTC else value.isoformat()


def iso_ms(value: datetime) -> str:
    """As event data and bans have it: the fraction cut to milliseconds, UTC as `Z`, other offsets as they are.

    A time on the full second has no fraction. One that is only microseconds past it has `.000`.
    """
    text = iso(value)
    if value.microsecond:
        text = text[:23] + text[26:]
    return f"{text[:-6]}Z" if text.endswith("+00:00") else text
