"""The requests that are sent to both services: from a file, or as partners made them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from scorer_v2.api_urls import METHODS, route_at, template_of_route
from scorer_v2.database.round_trips import fetch, statement
from scorer_v2.rollout.keys import address_in_token, address_in_url

# The endpoints that answer from rows and write none, but for an API key's new hash.
READ_ONLY = frozenset(
    {
        "/internal/embed/validate-api-key",
        "/internal/embed/weights",
        "/internal/embed/config",
        "/internal/check-bans",
        "/internal/check-revocations",
        "/internal/allow-list/{list_name}/{address}",
        "/internal/customization/credential/{provider_id}",
        "/internal/stake/gtc/{address}",
        "/internal/stake/legacy-gtc/{address}/{round_id}",
        "/internal/cgrants/contributor_statistics",
    }
)

# What partners asked last, the newest first.
ASKED_LAST = statement(
    "comparison.asked_last",
    """
    SELECT path, query_params::text FROM account_accountapikeyanalytics
    ORDER BY created_at DESC NULLS LAST, id DESC LIMIT %(number)s
    """,
)


class BadRequests(Exception):
    """The file cannot be used; the text says why, with the line."""


@dataclass(frozen=True, slots=True)
class Request:
    """`path` has its query. `headers` may hold credentials, and are never reported."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: Any = field(default=None, repr=False)

    @property
    def endpoint(self) -> str | None:
        """The template of one of our endpoints; None for another path or method."""
        route = route_at(self.path.partition("?")[0])
        return template_of_route(route) if route is not None and self.method in METHODS[route] else None

    @property
    def address(self) -> str | None:
        """Whose rows it is about, without `0x`."""
        given = {name.lower(): value for name, value in self.headers.items()}
        return address_in_url(self.path) or address_in_token(given.get("authorization", ""))


def read_requests(file: Path) -> Iterator[Request]:
    """The file's requests: an object a line, `{"path": ..., "method": "GET", "headers": {}, "body": null}`.

    Raises BadRequests and OSError.
    """
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield _parsed(line, f"{file.name}, line {number}")


def requests_of_analytics(number: int) -> list[Request]:
    """The last requests that were recorded, in the order in which they came. Raises DatabaseUnavailable."""
    rows = fetch(ASKED_LAST, {"number": number})
    return [Request("GET", _with_query(path, json.loads(query or "{}"))) for path, query in reversed(rows)]


def _with_query(path: str, query: Mapping[str, list[str]]) -> str:
    return quote(path, safe="/%:@") + (f"?{urlencode(query, doseq=True)}" if query else "")


def _parsed(line: str, where: str) -> Request:
    try:
        given = json.loads(line)
    except ValueError:
        raise BadRequests(f"{where}: no JSON.") from None
    if not isinstance(given, dict) or not isinstance(given.get("path"), str) or not given["path"].startswith("/"):
        raise BadRequests(f'{where}: no object with a "path" that starts with "/".')
    headers = given.get("headers") or {}
    if not isinstance(headers, dict) or not all(isinstance(value, str) for value in headers.values()):
        raise BadRequests(f'{where}: "headers" must be an object of texts.')
    return Request(str(given.get("method") or "GET").upper(), given["path"], headers, given.get("body"))
