"""The rules of accounts: API keys (contract, section 2.1), address lists, custom credentials (4.11, 4.12)."""

import logging
import threading
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from django.contrib.auth.hashers import PBKDF2PasswordHasher

from apps.account import managers
from apps.account.analytics import PartnerRequest, analytics_entry
from apps.account.keys import (
    InvalidApiKey,
    KeyRow,
    PermissionDenied,
    PresentedKey,
    digest_of,
    has_digest,
    is_usable,
)
from apps.account.managers import AnalyticsEntry
from scorer_v2.conf import settings
from scorer_v2.primitives.errors import Conflict, DatabaseUnavailable, DomainError, NotFound
from scorer_v2.primitives.storable import is_storable

logger = logging.getLogger("scorer_v2.account")

# PBKDF2 costs a quarter of a second of CPU: guesses on an unmigrated prefix must not take every worker (D3).
_pbkdf2_turns = threading.BoundedSemaphore(settings.PBKDF2_CONCURRENCY)
PBKDF2_WAIT_SECONDS = 1.0


class KeyCheckBusy(DomainError):
    """Too many old keys are being checked at once."""

    status = 503
    detail = "The API key cannot be checked right now. Please try again."
    headers = MappingProxyType({"Retry-After": "1"})


def needs_pbkdf2(row: KeyRow | None) -> bool:
    """Whether only a PBKDF2 hash can prove the key."""
    return row is not None and digest_of(row) is None and row.hashed_key.startswith("pbkdf2_sha256$")


def proves_by_pbkdf2(*, row: KeyRow, key: PresentedKey) -> bool:
    """Whether the key fits the row's PBKDF2 hash. Raises KeyCheckBusy when too many are being tried."""
    if not _pbkdf2_turns.acquire(timeout=PBKDF2_WAIT_SECONDS):
        raise KeyCheckBusy
    try:
        return PBKDF2PasswordHasher().verify(key.text, row.hashed_key)
    except (ValueError, AssertionError, TypeError):
        logger.warning("an API key has a malformed hash", extra={"prefix": key.prefix})
        return False
    finally:
        _pbkdf2_turns.release()


@dataclass(frozen=True, slots=True)
class Refusal:
    """The error that a refused key is answered with, and the reason that its analytics row names (D17)."""

    error: DomainError
    reason: str

    def __post_init__(self) -> None:
        self.error.reason = self.reason


def refusal_of(row: KeyRow | None, *, proven: bool, now: datetime, to_read_scores: bool) -> Refusal | None:
    """Why the key is refused, or None: unknown, wrong, revoked or expired (D1), or without `read_scores` (D2)."""
    if row is None:
        return Refusal(InvalidApiKey(), "Invalid API Key: unknown prefix")
    if not proven:
        return Refusal(InvalidApiKey(), "Invalid API Key: wrong secret")
    if not is_usable(row, now=now):
        return Refusal(InvalidApiKey(), "Invalid API Key: " + ("revoked" if row.revoked else "expired"))
    if to_read_scores and not row.read_scores:
        return Refusal(PermissionDenied(), str(PermissionDenied.detail))
    return None


def prove_key(*, key: PresentedKey, request: PartnerRequest, now: datetime, to_read_scores: bool) -> KeyRow | None:
    """The row of a key that is valid; a PBKDF2 one is migrated. Raises InvalidApiKey and PermissionDenied, and
    leaves an analytics row for a refused key whose prefix is known (D17)."""
    row = managers.find_key(key)
    proven = has_digest(row, key)
    if row is not None and needs_pbkdf2(row):
        proven = proves_by_pbkdf2(row=row, key=key)
        if proven and is_usable(row, now=now):
            managers.migrate_key(row, key)
    refusal = refusal_of(row, proven=proven, now=now, to_read_scores=to_read_scores)
    if refusal is None:
        return row
    status = refusal.error.status
    entry = analytics_entry(key=row, request=request, now=now, status=status, error=refusal.reason, response=None)
    if entry is not None:
        record_quietly(entry)
    raise refusal.error


def validate_key(*, key: PresentedKey, request: PartnerRequest, now: datetime) -> str | None:
    """The embed rate limit of a valid key, as its column has it (section 4.4)."""
    row = prove_key(key=key, request=request, now=now, to_read_scores=False)
    return row.embed_rate_limit if row is not None else None


def record_quietly(entry: AnalyticsEntry) -> None:
    """Keeps an analytics row outside of any transaction; a failure to do so is logged and no more."""
    try:
        managers.record_request(entry)
    except (Conflict, DatabaseUnavailable):
        logger.warning("an analytics row could not be stored")


def is_list_member(*, list_name: str, address: str) -> bool:
    """Whether the address, in any case and valid or not, is on the list; false for a list that is unknown."""
    if not is_storable(list_name) or not is_storable(address):
        return False
    return managers.is_listed(list_name=list_name, address=address.lower())


def ruleset_of(*, provider_id: str) -> str:
    """The JSON text of a custom credential's definition. A `#` may still be written as `%23`. Raises NotFound."""
    wanted = provider_id.replace("%23", "#")
    definition = managers.find_ruleset(wanted) if is_storable(wanted) else None
    if definition is None:
        raise NotFound
    return definition
