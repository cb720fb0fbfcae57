"""Clients that harm: many at once, each of one kind, for as long as a block lasts."""

import selectors
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from tests.server.running_server import HOST

RECEIVED_AT_ONCE = 65_536


@dataclass(frozen=True)
class Attack:
    """`first` is sent at once, `then` a byte a second of it, from its beginning again at its end. `reads`: whether the
    answers are taken; `repeats`: whether `first` is sent again when one was."""

    clients: int
    first: bytes = b""
    then: bytes = b""
    reads: bool = False
    repeats: bool = False


@contextmanager
def attacking(port: int, attack: Attack) -> Iterator["Crowd"]:
    crowd = Crowd(port, attack)
    thread = threading.Thread(target=crowd.run, daemon=True)
    thread.start()
    assert crowd.has_begun.wait(30)
    try:
        yield crowd
    finally:
        crowd.ends.set()
        thread.join(30)


class Crowd:
    def __init__(self, port: int, attack: Attack) -> None:
        self.has_begun, self.ends = threading.Event(), threading.Event()
        self.received = self.closed = 0
        self._port, self._attack = port, attack
        self._selector = selectors.DefaultSelector()
        self._clients: list[socket.socket] = []

    def run(self) -> None:
        for _ in range(self._attack.clients):
            self._open()
        self.has_begun.set()
        drips, next_drip = 0, time.monotonic() + 1
        while not self.ends.is_set():
            self._take(0.05)
            if self._attack.then and time.monotonic() >= next_drip:
                next_drip, drips = next_drip + 1, drips + 1
                self._send_all(self._attack.then[drips % len(self._attack.then) :][:1])
        for client in self._clients:
            client.close()
        self._selector.close()

    def _open(self) -> None:
        client = socket.socket()
        if not self._attack.reads:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
        client.settimeout(5)
        client.connect((HOST, self._port))
        client.setblocking(False)
        self._clients.append(client)
        if self._attack.reads:
            self._selector.register(client, selectors.EVENT_READ)
        self._send(client, self._attack.first)

    def _take(self, seconds: float) -> None:
        """What came, of those that read; who is closed is replaced."""
        if not self._attack.reads:
            self.ends.wait(seconds)
            return
        for key, _ in self._selector.select(seconds):
            client = key.fileobj
            assert isinstance(client, socket.socket)
            got = b""
            with suppress(OSError):
                got = client.recv(RECEIVED_AT_ONCE)
            if not got:
                self._selector.unregister(client)
                self._clients.remove(client)
                client.close()
                self.closed += 1
                self._open()
            elif self._attack.repeats:
                self.received += len(got)
                self._send(client, self._attack.first)

    def _send_all(self, data: bytes) -> None:
        for client in self._clients:
            self._send(client, data)

    def _send(self, client: socket.socket, data: bytes) -> None:
        with suppress(OSError):  # the server has closed it, or takes no more
            client.send(data)
