"""The server as it is deployed: requests that never reach Django, and what the logs keep to themselves."""

import http.client
import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.server.nginx import needs_nginx
from tests.server.profiles import profile_environment
from tests.server.running_server import HOST, RunningServer, of_gunicorn

# Nothing here asks the database.
NO_DATABASE = "postgresql://nobody@127.0.0.1:1/none"
SECRET = "a-secret-that-no-log-may-show"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    environment = profile_environment("default") | {"DATABASE_URL": NO_DATABASE, "WEB_CONCURRENCY": "1"}
    with RunningServer(environment, tmp_path_factory.mktemp("server") / "log") as running:
        yield running


def get(server: RunningServer, path: str, headers: dict[str, str] | None = None) -> tuple[int, Any]:
    connection = http.client.HTTPConnection(HOST, server.port, timeout=30)
    connection.request("GET", path, headers=headers or {})
    response = connection.getresponse()
    assert response.headers["Content-Type"].startswith("application/json")
    return response.status, json.loads(response.read())


def send(port: int, request: bytes) -> bytes:
    """The answer to bytes that are perhaps no request, until the server closes the connection."""
    with socket.create_connection((HOST, port), timeout=30) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


def test_it_answers(server: RunningServer) -> None:
    assert get(server, "/health") == (200, {"status": "ok"})


def test_a_long_path_that_fits_is_the_applications_404(server: RunningServer) -> None:
    assert get(server, "/" + "a" * 8_000) == (404, {"detail": "Not Found"})


@needs_nginx
@pytest.mark.parametrize("length", [10_000, 1_000_000])
def test_a_path_that_is_too_long_is_414(server: RunningServer, length: int) -> None:
    assert get(server, "/" + "a" * length) == (414, {"detail": "URI Too Long"})


@needs_nginx
@pytest.mark.parametrize("length", [10_000, 1_000_000])
def test_a_header_that_is_too_long_is_431(server: RunningServer, length: int) -> None:
    assert get(server, "/health", {"X-API-Key": "k" * length}) == (431, {"detail": "Request Header Fields Too Large"})


@needs_nginx
def test_headers_that_are_too_long_together_are_431(server: RunningServer) -> None:
    headers = {f"X-{number}": "1" * 1_000 for number in range(50)}
    assert get(server, "/health", headers) == (431, {"detail": "Request Header Fields Too Large"})


@pytest.mark.parametrize("name", ["SCRIPT_NAME", "PATH_INFO", "Script-Name", "script_name"])
def test_a_header_cannot_move_the_application(server: RunningServer, name: str) -> None:
    assert get(server, "/health", {name: "/elsewhere"}) == (200, {"status": "ok"})


@needs_nginx
@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"no request at all\r\n\r\n", b"400"),
        (b"GET /health HTTP/7.1\r\nHost: x\r\n\r\n", b"505"),
        (b"GET /health?key=" + SECRET.encode() + b" x HTTP/1.1\r\nHost: x\r\n\r\n", b"400"),
        (b"GET /health HTTP/1.1\r\nHost: x\r\nHost: y\r\nX-API-Key: " + SECRET.encode() + b"\r\n\r\n", b"400"),
        (b"POST /health HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: unheard-of\r\n\r\n", b"501"),
    ],
)
def test_what_is_no_request_is_refused_as_json(server: RunningServer, request_bytes: bytes, status: bytes) -> None:
    head, _, body = send(server.port, request_bytes).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 " + status)
    assert b"Content-Type: application/json" in head
    assert b"X-Request-Id: " in head
    assert set(json.loads(body)) == {"detail"}


@needs_nginx
@pytest.mark.parametrize("head", [b"Content-Length: 50000000", b"Transfer-Encoding: chunked"], ids=repr)
def test_the_413_of_a_large_body_reaches_who_is_still_sending(server: RunningServer, head: bytes) -> None:
    part = b"x" * 65_536 if b"Length" in head else b"10000\r\n" + b"x" * 65_536 + b"\r\n"
    with socket.create_connection((HOST, server.port), timeout=30) as connection:
        connection.sendall(b"POST /internal/check-bans HTTP/1.1\r\nHost: x\r\n" + head + b"\r\n\r\n")
        for _ in range(300):  # 20 MB, before it looks for an answer
            connection.sendall(part)
            time.sleep(0.001)
        response = http.client.HTTPResponse(connection)
        response.begin()
        assert (response.status, json.loads(response.read())) == (413, {"detail": "The request body is too large."})


@needs_nginx
def test_a_service_that_is_not_there_is_502_as_json(tmp_path: Any) -> None:
    environment = profile_environment("default") | {"DATABASE_URL": NO_DATABASE, "WEB_CONCURRENCY": "1"}
    with RunningServer(environment, tmp_path / "log") as server:
        server.kill_behind_nginx()
        head, _, body = send(server.port, b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").partition(
            b"\r\n\r\n"
        )
        assert head.startswith(b"HTTP/1.1 502 ")
        assert b"Retry-After: 1" in head
        assert set(json.loads(body)) == {"detail"}


def test_a_request_has_one_line_of_json_without_secrets(server: RunningServer) -> None:
    headers = {"X-API-Key": SECRET, "Authorization": f"Bearer {SECRET}", "Cookie": SECRET, "X-Request-Id": "logged-id"}
    get(server, f"/unknown?key={SECRET}", headers)
    written = server.log() + server.nginx_log()
    assert SECRET not in written
    lines = [json.loads(line) for line in written.splitlines()]
    logged = [line for line in lines if line["message"] == "request" and line["request_id"] == "logged-id"]
    assert [(line["method"], line["path"], line["status"]) for line in logged] == [("GET", "/unknown", 404)]


@needs_nginx
def test_a_refused_request_has_one_line_of_json_without_secrets(server: RunningServer) -> None:
    refused = b"GET /health?key=" + SECRET.encode() + b" HTTP/1.1\r\nX-Request-Id: refused\r\nX-API-Key: "
    send(server.port, refused + SECRET.encode() * 1_000 + b"\r\nHost: x\r\n\r\n")
    written = server.nginx_log()
    assert SECRET not in written
    assert [json.loads(line)["status"] for line in written.splitlines() if "refused" in line].count("431")


@of_gunicorn
@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET /unknown?key=" + SECRET.encode() + b" x y\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: x\r\n" + SECRET.encode() + b" : x\r\n\r\n",
    ],
)
def test_gunicorn_does_not_repeat_what_it_refuses(server: RunningServer, request_bytes: bytes) -> None:
    assert b" 400 " in send(server.own_port, request_bytes)
    written = server.log()
    assert SECRET not in written
    assert "Invalid request from ip=" in written
