"""What gunicorn does our way: JSON for errors that never reach Django, and JSON logs without secrets."""

import json
import socket
import time
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from gunicorn.glogging import Logger
from gunicorn.http import errors

from scorer_v2.client_deadlines import ClientDeadlineWorker, RequestTimeout
from scorer_v2.observability.logs import LOGGED, JsonFormatter

# What a client may still send of a refused request before its connection is cut off.
DRAIN_BYTES = 2_000_000
DRAIN_SECONDS = 2.0
# How many characters of a path are logged.
LOGGED_PATH = 300

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


class JsonErrorWorker(ClientDeadlineWorker):
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
