"""The function answers what the server answers: the same requests to both, on the same database."""

import gzip
import http.client
import json
from dataclasses import dataclass, field

import pytest

from tests.lambda_events.running_function import HOST, RunningFunction
from tests.server.profiles import profile_environment
from tests.server.servers import Service

TOKEN = profile_environment("default")["CGRANTS_API_TOKEN"]
INTERNAL = {"Authorization": TOKEN, "Content-Type": "application/json"}
BANS = json.dumps(
    [{"credentialSubject": {"id": "did:pkh:eip155:1:0x1", "hash": "v0:é", "provider": "Google"}}]
).encode()

# What is of one answer only, or of the server's and the load balancer's own making.
OWN_HEADERS = frozenset({"date", "server", "connection", "transfer-encoding", "x-request-id", "content-length"})


@dataclass(frozen=True)
class Request:
    method: str
    target: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None


REQUESTS = [
    Request("GET", "/health"),
    Request("HEAD", "/health"),
    Request("GET", "/ready"),
    Request("GET", "/"),
    Request("GET", "//health"),
    Request("GET", "/health?a=%zz&&b"),
    Request("GET", "/docs"),
    Request("GET", "/openapi.json"),
    Request("GET", "/unknown/%C3%A9%F0%9F%98%80/%FF/%2F/"),
    Request("GET", "/v2/stamps/1/score/0x1", {"X-API-Key": "unknown.key"}),
    Request("GET", "/v2/stamps/1%2F2/score/0x1", {"X_API_Key": "unknown.key"}),
    Request("GET", "/v2/stamps/1/score/0x1", {"X-API-Key": "\u00c3\u00a9"}),
    Request("GET", "/ceramic-cache/score/0x1", {"Authorization": "Bearer a.b.c"}),
    Request("GET", "/internal/embed/score/1/0x1%20"),
    Request("GET", "/internal/embed/score/1/%30x1"),
    Request("GET", "/internal/allow-list/a+b%2Bc%2520d/0x1", INTERNAL),
    Request("GET", "/internal/customization/credential/Type%23name%2312345678", INTERNAL),
    Request("GET", "/internal/customization/credential/Type#name", INTERNAL),
    Request("GET", "/internal/embed/weights?community_id=%31&other=%26"),
    Request("GET", "/internal/cgrants/contributor_statistics?address=0x%31", INTERNAL),
    Request("GET", "/internal/cgrants/contributor_statistics?address=%C3%A9&round_number", INTERNAL),
    Request("GET", "/internal/cgrants/contributor_statistics?=&address", INTERNAL),
    Request("POST", "/internal/check-bans", INTERNAL, BANS),
    Request("POST", "/internal/check-bans", {"Authorization": TOKEN, "Content-Type": "application/octet-stream"}, BANS),
    Request("POST", "/internal/check-bans", {"Authorization": TOKEN, "Content-Type": "multipart/form-data"}, BANS),
    Request("POST", "/internal/check-bans", INTERNAL, b""),
    Request("POST", "/internal/check-bans", INTERNAL, b"{"),
    Request("POST", "/internal/check-bans", {**INTERNAL, "Content-Encoding": "deflate"}, b"\xff\xfe"),
    Request("POST", "/internal/check-bans", {**INTERNAL, "Content-Type": "text/plain; charset=latin-1"}, b"[]"),
    Request("POST", "/internal/check-revocations", INTERNAL, b'{"proof_values": ["a"]}'),
    Request("PATCH", "/ceramic-cache/stamps/bulk", {}, b"[]"),
    Request("DELETE", "/ceramic-cache/stamps/bulk"),
    Request("OPTIONS", "/ceramic-cache/stamps/bulk", {"Origin": "https://a", "Access-Control-Request-Method": "POST"}),
    Request("GET", "/admin/login/"),
    Request("GET", "/static/ninja/favicon.png"),
]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes


def answer(port: int, request: Request) -> Answer:
    connection = http.client.HTTPConnection(HOST, port, timeout=60)
    try:
        connection.request(request.method, request.target, request.body, request.headers)
        response = connection.getresponse()
        headers = [(name.lower(), value) for name, value in response.getheaders()]
        return Answer(response.status, sorted(pair for pair in headers if pair[0] not in OWN_HEADERS), response.read())
    finally:
        connection.close()


def is_page(request: Request) -> bool:
    """Whether each answer has a token of its own."""
    return request.target.startswith("/admin/")


@pytest.mark.parametrize("request_", [pytest.param(each, id=f"{each.method} {each.target}") for each in REQUESTS])
@pytest.mark.parametrize("kind", ["function", "single_value_function"])
def test_it_is_the_servers_answer(
    request_: Request, kind: str, served: Service, request: pytest.FixtureRequest
) -> None:
    function: RunningFunction = request.getfixturevalue(kind)
    ours, theirs = answer(function.port, request_), answer(served.server.port, request_)
    assert ours.status == theirs.status
    if is_page(request_):
        assert {name for name, _ in ours.headers} == {name for name, _ in theirs.headers}
    else:
        assert ours == theirs


def test_a_gzip_body_is_understood_behind_a_load_balancer(function: RunningFunction) -> None:
    headers = {**INTERNAL, "Content-Encoding": "gzip"}
    found = answer(function.port, Request("POST", "/internal/check-bans", headers, gzip.compress(BANS)))
    assert found.status == 200
    assert [each["hash"] for each in json.loads(found.body)] == ["v0:é"]
