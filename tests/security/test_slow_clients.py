"""API4, unrestricted resource consumption: who sends or takes bytes slowly holds a thread only so long."""

import http.client
import selectors
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest

from scorer_v2.web_server import JsonErrorWorker
from tests.server.calls import Answer, call, send_raw
from tests.server.profiles import profile_environment
from tests.server.running_server import HOST, RunningServer

# Nothing here asks the database.
SETTINGS = {
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    "WEB_CONCURRENCY": "1",
    "GUNICORN_THREADS": "2",
    "GUNICORN_READ_TIMEOUT": "1",
}
CLIENTS = 4  # each of the two threads gets one, and each of them a second
BOUND_SECONDS = 10.0

TOKEN = profile_environment("default")["CGRANTS_API_TOKEN"].encode()
POST = b"POST /internal/check-revocations HTTP/1.1\r\nHost: a\r\nAuthorization: " + TOKEN + b"\r\n"
HALF_HEAD = b"GET /health HTTP/1.1\r\nHost: a\r\n"
HALF_BODY = POST + b'Content-Length: 100\r\n\r\n{"proof_values": '
HALF_CHUNK = POST + b'Transfer-Encoding: chunked\r\n\r\n20\r\n{"proof_values": '


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with RunningServer(profile_environment("default") | SETTINGS, tmp_path_factory.mktemp("slow") / "log") as running:
        yield running


@contextmanager
def waiting_clients(server: RunningServer, sent: bytes, number: int = CLIENTS) -> Iterator[list[socket.socket]]:
    with ExitStack() as open_sockets:
        clients = [open_sockets.enter_context(socket.create_connection((HOST, server.port))) for _ in range(number)]
        for client in clients:
            client.sendall(sent)
        yield clients


@pytest.mark.parametrize("sent", [b"", b"G", HALF_HEAD, HALF_BODY, HALF_CHUNK], ids=lambda sent: repr(sent[-12:]))
def test_others_are_answered_while_clients_send_nothing_more(server: RunningServer, sent: bytes) -> None:
    with waiting_clients(server, sent):
        assert call(server, "GET", "/health", timeout=BOUND_SECONDS).status == 200


def test_a_byte_now_and_then_gains_no_time(server: RunningServer) -> None:
    with waiting_clients(server, HALF_HEAD, number=1) as (client,):
        client.settimeout(BOUND_SECONDS)
        ended = threading.Event()
        dripping = threading.Thread(target=drip, args=(client, ended))
        dripping.start()
        try:
            assert client.recv(100).startswith(b"HTTP/1.1 408 Request Timeout\r\n")
        finally:
            ended.set()
            dripping.join()


def drip(client: socket.socket, ended: threading.Event) -> None:
    """A byte of a header each fifth of a second."""
    try:
        while not ended.wait(0.2):
            client.sendall(b"x")
    except OSError:
        return


def test_a_head_that_is_not_completed_is_408_as_json(server: RunningServer) -> None:
    answer = send_raw(server, HALF_HEAD, timeout=BOUND_SECONDS)
    assert (answer.status, answer.json()) == (408, {"detail": "Request Timeout"})
    assert "a request was refused" in server.log()


@pytest.mark.parametrize("sent", [HALF_BODY, HALF_CHUNK])
def test_a_body_that_is_not_completed_is_400(server: RunningServer, sent: bytes) -> None:
    answer = send_raw(server, sent, timeout=BOUND_SECONDS)
    assert (answer.status, answer.is_json) == (400, True)


def test_a_body_that_is_shorter_than_it_says_is_400_although_it_could_be_read(server: RunningServer) -> None:
    request = POST + b'Content-Length: 21\r\n\r\n{"proof_values": []}'
    answer = send_raw(server, request, timeout=BOUND_SECONDS)
    assert (answer.status, answer.json()) == (400, {"detail": "Cannot parse request body"})


def test_a_kept_connection_may_be_silent_for_longer(server: RunningServer) -> None:
    connection = http.client.HTTPConnection(HOST, server.port, timeout=BOUND_SECONDS)
    for pause in (2.5, 0):
        connection.request("GET", "/health")
        assert connection.getresponse().read()
        assert connection.sock is not None
        time.sleep(pause)
    connection.close()


def test_a_body_in_pieces_is_read_in_time(server: RunningServer) -> None:
    answer = in_pieces(server, POST + b'Content-Length: 20\r\n\r\n{"proof_', b'values": []}')
    assert (answer.status, answer.json()) == (200, [])


def in_pieces(server: RunningServer, first: bytes, second: bytes) -> Answer:
    with socket.create_connection((HOST, server.port), timeout=BOUND_SECONDS) as client:
        client.sendall(first)
        time.sleep(0.3)
        client.sendall(second)
        response = http.client.HTTPResponse(client)
        response.begin()
        return Answer(response.status, dict(response.getheaders()), response.read())


def test_a_client_that_does_not_take_its_answer_is_cut_off() -> None:
    ours, theirs = socket.socketpair()
    worker, connection = idle_worker(timeout=5), Connection(ours)
    with ours, theirs, ThreadPoolExecutor(1) as pool:
        sending = pool.submit(ours.sendall, bytes(50_000_000))
        worker._bodies[connection] = SimpleNamespace(reader=SimpleNamespace(length=0))  # all was read
        worker._begun[connection] = time.monotonic() - 4
        worker.wait_for_and_dispatch_events(0)
        assert not sending.done()
        worker._begun[connection] -= 2
        worker.wait_for_and_dispatch_events(0)
        assert isinstance(sending.exception(timeout=BOUND_SECONDS), BrokenPipeError)


@dataclass(frozen=True)
class Connection:
    sock: socket.socket


def idle_worker(*, timeout: int) -> Any:
    """One that no server started."""
    worker: Any = JsonErrorWorker.__new__(JsonErrorWorker)
    worker.cfg, worker.poller = SimpleNamespace(timeout=timeout), selectors.DefaultSelector()
    worker._begun, worker._bodies, worker.read_seconds, worker.alive = {}, {}, 1.0, True
    return worker
