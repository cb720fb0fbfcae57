"""Secrets never in logs, errors, analytics or traces: each is put wherever a request has room, and looked for after."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.server.callers import (
    ADDRESS,
    bulk_items,
    credential,
    internal_headers,
    partner,
    store_stamps,
    user_community,
    user_headers,
)
from tests.server.calls import Answer, send_raw
from tests.server.conftest import prepared
from tests.server.servers import Servers, Service
from tests.server.test_observability import Collector, collector

__all__ = ["collector"]

METRICS_TOKEN = "the-token-of-the-metrics"
INTERNAL_TOKEN = "the-internal-token-as-long-as-one-should-be"
COOKIE = "the-session-of-a-member-of-the-team"
PASSWORD = "the-password-of-a-member-of-the-team"
NO_DOT = "keywithoutadot"


@pytest.fixture
def watched(servers: Servers, collector: Collector, django_db_blocker: Any) -> Iterator[Service]:
    """All that can tell is on: analytics, traces, metrics, and the most talkative level of logs."""
    settings = {
        "FF_API_ANALYTICS": "on",
        "RATELIMIT_ENABLE": "on",
        "LOG_LEVEL": "DEBUG",
        "GUNICORN_LOG_LEVEL": "debug",
        "METRICS_TOKEN": METRICS_TOKEN,
        "OTEL_ENABLED": "on",
        "OTEL_TRACE_SAMPLING_RATE": "1",
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{collector.server_port}",
        "OTEL_BSP_SCHEDULE_DELAY": "100",
        "WEB_CONCURRENCY": "1",
        "CGRANTS_API_TOKEN": INTERNAL_TOKEN,
    }
    for service in prepared(servers.direct("watched", **settings), django_db_blocker):
        service.server.mark_log()
        yield service


def test_no_secret_is_told(watched: Service, collector: Collector) -> None:
    user_community()
    caller = partner(watched, key={"rate_limit": "1000/1h"})
    old = partner(watched, key={"form": "pbkdf2"})
    stamp = credential(watched.issuer, ADDRESS)
    store_stamps(ADDRESS, [stamp])
    secrets = {
        "key": caller.key.secret.partition(".")[2],
        "old key": old.key.secret.partition(".")[2],
        "hash of a key": caller.key.hashed_key_sha256,
        "key without a dot": NO_DOT[:8],
        "access token": user_headers(watched, ADDRESS)["Authorization"].split(".")[2],
        "internal token": watched.settings["CGRANTS_API_TOKEN"],
        "secret key": watched.settings["SECRET_KEY"],
        "metrics token": METRICS_TOKEN,
        "cookie": COOKIE,
        "password": PASSWORD,
        "database": watched.settings["DATABASE_URL"],
    }
    answers = list(everything(watched, caller, old, stamp))
    assert {answer.status for answer in answers} >= {200, 201, 400, 401, 404, 405, 422}
    places = {
        "logs": watched.server.log() + watched.server.nginx_log(),
        "answers": "\n".join(answer.body.decode(errors="replace") + str(answer.headers) for answer in answers),
        "analytics": str(watched.database.rows("SELECT a::text FROM account_accountapikeyanalytics a")),
        "traces": str(collector.span_of("GET /v2/stamps/{scorer_id}/score/{address}")) + str(collector.spans),
        "metrics": watched.call("GET", "/metrics", headers=bearer(METRICS_TOKEN)).body.decode(),
    }
    assert all(len(text) > 500 for text in places.values()), {place: len(text) for place, text in places.items()}
    told = [(place, name) for place, text in places.items() for name, secret in secrets.items() if secret in text]
    assert told == []


def bearer(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


def everything(service: Service, caller: Any, old: Any, stamp: dict[str, Any]) -> Iterator[Answer]:
    """Requests that end in all ways, each with secrets where they belong and where they do not, but for the URL of one
    that a partner sends (analytics keep it)."""
    user, internal = user_headers(service, ADDRESS), internal_headers(service)
    everywhere = {
        "Cookie": f"sessionid={COOKIE}",
        "X-API-Key": caller.key.secret,
        "Authorization": user["Authorization"],
    }
    score = f"/v2/stamps/{caller.community.pk}/score/{ADDRESS}"
    calls: list[tuple[str, str, dict[str, str], Any]] = [
        ("GET", score, everywhere, None),
        ("GET", score, bearer(caller.key.secret), None),
        ("GET", f"/v2/stamps/{old.community.pk}/score/{ADDRESS}", old.headers, None),
        ("GET", f"/v2/stamps/{old.community.pk}/score/{ADDRESS}", bearer(old.key.secret), None),
        ("GET", score, {"X-API-Key": f"{caller.key.prefix}.wrong", "Cookie": COOKIE}, None),
        ("GET", score, {"X-API-Key": NO_DOT[:8]}, None),
        ("GET", score, {"X-API-Key": service.settings["CGRANTS_API_TOKEN"]}, None),
        ("GET", "/v2/stamps/999999/score/0x1", everywhere, None),
        ("GET", f"{score}?include_human_points=x", everywhere, None),
        ("GET", "/internal/embed/validate-api-key", everywhere, None),
        ("DELETE", score, everywhere, None),
        ("GET", f"/unknown/{caller.key.secret}/{service.settings['CGRANTS_API_TOKEN']}", everywhere, None),
        ("GET", f"/ceramic-cache/score/{ADDRESS}?token={user['Authorization'].split()[1]}", user, None),
        ("GET", f"/ceramic-cache/score/{ADDRESS}", bearer(caller.key.secret), None),
        ("GET", f"/ceramic-cache/score/{ADDRESS}", {"Authorization": f"{user['Authorization']}x"}, None),
        ("POST", "/ceramic-cache/stamps/bulk", {**everywhere, **user}, bulk_items([stamp])),
        ("POST", "/ceramic-cache/stamps/bulk", user, bulk_items([stamp, stamp])),
        ("POST", "/ceramic-cache/stamps/bulk", user, b'{"a": "' + PASSWORD.encode()),
        ("POST", "/internal/check-bans", internal, [PASSWORD]),
        ("POST", "/internal/check-bans", {"Authorization": f"{internal['Authorization']}x"}, [PASSWORD]),
        ("GET", f"/internal/score/v2/999999/{ADDRESS}", {**everywhere, **internal}, None),
        ("POST", "/admin/login/", {"Cookie": COOKIE}, f"username=a&password={PASSWORD}".encode()),
        ("GET", "/metrics", bearer(f"{METRICS_TOKEN}x"), None),
    ]
    for method, path, headers, body in calls:
        yield service.call(method, path, headers=headers, body=body)
    for head in (b"NONSENSE ", b"GET / HTTP/9\r\nX-API-Key: ", b"GET /\x00 HTTP/1.1\r\nAuthorization : "):
        yield send_raw(service.server, head + caller.key.secret.encode() + b"\r\n\r\n")
