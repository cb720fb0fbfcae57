"""SQL of accounts: API keys and their analytics, address lists, custom credentials."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.account.keys import KeyRow, PresentedKey
from scorer_v2.database.round_trips import Rows, Step, fetch, send, statement
from scorer_v2.http.answers import json_bytes

# The key row that a prefix names, usable or not.
FIND_KEY = statement(
    "account.find_key",
    """
    SELECT id, account_id, hashed_key, hashed_key_sha256, revoked, expiry_date, read_scores,
           rate_limit, embed_rate_limit
    FROM account_accountapikey
    WHERE prefix = %(prefix)s
    """,
)

# Stores the SHA-256 of a key that proved itself by PBKDF2, so that its next use is quick.
MIGRATE_KEY = statement(
    "account.migrate_key",
    """
    UPDATE account_accountapikey SET hashed_key_sha256 = %(digest)s
    WHERE id = %(id)s AND nullif(hashed_key_sha256, '') IS NULL
    """,
)

# One row of what a partner asked and was answered (section 5.1).
RECORD_REQUEST = statement(
    "account.record_request",
    """
    INSERT INTO account_accountapikeyanalytics
        (api_key_id, created_at, path, path_segments, query_params, headers,
         response, response_skipped, error, status_code)
    VALUES (%(api_key_id)s, %(created_at)s, %(path)s, %(path_segments)s::jsonb, %(query_params)s::jsonb,
            %(headers)s::jsonb, to_jsonb(%(response)s::text), false, %(error)s, %(status_code)s)
    """,
)

# Whether an address is on the list of a name.
IS_LISTED = statement(
    "account.is_listed",
    """
    SELECT EXISTS (
        SELECT FROM account_addresslist list
        JOIN account_addresslistmember member ON member.list_id = list.id
        WHERE list.name = %(list_name)s AND member.address = %(address)s
    )
    """,
)

# The definition of a custom credential, as JSON text.
FIND_RULESET = statement(
    "account.find_ruleset",
    "SELECT definition::text FROM account_customcredentialruleset WHERE provider_id = %(provider_id)s",
)

PATH_LENGTH = 1000


@dataclass(frozen=True, slots=True)
class AnalyticsEntry:
    """What is kept of a request. `response` is the answer's JSON text, kept as a JSON string."""

    api_key_id: str
    created_at: datetime
    path: str
    query_params: Mapping[str, list[str]]
    headers: Mapping[str, str]
    status_code: int
    error: str | None = None
    response: str | None = None


def find_key_step(key: PresentedKey) -> Step:
    return Step(FIND_KEY, {"prefix": key.prefix})


def key_from(rows: Rows) -> KeyRow | None:
    return KeyRow(*rows[0]) if rows else None


def find_key(key: PresentedKey) -> KeyRow | None:
    return key_from(send(find_key_step(key), restartable=True)[0])


def migrate_key_step(row: KeyRow, key: PresentedKey) -> Step:
    return Step(MIGRATE_KEY, {"id": row.id, "digest": key.digest})


def migrate_key(row: KeyRow, key: PresentedKey) -> None:
    send(migrate_key_step(row, key))


def record_request_step(entry: AnalyticsEntry) -> Step:
    values: dict[str, Any] = {
        "api_key_id": entry.api_key_id,
        "created_at": entry.created_at,
        "path": _storable(entry.path)[:PATH_LENGTH],
        "path_segments": _json(entry.path.removeprefix("/").split("/")),
        "query_params": _json(entry.query_params),
        "headers": _json(entry.headers),
        "response": entry.response,
        "error": entry.error,
        "status_code": entry.status_code,
    }
    return Step(RECORD_REQUEST, values)


def record_request(entry: AnalyticsEntry) -> None:
    send(record_request_step(entry))


def is_listed(*, list_name: str, address: str) -> bool:
    """Whether the list has the address. Raises DatabaseUnavailable."""
    ((listed,),) = fetch(IS_LISTED, {"list_name": list_name, "address": address})
    return bool(listed)


def find_ruleset(provider_id: str) -> str | None:
    """The JSON text of a ruleset's definition. Raises DatabaseUnavailable."""
    rows = fetch(FIND_RULESET, {"provider_id": provider_id})
    return rows[0][0] if rows else None


def _json(value: Any) -> str:
    return json_bytes(value).decode().replace("\\u0000", "\\ufffd")


def _storable(text: str) -> str:
    """Text columns cannot hold NUL."""
    return text.replace("\x00", "\ufffd")
