"""Connections of the lean worker: their sockets, what is read from them, and the answers that they get."""

import contextlib
import socket
import time
from functools import lru_cache
from typing import Any

from gunicorn import util
from gunicorn.http import message
from gunicorn.http.parser import RequestParser
from gunicorn.http.wsgi import Response

from scorer_v2 import turns

# A plain number: the enumeration's own `|` takes longer than the system call.
_DO_NOT_WAIT = int(socket.MSG_DONTWAIT)


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


class LeanRequest(message.Request):  # type: ignore[misc]  # gunicorn has no types
    """Whether its client may say for whom it asks is known from the client's earlier requests."""

    def _peer_is_trusted_proxy(self) -> bool:
        if isinstance(self.peer_addr, tuple):
            return is_trusted_proxy(self.cfg, self.peer_addr[0])
        return bool(super()._peer_is_trusted_proxy())


class LeanParser(RequestParser):  # type: ignore[misc]  # gunicorn has no types
    """Of HTTP/1, the only protocol that our configuration has."""

    mesg_class = LeanRequest


@lru_cache(maxsize=1_000)
def is_trusted_proxy(configuration: Any, host: str) -> bool:
    """Of a host that was asked about before, nobody reads the address and the networks again."""
    networks = configuration.forwarded_allow_networks()
    return bool(message._ip_in_allow_list(host, configuration.forwarded_allow_ips, networks))


http_date = lru_cache(maxsize=2)(util.http_date)


class LeanResponse(Response):  # type: ignore[misc]  # gunicorn has no types
    """Head and body leave together: sending takes as long as making them."""

    headers_sent: bool
    _head = b""

    def default_headers(self) -> list[str]:
        if self.upgrade or self.chunked:
            return list(super().default_headers())
        major, minor = self.req.version
        connection = "close" if self.should_close() else "keep-alive"
        date = http_date(int(time.time()))
        return [
            f"HTTP/{major}.{minor} {self.status}\r\nServer: {self.version}\r\nDate: {date}\r\n"
            f"Connection: {connection}\r\n"
        ]

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
