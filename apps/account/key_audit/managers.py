"""SQL of the audit of API keys."""

from dataclasses import dataclass
from datetime import datetime

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
