"""Chunked request bodies: Django reads a body only as far as its Content-Length says, and a chunked one has none."""

import logging
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

logger = logging.getLogger("scorer_v2.requests")

Environment = dict[str, Any]
Application = Callable[[Environment, Callable[..., Any]], Iterable[bytes]]


class ChunkedBodies:
    """A WSGI application that sees chunked bodies as plain ones.

    Of a body that is too large one byte more than allowed is read: the application refuses it as any other.
    """

    def __init__(self, application: Application, *, largest_body_bytes: int) -> None:
        self.application = application
        self.largest_body_bytes = largest_body_bytes

    def __call__(self, environ: Environment, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if is_chunked(environ):
            try:
                body = environ["wsgi.input"].read(self.largest_body_bytes + 1)
            except Exception:
                logger.warning("a chunked body could not be read", exc_info=True)
                return _refused(start_response)
            environ["wsgi.input"] = BytesIO(body)
            environ["CONTENT_LENGTH"] = str(len(body))
        return self.application(environ, start_response)


def _refused(start_response: Callable[..., Any]) -> Iterable[bytes]:
    body = b'{"detail":"Cannot parse request body"}'
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body))), ("Connection", "close")]
    start_response("400 Bad Request", headers)
    return [body]


def is_chunked(environ: Environment) -> bool:
    """Whether the server hands over a chunked body whose end it knows."""
    encoding = environ.get("HTTP_TRANSFER_ENCODING", "").strip().lower()
    return encoding == "chunked" and bool(environ.get("wsgi.input_terminated"))
