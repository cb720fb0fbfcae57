"""API8: production's settings, the headers of its answers, and what its errors do not tell."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.server.calls import Answer, call
from tests.server.profiles import profile_environment
from tests.server.running_server import RunningServer

CHECKOUT = Path(__file__).parents[2]
HOST = "api.example.org"
PRODUCTION = {
    **profile_environment("default"),
    "DATABASE_URL": "postgresql://nobody:the-password-of-the-database@127.0.0.1:1/none",
    "SECRET_KEY": "a-secret-that-is-of-use-to-nobody-and-long-enough-0123456789",
    "ALLOWED_HOSTS": json.dumps([HOST]),
    "WEB_CONCURRENCY": "1",
}
PAGES = ["/health", "/docs", "/openapi.json", "/admin/login/", "/internal/embed/weights", "/nonsense", "/metrics"]


def manage(*arguments: str, **changes: str) -> "subprocess.CompletedProcess[str]":
    environment = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "settings.production", **PRODUCTION, **changes}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=CHECKOUT, env=environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


def test_the_checks_of_a_deployment_find_nothing() -> None:
    done = manage("check", "--deploy", "--fail-level", "DEBUG")
    assert done.returncode == 0, done.stderr
    assert "System check identified no issues" in done.stdout


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"DEBUG": "on"}, "security.W018"),
        ({"SECRET_KEY": "short"}, "security.W009"),
        ({"ALLOWED_HOSTS": "[]"}, "security.W020"),
        ({"SECURE_COOKIES": "off"}, "security.W012"),
        ({"SECURE_HSTS_SECONDS": "0"}, "security.W004"),
        ({"CGRANTS_API_TOKEN": "abc"}, "scorer_v2.E001"),
    ],
)
def test_they_find_what_is_set_wrong(change: dict[str, str], found: str) -> None:
    assert found in manage("check", "--deploy", **change).stderr


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """As it is deployed, with a database that is not there."""
    with RunningServer(
        {**PRODUCTION, "ALLOWED_HOSTS": json.dumps([HOST, "127.0.0.1"])}, tmp_path_factory.mktemp("doors") / "log"
    ) as running:
        yield running


def get(server: RunningServer, path: str, method: str = "GET", **headers: str) -> Answer:
    return call(server, method, path, headers={"Host": HOST, "X-Forwarded-Proto": "https", **headers})


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_has_the_headers_that_browsers_heed(server: RunningServer, path: str) -> None:
    headers = get(server, path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["strict-transport-security"] == "max-age=31536000"


def test_plain_http_promises_no_tls(server: RunningServer) -> None:
    assert "strict-transport-security" not in get(server, "/health", **{"X-Forwarded-Proto": "http"}).headers


@pytest.mark.parametrize("path", PAGES)
def test_no_answer_tells_the_versions_of_what_serves_it(server: RunningServer, path: str) -> None:
    headers = get(server, path).headers
    assert headers["server"] in ("nginx", "gunicorn")
    assert "x-powered-by" not in headers


def test_a_foreign_page_may_ask_but_not_with_a_users_cookies(server: RunningServer) -> None:
    headers = get(server, "/health", Origin="https://evil.example").headers
    assert headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in headers


def test_the_login_is_safe_from_frames_caches_and_plain_text(server: RunningServer) -> None:
    headers = get(server, "/admin/login/").headers
    assert "no-store" in headers["cache-control"]
    assert all(word in headers["set-cookie"].lower() for word in ("secure", "samesite=lax"))


@pytest.mark.parametrize("path", ["/admin/login/", "/admin/logout/", "/admin/ceramic_cache/ban/add/"])
def test_a_form_that_another_page_sends_is_refused(path: str, admin_user: Any) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(admin_user)
    assert browser.post(path, {"username": "a"}).status_code == 403


@pytest.mark.parametrize("host", ["evil.example", "api.example.org.evil.example", "api.example.org@evil.example", ""])
def test_the_login_is_not_shown_under_another_host(server: RunningServer, host: str) -> None:
    """No answer of the API depends on the host."""
    assert get(server, "/admin/login/", Host=host).status == 400


def test_a_forwarded_host_is_not_believed(server: RunningServer) -> None:
    page = get(server, "/admin/", **{"X-Forwarded-Host": "evil.example"})
    assert (page.status, page.headers["location"]) == (302, "/admin/login/?next=/admin/")


FAILING: list[tuple[str, str, Mapping[str, str], Any]] = [
    ("GET", "/internal/embed/weights", {}, None),
    ("GET", "/ready", {}, None),
    ("GET", "/v2/stamps/1/score/0x" + "a" * 40, {"X-API-Key": "abcd1234.x"}, None),
    ("GET", "/nonsense?a=%ff", {}, None),
    ("POST", "/internal/check-bans", {"Authorization": PRODUCTION["CGRANTS_API_TOKEN"]}, b"{"),
    ("TRACE", "/health", {"X-Secret": "reflected"}, None),
]


@pytest.mark.parametrize(("method", "path", "headers", "body"), FAILING)
def test_an_error_tells_nothing_of_the_inside(
    server: RunningServer, method: str, path: str, headers: Mapping[str, str], body: Any
) -> None:
    answer = call(server, method, path, headers={"Host": HOST, **headers}, body=body)
    told = answer.body.decode().lower()
    assert answer.is_json
    inside = ("traceback", "psycopg", "127.0.0.1", "django", "apps/", ".py", "select ", "the-password", "reflected")
    assert [word for word in inside if word in told] == []


@pytest.mark.parametrize(
    "path",
    [
        "/.env",
        "/.git/config",
        "/settings/production.py",
        "/static/../settings/base.py",
        "/static/%2e%2e/manage.py",
        "/static/..%2fmanage.py",
        "/static//etc/passwd",
        "/server-status",
        "/debug/",
        "/__debug__/",
        "/actuator/health",
        "/console",
    ],
)
def test_no_file_and_no_tool_of_developers_is_served(server: RunningServer, path: str) -> None:
    assert get(server, path).status in (400, 404)
