"""Every route of the service, with whom it is for. A new route needs a line here."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from ninja.operation import Operation

from scorer_v2.api import api
from tests.factories.addresses import address as address_number

PARTNER, USER, INTERNAL, NETWORK = "PartnerKey", "UserToken", "InternalToken", None

# method, path, authentication, status of success
TABLE = [
    ("GET", "/v2/stamps/{scorer_id}/score/{address}", PARTNER, 200),
    ("GET", "/internal/embed/score/{scorer_id}/{address}", NETWORK, 200),
    ("POST", "/internal/embed/stamps/{address}", INTERNAL, 200),
    ("GET", "/internal/embed/validate-api-key", PARTNER, 200),
    ("POST", "/ceramic-cache/stamps/bulk", USER, 201),
    ("GET", "/ceramic-cache/score/{address}", USER, 200),
    ("GET", "/internal/score/v2/{scorer_id}/{address}", INTERNAL, 200),
    ("GET", "/internal/embed/weights", NETWORK, 200),
    ("GET", "/internal/embed/config", NETWORK, 200),
    ("POST", "/internal/check-bans", INTERNAL, 200),
    ("POST", "/internal/check-revocations", INTERNAL, 200),
    ("GET", "/internal/allow-list/{list_name}/{address}", INTERNAL, 200),
    ("GET", "/internal/customization/credential/{provider_id}", INTERNAL, 200),
    ("GET", "/internal/stake/gtc/{address}", INTERNAL, 200),
    ("GET", "/internal/stake/legacy-gtc/{address}/{round_id}", INTERNAL, 200),
    ("GET", "/internal/cgrants/contributor_statistics", INTERNAL, 200),
]

# Besides the API, for operators and browsers: no caller's data is behind them. The admin site asks for its own login.
OTHERS = {"/health", "/health/", "/ready", "/metrics", "/openapi.json", "/docs", "/"}


def operations() -> Iterator[tuple[str, Operation]]:
    """Every operation of the API, with its path in the notation of the table."""
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                yield re.sub(r"\{\w+:", "{", f"{prefix}{path}"), operation


def routes(patterns: Iterable[Any], before: str = "") -> Iterator[str]:
    """Every path that Django resolves, but those of the admin site, in the notation of the table."""
    for each in patterns:
        path = f"{before}{each.pattern}"
        if isinstance(each, URLPattern):
            yield "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path)
        elif isinstance(each, URLResolver) and each.app_name != "admin":
            yield from routes(each.url_patterns, path)


def test_the_table_has_every_operation() -> None:
    found = [
        (method, path, authentication_of(operation), success_of(operation))
        for path, operation in operations()
        for method in operation.methods
    ]
    assert sorted(found, key=str) == sorted(TABLE, key=str)


def test_nothing_is_routed_that_the_table_does_not_have() -> None:
    assert set(routes(get_resolver().url_patterns)) == {path for _, path, _, _ in TABLE} | OTHERS


@pytest.mark.parametrize(("method", "path"), [row[:2] for row in TABLE if row[2] is not NETWORK])
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer a-wrong-one"}, {"Authorization": "a-wrong-one"}])
def test_without_credentials_it_is_401(method: str, path: str, headers: dict[str, str]) -> None:
    """Nobody asks the database for that, which this test has no access to."""
    values = {"scorer_id": 1, "address": address_number(1), "round_id": 1, "list_name": "a", "provider_id": "a"}
    answer = Client().generic(method, path.format(**values), headers=headers)
    assert answer.status_code == 401
    assert answer.json()["detail"]


def authentication_of(operation: Operation) -> str | None:
    callbacks = [type(callback).__name__ for callback in operation.auth_callbacks]
    assert len(callbacks) <= 1
    return callbacks[0] if callbacks else None


def success_of(operation: Operation) -> int:
    (success,) = [status for status in operation.response_models if isinstance(status, int) and status < 300]
    return success
