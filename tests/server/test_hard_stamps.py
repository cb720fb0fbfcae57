"""Stamps that are JSON, and still hard to store or to read back: stored and answered, or refused; never broken."""

import json

import pytest

from tests.server.callers import ADDRESS, bulk_items, credential, internal_headers, user_community, user_headers
from tests.server.calls import Answer
from tests.server.servers import Service

NUMBERS = ["1e400", "1e20000", "-1e999999999", "1e-999999999", "9" * 400, "0." + "1" * 20_000, "-0.0", "1E5"]
DEPTHS = [100, 500, 1_000, 1_019, 1_020, 1_021, 1_022, 1_030, 5_000]


def through_bulk(service: Service, value: str) -> Answer:
    body = with_value(bulk_items([credential(service.issuer, ADDRESS) | {"more": "<value>"}]), value)
    headers = user_headers(service, ADDRESS)
    return service.call("POST", "/ceramic-cache/stamps/bulk", headers=headers, body=body)


def through_embed(service: Service, value: str) -> Answer:
    stamps = [credential(service.issuer, ADDRESS) | {"more": "<value>"}]
    body = with_value({"scorer_id": 1, "stamps": stamps}, value)
    return service.call("POST", f"/internal/embed/stamps/{ADDRESS}", headers=internal_headers(service), body=body)


def with_value(body: object, value: str) -> bytes:
    return json.dumps(body).replace('"<value>"', value).encode()


@pytest.mark.parametrize("store", [through_bulk, through_embed])
@pytest.mark.parametrize("value", [*NUMBERS, '"\\u2028"', '{"": 1, "a": 2, "a": 3}', '"' + "x" * 1_000_000 + '"'])
def test_a_value_is_stored_or_refused(service: Service, store: object, value: str) -> None:
    user_community()
    answer = store(service, value)  # type: ignore[operator]  # one of the two above
    assert answer.status in (200, 201, 400), answer.body[:300]
    assert answer.json()
    assert_readable(service, stored=answer.status != 400)


@pytest.mark.parametrize("store", [through_bulk, through_embed])
@pytest.mark.parametrize("depth", DEPTHS)
def test_a_depth_is_stored_or_refused(service: Service, store: object, depth: int) -> None:
    user_community()
    answer = store(service, "[" * depth + "]" * depth)  # type: ignore[operator]  # one of the two above
    assert answer.status in (200, 201, 400), answer.body[:300]
    assert answer.is_json
    assert_readable(service, stored=answer.status != 400)


def assert_readable(service: Service, *, stored: bool) -> None:
    """What was stored can be scored and listed by every door from then on."""
    rows = service.database.counts(["ceramic_cache_ceramiccache"])["ceramic_cache_ceramiccache"]
    assert rows == int(stored)
    scored = service.call("GET", f"/internal/embed/score/1/{ADDRESS}")
    assert scored.status == 200, scored.body[:300]
    listed = scored.body.count(b'"stamp":')
    assert listed == int(stored)
    assert service.call("GET", f"/internal/score/v2/1/{ADDRESS}", headers=internal_headers(service)).status == 200
