"""One of the two services, asked over HTTP."""

import http.client
import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from scorer_v2.rollout.middleware import MARK, SERVED
from tools.comparison.differences import Answer
from tools.comparison.requests import Request


class NoUrl(ValueError):
    """The text is no http:// or https:// URL of a host."""


class Service:
    """Keeps one connection. `headers` are sent with every request, and lose against the request's own."""

    def __init__(self, url: str, *, headers: Mapping[str, str], timeout: float) -> None:
        """Raises NoUrl."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise NoUrl(f"{url!r} is no URL such as https://scorer.example.org.")
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._connection = kind(parts.hostname, parts.port, timeout=timeout)
        self._prefix = parts.path.rstrip("/")
        self._headers = headers
        self.url = f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "") + self._prefix
        self.seconds = 0.0
        self.answers = 0

    @property
    def milliseconds(self) -> float:
        """Of an answer, on average."""
        return 1000 * self.seconds / self.answers if self.answers else 0.0

    def ask(self, request: Request) -> Answer:
        """A connection that breaks is opened once more: the service may have closed one that was idle."""
        started = time.perf_counter()
        try:
            return self._ask_twice(request)
        except (http.client.HTTPException, OSError) as error:
            self._connection.close()
            return Answer(0, failure=f"no answer ({type(error).__name__})")
        finally:
            self.seconds += time.perf_counter() - started
            self.answers += 1

    def close(self) -> None:
        self._connection.close()

    def _ask_twice(self, request: Request) -> Answer:
        try:
            return self._ask(request)
        except (http.client.HTTPException, OSError):
            self._connection.close()
            return self._ask(request)

    def _ask(self, request: Request) -> Answer:
        content = request.body if isinstance(request.body, str | None) else json.dumps(request.body)
        headers = {"Accept": "application/json", **self._headers, **request.headers}
        if content is not None:
            headers.setdefault("Content-Type", "application/json")
        body = content.encode() if content is not None else None
        self._connection.request(request.method, self._prefix + request.path, body, headers)
        response = self._connection.getresponse()
        return Answer(response.status, _parsed(response.read()), is_ours=response.headers.get(MARK) == SERVED)


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode(errors="replace")
