"""Connections of the lean worker: those that are quiet, their sockets, and the answers that they get."""

import contextlib
import os
import select
import socket
from collections.abc import Iterator
from threading import Lock
from typing import Any

from gunicorn import util
from gunicorn.http.wsgi import Response

from scorer_v2 import turns

_ONCE = select.EPOLLIN | select.EPOLLONESHOT
# A plain number: the enumeration's own `|` takes longer than the system call.
_DO_NOT_WAIT = int(socket.MSG_DONTWAIT)
_NONE = -1


class QuietConnections:
    """Connections between two requests, or before their first. Of the threads that ask for the next one that speaks,
    one waits for all, so that the others sleep undisturbed."""

    def __init__(self) -> None:
        self._connections: dict[int, Any] = {}
        self._poll = select.epoll()
        self._leading = Lock()
        self._latest_end = float("inf")
        self._stopped = False
        self._stop_seen, self._stop = os.pipe()
        self._poll.register(self._stop_seen, select.EPOLLIN)

    def __len__(self) -> int:
        return len(self._connections)

    def add(self, connection: Any) -> None:
        """Who calls has done with it."""
        number = connection.sock.fileno()
        self._connections[number] = connection
        try:
            self._poll.modify(number, _ONCE)
        except FileNotFoundError:
            self._poll.register(number, _ONCE)

    def next(self) -> Any | None:
        """The next connection that has something to say, and the turn of this thread. None when the server stops."""
        if not self._leading.acquire(blocking=False):
            turns.give_up()
            self._leading.acquire()
        try:
            while not self._stopped:
                # One that is not there any more was too late.
                connection = self._connections.pop(self._speaking(), None)
                if connection is not None:
                    return connection
            turns.leave()
            return None
        finally:
            self._leading.release()

    def _speaking(self) -> int:
        ready = self._poll.poll(0, 1)
        if not ready:
            turns.give_up()
            ready = self._poll.poll(None, 1)
        turns.take()
        return ready[0][0] if ready else _NONE

    def take_overdue(self, *, by: float) -> Iterator[Any]:
        """Those whose time is over, which are nobody else's any more."""
        for number, connection in list(self._connections.items()):
            if min(connection.timeout, self._latest_end) <= by and self._connections.pop(number, None) is connection:
                yield connection

    def end_by(self, moment: float) -> None:
        """The time of all is over by then."""
        self._latest_end = moment

    def stop(self) -> None:
        """All threads that wait are told, and all that ask from now on."""
        self._stopped = True
        os.write(self._stop, b"\0")


class PoliteSocket(socket.socket):
    """A socket whose thread gives up its turn before it waits for the client."""

    def recv(self, size: int, flags: int = 0) -> bytes:
        if self.gettimeout() is None:  # with a time-out it waits, whatever the flags say
            with contextlib.suppress(BlockingIOError):
                return super().recv(size, flags | _DO_NOT_WAIT)
        with turns.waiting:
            return super().recv(size, flags)

    def sendall(self, data: Any, flags: int = 0) -> None:
        sent = 0
        if self.gettimeout() is None:
            with contextlib.suppress(BlockingIOError):
                sent = super().send(data, flags | _DO_NOT_WAIT)
        if sent < len(data):
            with turns.waiting:
                super().sendall(memoryview(data)[sent:], flags)


class LeanResponse(Response):  # type: ignore[misc]  # gunicorn has no types
    """Head and body leave together: sending takes as long as making them."""

    headers_sent: bool
    _head = b""

    def send_headers(self) -> None:
        if self.headers_sent:
            return
        lines = [*self.default_headers(), *(f"{name}: {value}\r\n" for name, value in self.headers), "\r\n"]
        self._head = "".join(lines).encode("latin-1")
        self.headers_sent = True

    def _emit_body(self, data: bytes) -> None:
        head, self._head = self._head, b""
        if head and not self.chunked:
            util.write(self.sock, head + data)
            return
        self._send(head)
        util.write(self.sock, data, self.chunked)

    def can_sendfile(self) -> bool:
        """Only static files of the admin site would be sent so, and behind their head."""
        return False

    def close(self) -> None:
        """What has no body has a head."""
        self.send_headers()
        head, self._head = self._head, b""
        self._send(head)
        super().close()

    def _send(self, head: bytes) -> None:
        if head:
            util.write(self.sock, head)
