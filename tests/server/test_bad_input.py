"""Whatever is sent: a clear 4xx in JSON, nothing written, and a server that goes on."""

from collections.abc import Iterator
from typing import Any

import jwt
import pytest

from tests.server.callers import (
    ADDRESS,
    TRACKED,
    bulk_items,
    credential,
    internal_headers,
    partner,
    store_stamps,
    user_community,
    user_headers,
)
from tests.server.calls import Answer, send_raw
from tests.server.conftest import SETTINGS
from tests.server.nginx import needs_nginx
from tests.server.servers import Servers, Service, servers_of

BULK = "/ceramic-cache/stamps/bulk"
EMBED = f"/internal/embed/stamps/{ADDRESS}"
BANS = "/internal/check-bans"
REVOCATIONS = "/internal/check-revocations"
ANALYTICS = "account_accountapikeyanalytics"
KEY = {"X-API-Key": "known000.secret"}


@pytest.fixture(scope="module")
def seeded(pytestconfig: pytest.Config, django_db_blocker: Any) -> Service:
    """A service with a partner and a scored address."""
    service = servers_of(pytestconfig).direct("service", **SETTINGS)
    service.database.empty()
    with service.database.as_django_default(django_db_blocker):
        caller = partner(service, key={"secret": "known000.secret"})
        store_stamps(ADDRESS, [credential(service.issuer, ADDRESS)])
        user_community()
    assert caller.score(ADDRESS).status == 200
    return service


@pytest.fixture
def untouched(seeded: Service, servers: Servers) -> Iterator[Service]:
    """The seeded service, in whose tables nothing may have changed at the end."""
    before = written(seeded)
    yield seeded
    assert written(seeded) == before
    assert seeded.call("GET", "/internal/embed/validate-api-key", headers=KEY).status == 200


def written(service: Service) -> list[Any]:
    """A digest of every table that a request could write; refusals of a known key leave an analytics row (5.1)."""
    digest = "SELECT '{0}', count(*), md5(string_agg(t::text, '' ORDER BY t::text)) FROM {0} t"
    tables = [table for table in TRACKED if table != ANALYTICS]
    return service.database.rows(" UNION ALL ".join(digest.format(table) for table in tables))


def refused(answer: Answer, *statuses: int) -> None:
    assert answer.status in statuses, (answer.status, answer.body[:300])
    assert answer.is_json
    assert answer.json()["detail"]


def post(service: Service, path: str, body: Any) -> Answer:
    headers = user_headers(service, ADDRESS) if path == BULK else internal_headers(service)
    return service.call("POST", path, headers=headers, body=body)


def wrapped(path: str, stamps: list[Any]) -> Any:
    """The stamps as the body of one of the endpoints that store them."""
    if path == BULK:
        return [{"provider": stamp["credentialSubject"]["provider"], "stamp": stamp} for stamp in stamps]
    return {"scorer_id": 1, "stamps": stamps}


# Bodies ---------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", [BULK, EMBED, BANS, REVOCATIONS])
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 400),
        (b"null", 422),
        (b'"text"', 422),
        (b"7", 422),
        (b"\xff\xfe[]", 400),
        (b'["\xc3\x28"]', 400),
        (b'["\\ud800"]', 400),
        (b"[NaN]", 400),
        (b"[Infinity]", 400),
        (b"[1] x", 400),
        (b"\xef\xbb\xbf[]", 400),
        (b"[" * 10_000 + b"]" * 10_000, 400),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, 400),
        (b"[1e999]", 422),
        (b"[" + b"9" * 10_000 + b"]", 422),
        (b'["\\u0000"]', 422),
        (b"[" + b" " * 10_000_000 + b"]", 413),
    ],
    ids=lambda value: repr(value[:20]) if isinstance(value, bytes) else None,
)
def test_a_body_that_is_no_request(untouched: Service, path: str, body: bytes, status: int) -> None:
    # Numbers beyond a double may be refused as JSON already.
    refused(post(untouched, path, body), status, *((400,) if status == 422 else ()))


@pytest.mark.parametrize("scorer_id", ["1e400", "9" * 400, "-" + "9" * 400, "1.5", "null", '"9e9"', '"\\u0000"', "{}"])
def test_a_scorer_that_cannot_be_one(untouched: Service, scorer_id: str) -> None:
    body = f'{{"scorer_id": {scorer_id}, "stamps": []}}'
    refused(post(untouched, EMBED, body.encode()), 400, 422)


@pytest.mark.parametrize("text", ["\0", "a\0b", "", "\u2028", "x" * 100_000])
def test_a_text_that_no_row_has_is_neither_banned_nor_revoked(untouched: Service, text: str) -> None:
    subject = {"hash": text, "provider": text, "id": f"did:{text}"}
    bans = post(untouched, BANS, [{"credentialSubject": subject}])
    assert (bans.status, bans.json()[0]["is_banned"]) == (200, False)
    revocations = post(untouched, REVOCATIONS, {"proof_values": [text]})
    assert revocations.json() == [{"proof_value": text, "is_revoked": False}]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "x"])
@pytest.mark.parametrize("body", [b"a=1", b"--x\r\n\r\n--x--", b"{"])
def test_the_content_type_does_not_matter(untouched: Service, kind: str, body: bytes) -> None:
    headers = internal_headers(untouched) | {"Content-Type": kind}
    refused(untouched.call("POST", REVOCATIONS, headers=headers, body=body), 400)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br"])
def test_a_compressed_body_is_no_json(untouched: Service, coding: str) -> None:
    headers = internal_headers(untouched) | {"Content-Encoding": coding}
    refused(untouched.call("POST", REVOCATIONS, headers=headers, body=b"\x1f\x8b\x08"), 400)


# Paths, queries, headers ----------------------------------------------------------------------------------------------
SEGMENTS = [
    "%00",
    "%ff",
    "%2F",
    "%c3%28",
    "%",
    "%zz",
    "%u1234",
    "..",
    "%2e%2e",
    "0x" + "g" * 40,
    "a" * 3_000,
    "%F0%9F%92%A9",
]


@pytest.mark.parametrize("segment", SEGMENTS, ids=lambda text: text[:12])
@pytest.mark.parametrize(
    "path",
    [
        "/v2/stamps/{}/score/" + ADDRESS,
        "/v2/stamps/1/score/{}",
        "/internal/embed/score/{}/" + ADDRESS,
        "/internal/embed/score/1/{}",
        "/internal/score/v2/{}/" + ADDRESS,
        "/internal/score/v2/1/{}",
        "/ceramic-cache/score/{}",
        "/internal/stake/gtc/{}",
        "/internal/stake/legacy-gtc/{}/1",
        "/internal/stake/legacy-gtc/" + ADDRESS + "/{}",
        "/internal/cgrants/contributor_statistics?address={}",
        "/internal/customization/credential/{}",
        "/internal/embed/weights?community_id={}",
        "/{}",
    ],
)
def test_a_path_that_is_none(untouched: Service, path: str, segment: str) -> None:
    headers = internal_headers(untouched) | KEY
    if path.startswith("/ceramic-cache"):
        headers = user_headers(untouched, ADDRESS)
    refused(untouched.call("GET", path.format(segment), headers=headers), 400, 404, 422)


@pytest.mark.parametrize("segment", SEGMENTS, ids=lambda text: text[:12])
@pytest.mark.parametrize("path", ["/internal/allow-list/{}/" + ADDRESS, "/internal/allow-list/list/{}"])
def test_nonsense_is_on_no_list(untouched: Service, path: str, segment: str) -> None:
    answer = untouched.call("GET", path.format(segment), headers=internal_headers(untouched))
    if answer.status == 200:
        assert answer.json() == {"is_member": False}
    else:
        refused(answer, 400, 404, 422)


@pytest.mark.parametrize(
    "query", ["%ff", "include_human_points=%ff", "a=%00", "include_human_points=%00", "&&==", "a" * 3_000]
)
def test_a_query_that_is_none(untouched: Service, query: str) -> None:
    headers = KEY
    refused(untouched.call("GET", f"/v2/stamps/999999/score/{ADDRESS}?{query}", headers=headers), 404, 422)


def test_ten_thousand_parameters(untouched: Service) -> None:
    query = "&".join(f"a{n}=" for n in range(1_500))
    headers = KEY
    refused(untouched.call("GET", f"/v2/stamps/999999/score/{ADDRESS}?{query}", headers=headers), 400, 404, 414)


@needs_nginx
def test_a_path_of_ten_thousand_characters(untouched: Service) -> None:
    refused(untouched.call("GET", "/v2/" + "a" * 10_000), 414)


@needs_nginx
def test_a_header_of_a_megabyte(untouched: Service) -> None:
    refused(untouched.call("GET", "/health", headers={"X-API-Key": "a" * 1_000_000}), 431)


@pytest.mark.parametrize(
    "key", [b"\xff\xfe", b"known000.\xff", b"known000.secret known000.secret", b"known000.", b".", b"known000"]
)
@pytest.mark.parametrize("path", ["/v2/stamps/1/score/" + ADDRESS, "/internal/embed/validate-api-key"])
def test_a_key_that_is_none(untouched: Service, path: str, key: bytes) -> None:
    refused(untouched.call("GET", path, headers={"X-API-Key": key}), 401)


@pytest.mark.parametrize(
    "token", [b"Bearer \xff", b"Bearer a.b.c", b"Bearer " + b"a" * 7_000, b"bearer", b"Basic YTpi"]
)
def test_a_token_that_is_none(untouched: Service, token: bytes) -> None:
    answer = untouched.call("POST", BULK, headers={"Authorization": token}, body=[])
    refused(answer, 401)


@pytest.mark.parametrize("did", ["", 7, None, ["did"], {"a": 1}, "did:pkh:eip155:1:0x\0", "\ud800", "x" * 3_000])
def test_a_token_for_nobody(untouched: Service, did: Any) -> None:
    claims = {"token_type": "access", "exp": 4_000_000_000, "jti": "a", "did": did}
    token = jwt.encode(claims, untouched.settings["SECRET_KEY"], "HS256")
    body = bulk_items([credential(untouched.issuer, ADDRESS)])
    answer = untouched.call("POST", BULK, headers={"Authorization": f"Bearer {token}"}, body=body)
    refused(answer, 400, 401)


# Methods --------------------------------------------------------------------------------------------------------------
ROUTES = [
    ("GET", f"/v2/stamps/1/score/{ADDRESS}"),
    ("GET", f"/internal/embed/score/1/{ADDRESS}"),
    ("POST", EMBED),
    ("GET", "/internal/embed/validate-api-key"),
    ("POST", BULK),
    ("GET", f"/ceramic-cache/score/{ADDRESS}"),
    ("GET", f"/internal/score/v2/1/{ADDRESS}"),
    ("GET", "/internal/embed/weights"),
    ("POST", BANS),
    ("POST", REVOCATIONS),
    ("GET", f"/internal/allow-list/list/{ADDRESS}"),
    ("GET", "/internal/customization/credential/a"),
    ("GET", f"/internal/stake/gtc/{ADDRESS}"),
    ("GET", f"/internal/stake/legacy-gtc/{ADDRESS}/1"),
    ("GET", "/internal/cgrants/contributor_statistics"),
]


METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "BREW")


@pytest.mark.parametrize(
    ("right", "path", "method"), [(*route, method) for route in ROUTES for method in METHODS if method != route[0]]
)
def test_a_wrong_method_says_which_is_right(untouched: Service, right: str, path: str, method: str) -> None:
    answer = untouched.call(method, path, headers=internal_headers(untouched), body=b"{}" if method != "HEAD" else None)
    assert answer.status == 405
    assert answer.is_json
    assert answer.headers["allow"] == right


def test_trace_is_refused(untouched: Service) -> None:
    """By nginx already, which knows no other method of the path."""
    refused(untouched.call("TRACE", BANS, headers=internal_headers(untouched)), 405)


@pytest.mark.parametrize(("right", "path"), ROUTES)
def test_browsers_of_every_origin_may_call(untouched: Service, right: str, path: str) -> None:
    headers = {
        "Origin": "https://somewhere.example",
        "Access-Control-Request-Method": right,
        "Access-Control-Request-Headers": "x-api-key, authorization, content-type",
    }
    answer = untouched.call("OPTIONS", path, headers=headers)
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert right in answer.headers["access-control-allow-methods"]


@pytest.mark.parametrize(("right", "path"), ROUTES)
@pytest.mark.parametrize("changed", ["{0}/", "{0}//", "/{0}", "//{1}//{2}", "{0}/more", "{0}%2F"])
def test_a_path_with_more_slashes_is_unknown(untouched: Service, right: str, path: str, changed: str) -> None:
    headers = user_headers(untouched, ADDRESS) if "ceramic" in path else internal_headers(untouched)
    headers |= KEY
    answer = untouched.call(
        right, changed.format(path, *path.split("/", 2)[1:]), headers=headers, body=None if right == "GET" else b"{}"
    )
    refused(answer, 404)
    assert "location" not in answer.headers


# Requests that are none -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "head",
    [
        b"GARBAGE\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX-API Key: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: \xff\r\n\r\n",
        b"POST /internal/check-revocations HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"POST /internal/check-revocations HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: x\r\n\r\n",
    ],
    ids=lambda head: repr(head[:40]),
)
@needs_nginx
def test_bytes_that_are_no_request(untouched: Service, head: bytes) -> None:
    answer = send_raw(untouched.server, head)
    assert 400 <= answer.status < 600
    assert answer.status in (400, 404, 501, 505)
    assert answer.is_json


CHUNKED = b"\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("body", "status"), [(b'14\r\n{"proof_values": []}\r\n0\r\n\r\n', 200), (b"zz\r\n{}\r\n0\r\n\r\n", 400)]
)
@needs_nginx
def test_a_chunked_body_is_read(untouched: Service, body: bytes, status: int) -> None:
    token = internal_headers(untouched)["Authorization"].encode()
    head = b"POST /internal/check-revocations HTTP/1.1\r\nHost: a\r\nAuthorization: " + token
    assert send_raw(untouched.server, head + CHUNKED + body).status == status
