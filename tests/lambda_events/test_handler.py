"""The handler: the service's own answers to events, one connection, and what happens when something is wrong."""

import gzip
import json
import logging
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import psycopg
import pytest
from django.db import connection

from scorer_v2 import lambda_handler
from scorer_v2.aws.lambda_events import NotALoadBalancerEvent
from scorer_v2.lambda_handler import IDLE_SECONDS, handler, replace_idle_connections
from tests.lambda_events.load_balancer import event_of, faults
from tests.server.scratch_databases import conninfo

READY = "/ready"


@pytest.fixture(autouse=True)
def _fresh_sandbox() -> Iterator[None]:
    lambda_handler._last_used = None
    yield
    lambda_handler._last_used = None


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> "Clock":
    clock = Clock()
    monkeypatch.setattr(lambda_handler.time, "time", lambda: clock.now)
    return clock


class Clock:
    now = 1_800_000_000.0


@pytest.fixture
def unblocked(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The database without a transaction around the test: connections come and go."""
    with django_db_blocker.unblock():
        yield
        connection.close()


def event(method: str, target: str, *, several: bool = True, body: bytes = b"", **headers: str) -> dict[str, Any]:
    given = [("host", "testserver"), *((name.replace("_", "-"), value) for name, value in headers.items())]
    return event_of(method, target, given, body, several=several)


def served(method: str, target: str, *, several: bool = True, **options: Any) -> dict[str, Any]:
    answer = handler(event(method, target, several=several, **options), None)
    assert list(faults(answer, several=several)) == []
    return answer


@pytest.mark.parametrize("several", [True, False])
@pytest.mark.parametrize(
    ("method", "target", "status", "detail"),
    [
        ("GET", "/unknown", 404, "Not Found"),
        ("GET", "/unknown/%FF%00%zz", 404, "Not Found"),
        ("GET", "/internal/check-bans", 405, "Method Not Allowed"),
        ("POST", "/internal/check-bans", 401, "Unauthorized"),
        ("GET", "/v2/stamps/1/score/0x1?a=%zz&b", 401, "Invalid API Key."),
    ],
)
def test_the_service_answers(several: bool, method: str, target: str, status: int, detail: str) -> None:
    answer = served(method, target, several=several)
    assert (answer["statusCode"], answer["statusDescription"]) == (status, f"{status} {HTTPStatus(status).phrase}")
    assert json.loads(answer["body"]) == {"detail": detail}


@pytest.mark.parametrize("several", [True, False])
def test_a_health_check_is_answered(several: bool) -> None:
    assert json.loads(served("GET", "/health", several=several)["body"]) == {"status": "ok"}


def test_head_is_answered_without_a_body() -> None:
    answer = served("HEAD", "/health")
    assert (answer["statusCode"], answer["body"]) == (200, "")


def test_a_preflight_is_answered() -> None:
    answer = served(
        "OPTIONS",
        "/ceramic-cache/stamps/bulk",
        several=False,
        origin="https://app.example",
        access_control_request_method="POST",
    )
    assert answer["statusCode"] == 200
    assert answer["headers"]["access-control-allow-origin"] == "*"


def test_a_wrong_token_is_found_before_a_broken_gzip_body() -> None:
    answer = served("POST", "/internal/check-bans", body=b"\x1f\x8bno gzip", content_encoding="gzip")
    assert answer["statusCode"] == 401


def test_a_broken_gzip_body_is_no_json(settings: Any) -> None:
    token = {"authorization": settings.CGRANTS_API_TOKEN}
    answer = served("POST", "/internal/check-bans", body=b"\x1f\x8bno gzip", content_encoding="gzip", **token)
    assert (answer["statusCode"], json.loads(answer["body"])) == (400, {"detail": "Cannot parse request body"})


def test_a_gzip_body_that_decompresses_to_too_much_is_413(settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100_000
    body = gzip.compress(b" " * 50_000_000)
    token = {"authorization": settings.CGRANTS_API_TOKEN}
    answer = served("POST", "/internal/check-bans", body=body, content_encoding="gzip", **token)
    assert answer["statusCode"] == 413


@pytest.mark.parametrize("several", [True, False])
def test_an_error_outside_of_django_is_json_too(
    several: bool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(environ: Any, start_response: Any) -> Any:
        raise RuntimeError("broken")

    monkeypatch.setattr(lambda_handler, "application", lambda: broken)
    with caplog.at_level(logging.ERROR):
        answer = served("GET", "/health", several=several)
    assert (answer["statusCode"], answer["statusDescription"]) == (500, "500 Internal Server Error")
    assert json.loads(answer["body"]) == {"detail": "Internal Server Error"}
    assert "broken" in caplog.text


def test_a_call_that_no_load_balancer_made_fails() -> None:
    with pytest.raises(NotALoadBalancerEvent):
        handler({"key": "value"}, None)


# Connections ----------------------------------------------------------------------------------------------------------
def backend() -> int:
    """The server process that the service's connection talks to."""
    assert json.loads(served("GET", READY)["body"])["database"] == "ok"
    driver = connection.connection
    assert driver is not None
    return int(driver.info.backend_pid)


def is_running(process: int) -> bool:
    return asked("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid = %s)", process)


def terminate(process: int) -> None:
    assert asked("SELECT pg_terminate_backend(%s, 5000)", process)


def asked(question: str, process: int) -> bool:
    """By way of another connection."""
    with psycopg.connect(conninfo(connection.settings_dict, "postgres")) as other:
        row = other.execute(question, [process]).fetchone()  # type: ignore[arg-type]  # texts of tests
    assert row is not None
    return bool(row[0])


@pytest.mark.usefixtures("unblocked")
def test_events_share_one_connection(clock: Clock) -> None:
    first = backend()
    clock.now += IDLE_SECONDS - 1
    assert backend() == first


@pytest.mark.usefixtures("unblocked")
@pytest.mark.parametrize("seconds", [IDLE_SECONDS, 86_400.0, -1.0])
def test_after_a_long_freeze_the_connection_is_a_new_one(clock: Clock, seconds: float) -> None:
    """Also when the clock was set back meanwhile."""
    first = backend()
    clock.now += seconds
    second = backend()
    assert second != first
    assert not is_running(first)


@pytest.mark.usefixtures("unblocked")
def test_a_connection_that_died_in_a_short_freeze_is_replaced(clock: Clock) -> None:
    first = backend()
    terminate(first)
    clock.now += 1
    assert backend() != first


def test_nothing_is_connected_before_the_first_statement(clock: Clock) -> None:
    connection.close()
    replace_idle_connections()
    clock.now += 86_400
    replace_idle_connections()
    assert connection.connection is None
