"""Requests over HTTP, with nothing added to them that a test did not ask for."""

import http.client
import json
import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from tests.server.running_server import HOST, RunningServer

TIMEOUT = 60.0


@dataclass(frozen=True)
class Answer:
    """`headers` in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def is_json(self) -> bool:
        return self.headers.get("content-type", "").startswith("application/json")


def call(
    server: RunningServer,
    method: str,
    path: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: Any = None,
    timeout: float = TIMEOUT,
) -> Answer:
    """`body`: bytes are sent as they are, everything else as JSON."""
    connection = http.client.HTTPConnection(HOST, server.port, timeout=timeout)
    content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    kind = {} if content is None else {"Content-Type": "application/json"}
    try:
        with suppress(BrokenPipeError, ConnectionResetError):  # refused before all was read; the answer is there
            connection.request(method, path, content, {"Accept": "application/json", **kind, **(headers or {})})
        return _answer(connection.getresponse())
    finally:
        connection.close()


def send_raw(server: RunningServer, head: bytes, *, timeout: float = TIMEOUT) -> Answer:
    """Send bytes as they are, and read the answer to them."""
    with socket.create_connection((HOST, server.port), timeout=timeout) as client:
        with suppress(BrokenPipeError, ConnectionResetError):  # refused before all was read; the answer is there
            client.sendall(head)
        response = http.client.HTTPResponse(client)
        response.begin()
        return _answer(response)


def _answer(response: http.client.HTTPResponse) -> Answer:
    return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
