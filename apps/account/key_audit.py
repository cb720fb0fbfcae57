"""Which API keys the stricter rules refuse, and which are slow to prove (contract, section 2.1, D1 to D3)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from scorer_v2.database.bulk import transaction
from scorer_v2.database.round_trips import statement

# Every key with its owner and its recent calls, in all and of the endpoint that needs `read_scores`.
KEYS = statement(
    "account.audit_api_keys",
    """
    WITH recent AS (
        SELECT api_key_id, count(*) AS calls, max(created_at) AS last_call,
               count(*) FILTER (WHERE path LIKE '/v2/stamps/%%/score/%%') AS score_calls
        FROM account_accountapikeyanalytics WHERE created_at >= %(since)s GROUP BY api_key_id
    )
    SELECT key.prefix, key.name, account.address, key.revoked, key.expiry_date, key.read_scores,
           key.hashed_key_sha256 IS NOT NULL OR key.hashed_key LIKE 'sha256$%%',
           coalesce(recent.calls, 0), coalesce(recent.score_calls, 0), recent.last_call
    FROM account_accountapikey key
    JOIN account_account account ON account.id = key.account_id
    LEFT JOIN recent ON recent.api_key_id = key.id
    ORDER BY key.prefix
    """,
)


@dataclass(frozen=True, slots=True)
class AuditedKey:
    """A key and its calls since a time. `has_sha256`: it need not be proven by PBKDF2."""

    prefix: str
    name: str
    account: str
    revoked: bool
    expiry_date: datetime | None
    read_scores: bool
    has_sha256: bool
    calls: int
    score_calls: int
    last_call: datetime | None


def find_keys(*, since: datetime) -> list[AuditedKey]:
    """Raises DatabaseUnavailable."""
    with transaction() as bulk:
        return [AuditedKey(*row) for row in bulk.rows(KEYS, {"since": since})]


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
