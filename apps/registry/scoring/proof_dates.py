"""How a proof reads and writes dates. What is signed is not the text of the credential but its normalised form.

The calendar is the proleptic Gregorian one, years 1 to 9999. A leap second stays one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from apps.registry.scoring.proof_errors import InvalidProof

_USUAL = re.compile(
    r"(?!0000)\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.(?!000)\d{3})?Z",
    re.ASCII,
)
"""Almost all dates: normalised already, on a day that every month has."""

_RFC3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|[Uu][Tt][Cc]|([+-])(\d\d):([0-5]\d))",
    re.ASCII,
)
_LENIENT = re.compile(
    r"\s*(\d{1,4})\s*-\s*(\d{1,2})\s*-\s*(\d{1,2})"
    r"[T ]\s*(\d{1,2})\s*:\s*(\d{1,2})\s*:\s*(\d{1,2})(?:\.(\d+))?\s*"
    r"(?:[Zz]|[Uu][Tt][Cc]|([+-])(\d\d)[:\s]*([0-5]\d))\s*",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class CreationTime:
    """`text` is what is signed; `not_before` the first microsecond (UTC) that is not before it."""

    text: str
    not_before: datetime


def normalised_date(value: object) -> str:
    """The signed form of `issuanceDate` and `expirationDate`: strict RFC 3339, the zone kept. Raises InvalidProof.

    A fraction is cut to 0, 3, 6 or 9 digits; `Z` stays only when it is a capital one, else it is `+00:00`.
    """
    if not isinstance(value, str):
        raise InvalidProof("a date is not a text")
    if _USUAL.fullmatch(value):
        return value
    found = _RFC3339.fullmatch(value)
    if found is None:
        raise InvalidProof("a date is not an RFC 3339 date and time")
    fraction, sign, offset_hours, offset_minutes = found.groups()[6:]
    _check_time([int(part) for part in found.groups()[:6]], int(offset_hours or 0))
    zone = "Z" if value.endswith("Z") else "+00:00"
    if sign and (offset_hours, offset_minutes) != ("00", "00"):
        zone = f"{sign}{offset_hours}:{offset_minutes}"
    return f"{value[:10]}T{value[11:19]}{_cut(fraction)}{zone}"


def creation_time(value: object) -> CreationTime:
    """The proof's `created`: read leniently (spaces, numbers of one digit), signed in UTC. Raises InvalidProof."""
    if not isinstance(value, str):
        raise InvalidProof("the proof's creation date is not a text")
    if _USUAL.fullmatch(value):
        return CreationTime(value, datetime.fromisoformat(value))
    found = _LENIENT.fullmatch(value)
    if found is None:
        raise InvalidProof("the proof's creation date is not a date and time with a zone")
    *numbers, second = (int(part) for part in found.groups()[:6])
    fraction, sign, offset_hours, offset_minutes = found.groups()[6:]
    _check_time([*numbers, second], int(offset_hours or 0))
    year, month, day, hour, minute = numbers
    offset = timedelta(hours=int(offset_hours or 0), minutes=int(offset_minutes or 0))
    whole_minute = datetime(year, month, day, hour, minute, tzinfo=UTC) + (offset if sign == "-" else -offset)
    digits = (fraction or "")[:9].ljust(9, "0")
    return CreationTime(
        text=f"{whole_minute.isoformat()[:16]}:{second:02}{_cut(fraction)}Z",
        not_before=whole_minute + timedelta(seconds=second, microseconds=-(-int(digits) // 1000)),
    )


def _check_time(numbers: Sequence[int], offset_hours: int) -> None:
    year, month, day, hour, minute, second = numbers
    if hour > 23 or minute > 59 or second > 60 or offset_hours > 23:
        raise InvalidProof("a date has a time that does not exist")
    try:
        date(year, month, day)
    except ValueError:
        raise InvalidProof("a date has a day that does not exist") from None


def _cut(fraction: str | None) -> str:
    if not fraction:
        return ""
    digits = fraction[:9].ljust(9, "0")
    for length in (0, 3, 6):
        if digits[length:].strip("0") == "":
            return f".{digits[:length]}" if length else ""
    return f".{digits}"
