"""Stamps of a request, checked before anything is written (contract, section 4.5.1 and D7). Pure."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from scorer_v2.conf import settings
from scorer_v2.primitives.errors import DomainError, TooManyStamps

MOST_STAMPS = 100
LONGEST_PROVIDER = 256
LONGEST_PROOF_VALUE = 256


# Doubles end at 1e-324. PostgreSQL keeps 1e-16383 in a few bytes and prints it with 16,385 characters.
SMALLEST_EXPONENT = -400
_SMALL_NUMBER = re.compile(rb"[eE]-0*[1-9][0-9]{2}")


class InvalidStamp(DomainError):
    """400 with the item and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class StampItem:
    """What is stored of a stamp beside its JSON."""

    provider: str
    proof_value: str
    issuance_date: datetime | None
    expiration_date: datetime | None


def check_number(stamps: Sequence[Any]) -> None:
    """Raises TooManyStamps beyond the fixed bulk size."""
    if len(stamps) > MOST_STAMPS:
        raise TooManyStamps


def check_items(pairs: Iterable[tuple[Any, Any]]) -> list[StampItem]:
    """The items of (provider, stamp) pairs, in order. Raises InvalidStamp for the first one that cannot be stored."""
    items: list[StampItem] = []
    providers: set[str] = set()
    for position, (provider, stamp) in enumerate(pairs):
        item = _item(position, provider, stamp)
        if item.provider in providers:
            raise InvalidStamp(f"Stamp {position}: its provider {item.provider!r} is that of an earlier stamp.")
        providers.add(item.provider)
        items.append(item)
    return items


def check_numbers(body: bytes) -> None:
    """Raise InvalidStamp for a number that is printed with far more characters than it was sent with.

    `body` is valid JSON. It is looked through only where it holds what may be such a number, or part of a text.
    """
    if not _SMALL_NUMBER.search(body):
        return
    try:
        json.loads(body.decode(), parse_float=_check_exponent, parse_int=str)
    except RecursionError:
        raise InvalidStamp("A stamp is nested too deeply.") from None


def _check_exponent(number: str) -> str:
    exponent = number.lower().partition("e")[2]
    if len(exponent) > len(str(SMALLEST_EXPONENT)) + 1 or int(exponent or 0) < SMALLEST_EXPONENT:
        raise InvalidStamp(f"A stamp holds a number with an exponent below {SMALLEST_EXPONENT}.")
    return number


def provider_of_subject(stamp: Any) -> Any:
    """`credentialSubject.provider`, or None where there is none."""
    subject = stamp.get("credentialSubject") if isinstance(stamp, dict) else None
    return subject.get("provider") if isinstance(subject, dict) else None


def _item(position: int, provider: Any, stamp: Any) -> StampItem:
    if not isinstance(stamp, dict):
        raise InvalidStamp(f"Stamp {position}: it is missing or not an object.")
    _check_size(position, stamp)
    proof = stamp.get("proof")
    item = StampItem(
        provider=_text(position, "provider", provider, LONGEST_PROVIDER),
        proof_value=_text(
            position,
            "proof.proofValue",
            proof.get("proofValue") if isinstance(proof, dict) else None,
            LONGEST_PROOF_VALUE,
        ),
        issuance_date=_date(position, "issuanceDate", stamp.get("issuanceDate")),
        expiration_date=_date(position, "expirationDate", stamp.get("expirationDate")),
    )
    if provider_of_subject(stamp) != item.provider:
        raise InvalidStamp(f"Stamp {position}: its provider {item.provider!r} is not its credentialSubject.provider.")
    return item


def _check_size(position: int, stamp: dict[str, Any]) -> None:
    try:
        size = len(orjson.dumps(stamp))
    except orjson.JSONEncodeError:
        raise InvalidStamp(f"Stamp {position}: it is nested too deeply, or holds text that is not Unicode.") from None
    if size > settings.MAX_STAMP_BYTES:
        raise InvalidStamp(f"Stamp {position}: it is larger than {settings.MAX_STAMP_BYTES} bytes.")


def _text(position: int, name: str, value: Any, longest: int) -> str:
    if not isinstance(value, str) or not value:
        raise InvalidStamp(f"Stamp {position}: it has no {name}.")
    if len(value) > longest:
        raise InvalidStamp(f"Stamp {position}: its {name} is longer than {longest} characters.")
    if "\x00" in value:
        raise InvalidStamp(f"Stamp {position}: its {name} holds a NUL character.")
    return value


def _date(position: int, name: str, value: Any) -> datetime | None:
    """A date-time without a zone is taken as UTC here."""
    if value is None:
        return None
    try:
        parsed = datetime.fromisoformat(value)
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        raise InvalidStamp(f"Stamp {position}: its {name} is not a date and time.") from None
