"""Threads that linger on a connection: nobody waits for them, and nobody is lost."""

import http.client
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import pytest

from scorer_v2.turns import PATIENCE_SECONDS
from tests.server.profiles import profile_environment
from tests.server.running_server import HOST, RunningServer

NO_DATABASE = "postgresql://nobody@127.0.0.1:1/none"
THREADS = 2


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    environment = profile_environment("default") | {
        "DATABASE_URL": NO_DATABASE,
        "WEB_CONCURRENCY": "1",
        "GUNICORN_THREADS": str(THREADS),
    }
    with RunningServer(environment, tmp_path_factory.mktemp("lean") / "log") as running:
        yield running


def connect(server: RunningServer) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(HOST, server.port, timeout=30)


def ask(connection: http.client.HTTPConnection, path: str = "/health") -> int:
    connection.request("GET", path)
    response = connection.getresponse()
    response.read()
    return response.status


def test_requests_that_follow_at_once_and_late_are_answered_on_one_connection(server: RunningServer) -> None:
    connection = connect(server)
    for pause in (0, 0, 0.001, 0.05, 0, 0.3, 0):
        time.sleep(pause)
        socket = connection.sock
        assert ask(connection) == 200
        assert socket in (None, connection.sock)


def test_an_answer_has_the_time_of_now(server: RunningServer) -> None:
    connection = connect(server)
    for pause in (0, 1.1, 0):
        time.sleep(pause)
        before = datetime.now(UTC).replace(microsecond=0)
        connection.request("HEAD", "/health")
        response = connection.getresponse()
        response.read()
        told = parsedate_to_datetime(response.headers["Date"])
        assert before <= told <= datetime.now(UTC)


def test_more_waiting_connections_than_threads_hold_nobody_up(server: RunningServer) -> None:
    idle = [connect(server) for _ in range(10 * THREADS)]
    assert {ask(connection) for connection in idle} == {200}
    started = time.monotonic()
    assert ask(connect(server)) == 200
    assert time.monotonic() - started < 5
    assert {ask(connection) for connection in idle} == {200}


def test_many_clients_at_once_are_all_answered(server: RunningServer) -> None:
    def client(_: int) -> list[int]:
        connection = connect(server)
        return [ask(connection) for _ in range(50)]

    with ThreadPoolExecutor(8) as clients:
        found = list(clients.map(client, range(8)))
    assert found == [[200] * 50] * 8


def test_a_client_that_leaves_between_two_requests_costs_no_thread(server: RunningServer) -> None:
    for _ in range(5 * THREADS):
        connection = connect(server)
        assert ask(connection) == 200
        connection.close()
    assert ask(connect(server)) == 200


def test_requests_sent_without_waiting_for_answers_are_answered_in_order(server: RunningServer) -> None:
    connection = connect(server)
    connection.connect()
    request = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
    connection.sock.sendall(request * 3)
    received = b""
    while received.count(b"HTTP/1.1 200") < 3 or not received.endswith(b"}"):
        part = connection.sock.recv(65_536)
        assert part, received
        received += part
    assert received.count(b'{"status":"ok"}') == 3


def assert_that_others_are_served(server: RunningServer) -> None:
    """As fast as if nobody made them wait."""
    quick = connect(server)
    started = time.monotonic()
    assert [ask(quick) for _ in range(50)] == [200] * 50
    assert time.monotonic() - started < 50 * PATIENCE_SECONDS


HALF = b"GET /health HTTP/1.1\r\nHost: x\r\nX-Half: "


def test_a_client_in_the_middle_of_its_request_holds_nobody_up(server: RunningServer) -> None:
    slow = connect(server)
    slow.connect()
    slow.sock.sendall(HALF)
    assert_that_others_are_served(server)
    slow.sock.sendall(b"1\r\n\r\n")
    assert slow.sock.recv(65_536).startswith(b"HTTP/1.1 200")


def test_what_a_client_sent_ahead_is_answered_though_its_connection_stays_silent(server: RunningServer) -> None:
    """The second request came with the body of the first: nothing more is to be read from the socket."""
    connection = connect(server)
    connection.connect()
    first = b"POST /health HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"
    connection.sock.sendall(first + b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
    received = b""
    while received.count(b"HTTP/1.1 ") < 2 or not received.endswith(b"}"):
        part = connection.sock.recv(65_536)
        assert part, received
        received += part


def test_an_answer_without_a_body_is_its_head_alone(server: RunningServer) -> None:
    connection = connect(server)
    connection.request("HEAD", "/health")
    response = connection.getresponse()
    assert (response.status, response.read()) == (200, b"")
    assert ask(connection) == 200


def test_a_client_whose_body_nobody_asked_for_holds_nobody_up(server: RunningServer) -> None:
    """The server waits for the rest of it, so that the next request begins where it should."""
    slow = connect(server)
    slow.connect()
    slow.sock.sendall(b"POST /health HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{}")
    assert slow.sock.recv(65_536).startswith(b"HTTP/1.1 ")
    assert_that_others_are_served(server)
    slow.sock.sendall(b"12345678GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
    assert slow.sock.recv(65_536).startswith(b"HTTP/1.1 200")
