"""What gunicorn does our way: JSON for errors that never reach Django, and JSON logs without secrets."""

import json
import socket
import time
from contextlib import suppress
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from gunicorn.glogging import Logger
from gunicorn.http import errors
from gunicorn.workers import gthread

from scorer_v2.logs import LOGGED, JsonFormatter

# What a client may still send of a refused request before its connection is cut off.
DRAIN_BYTES = 2_000_000
DRAIN_SECONDS = 2.0
# How long a new connection may keep a thread waiting for its first byte; after that no thread waits for it.
FIRST_BYTE_SECONDS = 0.05
# How many characters of a path are logged.
LOGGED_PATH = 300


class RequestTimeout(Exception):
    """The head of a request did not come in time."""


_STATUSES: dict[type[Exception], HTTPStatus] = {
    RequestTimeout: HTTPStatus.REQUEST_TIMEOUT,
    errors.LimitRequestLine: HTTPStatus.REQUEST_URI_TOO_LONG,
    errors.LimitRequestHeaders: HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    errors.ExpectationFailed: HTTPStatus.EXPECTATION_FAILED,
    errors.ForbiddenProxyRequest: HTTPStatus.FORBIDDEN,
    errors.UnsupportedTransferCoding: HTTPStatus.NOT_IMPLEMENTED,
    errors.ConfigurationProblem: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.InvalidResponseHeader: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.InvalidResponseHeaderName: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.ParseException: HTTPStatus.BAD_REQUEST,
}


def status_of(error: Exception) -> HTTPStatus:
    """The status of a request that gunicorn could not parse, or whose answer it could not send."""
    return next(
        (status for kind, status in _STATUSES.items() if isinstance(error, kind)), HTTPStatus.INTERNAL_SERVER_ERROR
    )


def error_answer(status: HTTPStatus) -> bytes:
    body = json.dumps({"detail": status.phrase}).encode()
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\nConnection: close\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class JsonErrorWorker(gthread.ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """`read_seconds` is set by gunicorn's configuration file (GUNICORN_READ_TIMEOUT).

    Of the time that a request takes of a thread, all that its client decides about is bounded: gunicorn itself waits
    for the rest of a request for ever, and so as many silent clients as there are threads would stop the service.
    """

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
            if conn not in self._bodies and self._is_overdue(conn):
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
            if self._is_overdue(conn) and self._is_being_read(conn):
                end_of(conn.sock, socket.SHUT_RD)
            elif self._is_overdue(conn, after=self.cfg.timeout):
                end_of(conn.sock, socket.SHUT_RDWR)

    def _is_overdue(self, conn: Any, *, after: float | None = None) -> bool:
        begun = self._begun.get(conn)
        return begun is not None and time.monotonic() - begun > (self.read_seconds if after is None else after)

    def _is_being_read(self, conn: Any) -> bool:
        """Whether bytes of the request are outstanding. Nothing tells how many are, of a chunked body."""
        body = self._bodies.get(conn)
        return body is None or bool(getattr(body.reader, "length", True))

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: Exception) -> None:  # noqa: ARG002 - gunicorn's signature
        """Answer a request that never reached Django, or that broke outside of it.

        gunicorn's own answer is HTML, and its log line repeats the request with the keys that may be in it.
        """
        status = status_of(exc)
        host = addr[0] if isinstance(addr, tuple) else None
        if status == HTTPStatus.INTERNAL_SERVER_ERROR:
            self.log.error_log.error("a request failed in the server", exc_info=exc, extra={"remote": host})
        else:
            extra = {"status": status.value, "reason": type(exc).__name__, "remote": host}
            self.log.error_log.warning("a request was refused", extra=extra)
        try:
            client.settimeout(DRAIN_SECONDS)
            client.sendall(error_answer(status))
            drain(client)
        except OSError:
            self.log.debug("The client did not wait for its error.")


def end_of(client: socket.socket, direction: int) -> None:
    """Wakes the thread that waits for the client: nothing more comes, or goes."""
    with suppress(OSError):  # the client, or the thread, was faster
        client.shutdown(direction)


def drain(client: socket.socket) -> None:
    """Read what the client still sends: closing earlier would reset the connection and lose the answer."""
    client.shutdown(socket.SHUT_WR)
    deadline = time.monotonic() + DRAIN_SECONDS
    left = DRAIN_BYTES
    while left > 0 and time.monotonic() < deadline:
        received = len(client.recv(65_536))
        if not received:
            return
        left -= received


class JsonLogger(Logger):  # type: ignore[misc]  # gunicorn has no types
    """Access log on stdout, errors on stderr, a JSON object a line. No headers, no query: they hold secrets."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in (*self.error_log.handlers, *self.access_log.handlers):
            handler.setFormatter(JsonFormatter())

    def access(self, resp: Any, req: Any, environ: dict[str, Any], request_time: timedelta) -> None:  # noqa: ARG002 - gunicorn's signature
        if not self.access_log_enabled or LOGGED in environ:
            return
        extra = {
            "method": environ.get("REQUEST_METHOD"),
            "path": environ.get("PATH_INFO", "")[:LOGGED_PATH],
            "status": resp.status_code,
            "bytes": resp.sent,
            "milliseconds": round(request_time.total_seconds() * 1000, 1),
            "remote": environ.get("REMOTE_ADDR"),
            "request_id": next((value for name, value in resp.headers if name.lower() == "x-request-id"), None),
        }
        self.access_log.info("request", extra=extra)
