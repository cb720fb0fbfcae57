"""How long a client may hold a thread of gunicorn's.

Of the time that a request takes of a thread, all that its client decides about is bounded: gunicorn itself waits for
the rest of a request for ever, and so as many silent clients as there are threads would stop the service.
"""

import socket
import sys
import time
from contextlib import suppress
from typing import Any

from gunicorn.workers import gthread

if sys.platform == "linux":
    from scorer_v2.lean_worker import LeanWorker as ThreadedWorker
else:  # where there is no epoll, as on a developer's Mac, gunicorn's own
    ThreadedWorker = gthread.ThreadWorker

# How long a new connection may keep a thread waiting for its first byte; after that no thread waits for it.
FIRST_BYTE_SECONDS = 0.05


class RequestTimeout(Exception):
    """The head of a request did not come in time."""


class ClientDeadlineWorker(ThreadedWorker):
    """`read_seconds` is set by gunicorn's configuration file (GUNICORN_READ_TIMEOUT): for head and body together. An
    answer must be taken within gunicorn's own `timeout`, both counted from the beginning of the request."""

    read_seconds = 10.0

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._begun: dict[Any, float] = {}
        self._bodies: dict[Any, Any] = {}

    def handle(self, conn: Any) -> Any:
        """Answers one request of the connection, in a thread."""
        if not conn.initialized and not conn.wait_for_data(FIRST_BYTE_SECONDS):
            return gthread._DEFER
        self._begun[conn] = time.monotonic()
        try:
            answered = super().handle(conn)
            if conn not in self._bodies and self._is_overdue(conn, after=self.read_seconds):
                self.handle_error(None, conn.sock, conn.client, RequestTimeout())
            return answered
        finally:
            self._bodies.pop(conn, None)
            self._begun.pop(conn)

    def handle_request(self, req: Any, conn: Any) -> Any:
        """The head was read; the application reads the body."""
        self._bodies[conn] = req.body
        return super().handle_request(req, conn)

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """The main thread's turn, at least once a second."""
        super().wait_for_and_dispatch_events(timeout)
        for conn in list(self._begun):
            if self._is_overdue(conn, after=self.read_seconds) and self._is_being_read(conn):
                _wake(conn.sock, socket.SHUT_RD)
            elif self._is_overdue(conn, after=self.cfg.timeout):
                _wake(conn.sock, socket.SHUT_RDWR)

    def _is_overdue(self, conn: Any, *, after: float) -> bool:
        begun = self._begun.get(conn)
        return begun is not None and time.monotonic() - begun > after

    def _is_being_read(self, conn: Any) -> bool:
        """Whether bytes of the request are outstanding. Nothing tells how many are, of a chunked body."""
        body = self._bodies.get(conn)
        return body is None or bool(getattr(body.reader, "length", True))


def _wake(client: socket.socket, ended: int) -> None:
    """The thread that waits for the client learns that nothing more comes, or goes."""
    with suppress(OSError):  # the client, or the thread, was faster
        client.shutdown(ended)
