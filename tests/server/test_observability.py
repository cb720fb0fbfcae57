"""What a running service tells of itself: a line a request, metrics of all workers, traces; and what it never tells."""

import json
import os
import re
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.server.callers import (
    ADDRESS,
    OTHER_ADDRESS,
    bulk_items,
    credential,
    credentials,
    internal_headers,
    partner,
    store_stamps,
    user_community,
    user_headers,
)
from tests.server.conftest import prepared
from tests.server.profiles import profile_environment
from tests.server.running_server import RunningServer
from tests.server.servers import Servers, Service

TOKEN = "the-token-of-the-metrics"
SCRAPER = {"Authorization": f"Bearer {TOKEN}"}
V2 = "/v2/stamps/{scorer_id}/score/{address}"


@pytest.fixture
def observed(servers: Servers, django_db_blocker: Any) -> Iterator[Service]:
    """Two workers, so that a scrape sees another worker's requests."""
    for service in prepared(servers.direct("observed", METRICS_TOKEN=TOKEN, WEB_CONCURRENCY="2"), django_db_blocker):
        service.server.mark_log()
        yield service


def lines_of(service: Service) -> list[dict[str, Any]]:
    """Of requests, since the test began."""
    lines = [json.loads(line) for line in service.server.recent_log().splitlines()]
    return [line for line in lines if line["message"] == "request"]


def series(service: Service) -> dict[str, float]:
    answer = service.call("GET", "/metrics", headers=SCRAPER)
    assert answer.status == 200
    lines = (line for line in answer.body.decode().splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def grown(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    return {name: value - before.get(name, 0) for name, value in after.items() if value != before.get(name, 0)}


# Lines ----------------------------------------------------------------------------------------------------------------
def test_a_scoring_has_one_line_that_says_where_the_time_went(observed: Service) -> None:
    caller = partner(observed)
    store_stamps(ADDRESS, credentials(observed.issuer, ADDRESS, 3))
    assert caller.score(ADDRESS, "?include_human_points=true").status == 200
    (line,) = lines_of(observed)
    times = {name: line.pop(name) for name in ("milliseconds", "database_ms", "verification_ms", "rest_ms")}
    assert all(value > 0 for value in times.values())
    assert times["milliseconds"] == pytest.approx(
        times["database_ms"] + times["verification_ms"] + times["rest_ms"], abs=0.05
    )
    assert re.fullmatch(r"[0-9a-f]{32}", line.pop("request_id"))
    assert line.pop("time")
    assert line == {
        "level": "INFO",
        "logger": "scorer_v2.requests",
        "message": "request",
        "method": "GET",
        "route": V2,
        "status": 200,
        "round_trips": 2,
        "community": caller.community.pk,
        "key_prefix": caller.key.prefix,
        "rollout": "served",
    }


def test_a_clients_request_id_is_taken_and_given_back(observed: Service) -> None:
    answer = observed.call("GET", "/health", headers={"X-Request-Id": "id-of-the-client"})
    assert answer.headers["x-request-id"] == lines_of(observed)[0]["request_id"] == "id-of-the-client"


SCORE, UI_SCORE = "/v2/stamps/1/score/a", f"/ceramic-cache/score/{ADDRESS}"
STAKE = f"/internal/stake/gtc/{ADDRESS}"

# What is asked with which header, and the answer's status and reason.
REFUSALS: dict[str, tuple[str, dict[str, str], int, str]] = {
    "no key": (SCORE, {}, 401, "Invalid API Key: missing or malformed"),
    "unknown key": (SCORE, {"X-API-Key": "nobody.a"}, 401, "Invalid API Key: unknown prefix"),
    "wrong key": (SCORE, {"X-API-Key": "known123.b"}, 401, "Invalid API Key: wrong secret"),
    "revoked key": (SCORE, {"X-API-Key": "revoked1.a"}, 401, "Invalid API Key: revoked"),
    "no permission": (SCORE, {"X-API-Key": "useless1.a"}, 403, "Invalid permissions for action."),
    "no scorer": (SCORE, {"X-API-Key": "known123.a"}, 404, "No scorer matches the given criteria."),
    "wrong type": ("/v2/stamps/x/score/a", {"X-API-Key": "known123.a"}, 422, "int_parsing at path.scorer_id"),
    "no internal token": (STAKE, {}, 401, "the internal token is missing"),
    "wrong internal token": (STAKE, {"Authorization": "x"}, 401, "the internal token is wrong"),
    "no access token": (UI_SCORE, {}, 401, "the access token is missing"),
    "bad access token": (UI_SCORE, {"Authorization": "Bearer x"}, 401, "Token is invalid or expired"),
    "unknown path": ("/unknown", {}, 404, "Not Found"),
}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_every_refusal_is_logged_with_its_reason(observed: Service, refusal: str) -> None:
    partner(observed, key={"secret": "known123.a"})
    partner(observed, key={"secret": "revoked1.a", "revoked": True})
    partner(observed, key={"secret": "useless1.a", "read_scores": False})
    path, headers, status, reason = REFUSALS[refusal]
    assert observed.call("GET", path, headers=headers).status == status
    (line,) = lines_of(observed)
    assert (line["status"], line["reason"]) == (status, reason)


def test_a_wrong_method_is_logged_with_its_route(observed: Service) -> None:
    observed.call("DELETE", STAKE)
    (line,) = lines_of(observed)
    assert (line["route"], line["reason"]) == ("/internal/stake/gtc/{address}", "Method Not Allowed")


def test_a_refused_body_is_logged_with_its_reason(observed: Service) -> None:
    for body, reason in ((b"no json", "Cannot parse request body"), ([], "Must provide valid credential(s)")):
        observed.call("POST", "/internal/check-bans", headers=internal_headers(observed), body=body)
        assert lines_of(observed)[-1]["reason"] == reason


def test_no_log_has_a_key_a_token_or_a_credential(observed: Service) -> None:
    user_community()
    caller = partner(observed)
    stamp = credential(observed.issuer, ADDRESS)
    user, internal = user_headers(observed, ADDRESS), internal_headers(observed)
    unusual = "keywithoutadot"
    caller.score(ADDRESS, f"?key={caller.key.secret}")
    calls: list[tuple[str, str, dict[str, str], Any]] = [
        ("GET", f"/v2/stamps/1/score/{ADDRESS}", {"X-API-Key": unusual[:8]}, None),
        ("GET", f"/v2/stamps/{caller.key.secret}/score/{ADDRESS}", caller.headers, None),
        ("GET", f"/unknown/{caller.key.secret}/{user['Authorization'][7:]}", {}, None),
        ("POST", "/ceramic-cache/stamps/bulk", user, bulk_items([stamp])),
        ("POST", "/ceramic-cache/stamps/bulk", user, bulk_items([stamp, stamp])),
        ("POST", f"/internal/embed/stamps/{ADDRESS}", internal, {"scorer_id": "x", "stamps": [stamp]}),
        ("GET", "/internal/embed/validate-api-key", {"Authorization": f"Bearer {caller.key.secret}"}, None),
        ("GET", "/metrics", SCRAPER, None),
    ]
    for method, path, headers, body in calls:
        observed.call(method, path, headers=headers, body=body)
    written = observed.server.recent_log()
    assert len(lines_of(observed)) == len(calls) + 1
    secrets = {
        "key": caller.key.secret.partition(".")[2],
        "key without a dot": unusual[:8],
        "access token": user["Authorization"][7:],
        "internal token": internal["Authorization"],
        "metrics token": TOKEN,
        "proof": stamp["proof"]["proofValue"],
        "nullifier": stamp["credentialSubject"]["nullifiers"][0],
    }
    assert [name for name, secret in secrets.items() if secret in written] == []


# Metrics --------------------------------------------------------------------------------------------------------------
def test_metrics_add_up_over_all_workers(observed: Service) -> None:
    caller = partner(observed)
    store_stamps(
        ADDRESS,
        [*credentials(observed.issuer, ADDRESS, 2), {**credential(observed.issuer, ADDRESS, "X"), "issuer": "y"}],
    )
    before = series(observed)
    for _ in range(20):
        assert caller.score(ADDRESS).status == 200
    caller.score("nobody")
    counted = grown(before, series(observed))
    requests = 'scorer_v2_request_seconds_count{method="GET",route="%s",status="%s"}'
    assert counted[requests % (V2, 200)] == 20
    assert counted[requests % (V2, 400)] == 1
    assert counted[f'scorer_v2_round_trips_total{{route="{V2}"}}'] == 42
    assert counted['scorer_v2_stamps_total{outcome="kept"}'] == 40
    assert counted['scorer_v2_stamps_total{outcome="left_out"}'] == 20
    verified = counted['scorer_v2_proofs_total{outcome="valid"}']
    assert 2 <= verified <= 4  # once in each of the two workers that was asked
    assert counted['scorer_v2_proofs_total{outcome="remembered"}'] == 40 - verified
    assert counted[f'scorer_v2_request_part_seconds_total{{part="database",route="{V2}"}}'] > 0
    assert counted['scorer_v2_rollout_total{outcome="served"}'] == 21


def test_deduplication_is_counted(observed: Service) -> None:
    caller = partner(observed)
    for holder in (ADDRESS, OTHER_ADDRESS):
        store_stamps(holder, [credential(observed.issuer, holder, nullifiers=["v0:same"])])
    before = series(observed)
    assert [caller.score(holder).status for holder in (ADDRESS, OTHER_ADDRESS)] == [200, 200]
    counted = grown(before, series(observed))
    assert counted['scorer_v2_stamps_total{outcome="kept"}'] == 1
    assert counted['scorer_v2_stamps_total{outcome="deduplicated"}'] == 1


def test_readings_of_the_cache_are_counted(observed: Service) -> None:
    community = user_community()
    before = series(observed)
    for _ in range(4):
        observed.call("GET", f"/internal/embed/weights?community_id={community.pk}")
    counted = grown(before, series(observed))
    readings = {name: value for name, value in counted.items() if name.startswith("scorer_v2_cache_total")}
    assert sum(readings.values()) == 4


@pytest.mark.parametrize("headers", [{}, {"Authorization": TOKEN}, {"Authorization": f"Bearer {TOKEN}x"}])
def test_metrics_are_for_who_has_their_token(observed: Service, headers: dict[str, str]) -> None:
    answer = observed.call("GET", "/metrics", headers=headers)
    assert (answer.status, answer.json()) == (401, {"detail": "Unauthorized"})


def test_without_a_token_there_are_no_metrics(service: Service) -> None:
    assert service.call("GET", "/metrics", headers={"Authorization": "Bearer "}).status == 404


def test_labels_come_from_no_caller(observed: Service) -> None:
    before = series(observed)
    observed.call("BREW", "/v2/stamps/1/score/a")
    observed.call("GET", "/of-a-caller")
    grew = " ".join(grown(before, series(observed)))
    assert 'method="other"' in grew
    assert 'route="unmatched"' in grew
    assert not re.search("BREW|of-a-caller", grew)


def test_what_a_worker_counted_stays_when_it_is_gone(observed: Service) -> None:
    for _ in range(10):
        observed.call("GET", "/health")
    name = 'scorer_v2_request_seconds_count{method="GET",route="/health",status="200"}'
    before = series(observed)[name]
    workers = workers_of(observed)
    os.kill(workers[0], signal.SIGTERM)
    deadline = time.monotonic() + 20
    while workers[0] in workers_of(observed) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert series(observed)[name] == before


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT, signal.SIGQUIT])
def test_a_server_that_ends_takes_its_metrics_along(tmp_path: Path, signal_number: int) -> None:
    settings = profile_environment("default") | {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    server = RunningServer(settings | {"WEB_CONCURRENCY": "1"}, tmp_path / "log")
    (folder,) = {file.parent for file in metrics_files_of(server._process.pid)}
    os.kill(server._process.pid, signal_number)
    server.stop()
    assert not folder.exists()


def metrics_files_of(pid: int) -> list[Path]:
    """A server's master counts nothing, and has a file."""
    folders = (Path("/dev/shm"), Path(tempfile.gettempdir()))  # noqa: S108 - where gunicorn's configuration makes them
    return [file for folder in folders for file in folder.glob(f"scorer-metrics-*/*_{pid}.db")]


def workers_of(service: Service) -> list[int]:
    children = f"/proc/{service.server._process.pid}/task/{service.server._process.pid}/children"
    with open(children) as file:
        return sorted(map(int, file.read().split()))


# Traces ---------------------------------------------------------------------------------------------------------------
class Collector(ThreadingHTTPServer):
    """Takes spans as an OpenTelemetry collector does."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), CollectorHandler)
        self.spans: list[Any] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def span_of(self, name: str) -> Any:
        """Waits for a span."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            for span in list(self.spans):
                if span.name == name:
                    return span
            time.sleep(0.05)
        raise AssertionError(f"no span {name!r} among {[span.name for span in self.spans]}")


class CollectorHandler(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        sent = ExportTraceServiceRequest.FromString(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.spans += [s for r in sent.resource_spans for scope in r.scope_spans for s in scope.spans]
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


@pytest.fixture
def collector() -> Iterator[Collector]:
    server = Collector()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def traced(servers: Servers, collector: Collector, django_db_blocker: Any) -> Iterator[Service]:
    settings = {
        "OTEL_ENABLED": "on",
        "OTEL_TRACE_SAMPLING_RATE": "1",
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{collector.server_port}",
        "OTEL_BSP_SCHEDULE_DELAY": "100",
        "WEB_CONCURRENCY": "1",
    }
    yield from prepared(servers.direct("traced", **settings), django_db_blocker)


def test_the_steps_of_a_score_are_spans_of_its_request(traced: Service, collector: Collector) -> None:
    caller = partner(traced)
    store_stamps(ADDRESS, credentials(traced.issuer, ADDRESS, 2))
    trace, parent = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
    path = f"/v2/stamps/{caller.community.pk}/score/{ADDRESS}"
    headers = {**caller.headers, "traceparent": f"00-{trace}-{parent}-01"}
    assert traced.call("GET", path, headers=headers).status == 200
    request = collector.span_of(f"GET {V2}")
    assert (request.trace_id.hex(), request.parent_span_id.hex()) == (trace, parent)
    of_request = [span for span in collector.spans if span.parent_span_id == request.span_id]
    assert sorted(span.name for span in of_request) == ["round trip", "round trip", "score"]
    score = next(span for span in of_request if span.name == "score")
    steps = [span.name for span in collector.spans if span.parent_span_id == score.span_id]
    assert steps == ["validate stamps", "deduplicate", "weigh", "build the score", "award points"]
    assert lines_of(traced)[-1]["trace_id"] == trace
    told = " ".join(str(span) for span in collector.spans)
    assert "registry.snapshot" in told
    assert ADDRESS not in told
    assert caller.key.secret.partition(".")[2] not in told
