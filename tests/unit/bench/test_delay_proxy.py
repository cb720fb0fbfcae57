"""The delaying proxy holds what it should, and nothing else."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from tools.bench.delay_proxy import delaying

DELAY = 0.020


@pytest.fixture
def echo() -> Iterator[tuple[str, int]]:
    """A server that answers each connection with what it sends."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_answer_all, args=(listener,), daemon=True).start()
        yield listener.getsockname()
        listener.shutdown(socket.SHUT_RDWR)


def _answer_all(listener: socket.socket) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        with client:
            while data := client.recv(65_536):
                client.sendall(data)


@pytest.fixture
def client(echo: tuple[str, int]) -> Iterator[socket.socket]:
    """A connection through the proxy."""
    with delaying(echo, 1000 * DELAY) as port, socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        _round_trip(client, b"first")  # the proxy opens its own side with it
        yield client


def _round_trip(client: socket.socket, data: bytes) -> float:
    started = time.perf_counter()
    client.sendall(data)
    assert _received(client, len(data)) == data
    return time.perf_counter() - started


def _received(client: socket.socket, length: int) -> bytes:
    data = b""
    while len(data) < length:
        data += client.recv(65_536)
    return data


def test_a_round_trip_takes_the_delay_and_little_more(client: socket.socket) -> None:
    taken = [_round_trip(client, b"ping") for _ in range(20)]
    assert min(taken) >= DELAY
    assert min(taken) < DELAY + 0.002  # the best of them: the machine may have other things to do meanwhile


def test_what_is_sent_in_a_row_is_delayed_once_and_stays_in_order(client: socket.socket) -> None:
    parts = [b"%05d" % number for number in range(50)]
    started = time.perf_counter()
    for part in parts:
        client.sendall(part)
        time.sleep(0.0005)
    assert _received(client, 250) == b"".join(parts)
    assert time.perf_counter() - started < 10 * DELAY


def test_much_data_arrives_whole(client: socket.socket) -> None:
    data = bytes(range(256)) * 2_000
    assert _round_trip(client, data) >= DELAY


def test_the_end_of_a_connection_is_passed_on(echo: tuple[str, int]) -> None:
    with delaying(echo, 1) as port, socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.shutdown(socket.SHUT_WR)
        assert client.recv(1) == b""


def test_a_server_that_is_not_there_ends_the_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        nobody = closed.getsockname()
    with delaying(nobody, 1) as port, socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        assert client.recv(1) == b""
