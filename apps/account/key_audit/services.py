"""Which API keys the stricter rules refuse, and which are slow to prove (contract, section 2.1, D1 to D3)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from apps.account.key_audit.managers import AuditedKey, find_keys

REVOKED: Final = "revoked"
EXPIRED: Final = "expired"
MAY_NOT_READ: Final = "may_not_read_scores"
ONLY_PBKDF2: Final = "only_pbkdf2"

REFUSED = frozenset({REVOKED, EXPIRED, MAY_NOT_READ})


@dataclass(frozen=True, slots=True)
class KeyFinding:
    """What is wrong with a key. `is_in_use`: it was called lately, in a way that is, or will be, refused."""

    key: AuditedKey
    problem: str
    is_in_use: bool


def audit_api_keys(*, days: int = 30, now: datetime | None = None) -> list[KeyFinding]:
    """Findings by prefix. `days` is how far back a use counts. A key can have several. Raises DatabaseUnavailable.

    Uses are known from the analytics rows: with analytics off, none is.
    """
    moment = now or timezone.now()
    keys = find_keys(since=moment - timedelta(days=days))
    return [finding for key in keys for finding in _findings(key, moment)]


def _findings(key: AuditedKey, now: datetime) -> Iterator[KeyFinding]:
    if key.revoked and key.calls:
        yield KeyFinding(key, REVOKED, is_in_use=True)
    elif not key.revoked and key.expiry_date is not None and key.expiry_date < now:
        yield KeyFinding(key, EXPIRED, is_in_use=key.calls > 0)
    if not key.read_scores and key.score_calls:
        yield KeyFinding(key, MAY_NOT_READ, is_in_use=True)
    if not key.has_sha256 and not key.revoked:
        yield KeyFinding(key, ONLY_PBKDF2, is_in_use=key.calls > 0)
