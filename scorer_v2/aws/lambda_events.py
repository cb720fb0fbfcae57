"""Requests of an application load balancer to a Lambda function: the event in, the answer out.

aws-wsgi makes a WSGI request of the event and an event's answer of the WSGI answer. Version 0.2.7 gets half of the
kinds of events wrong, so it is given an event that it cannot get wrong, and what it has no form for is put right
around it: multi-value headers and parameters, encoded paths, compressed bodies, binary answers, repeated cookies.
"""

import binascii
import json
import logging
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product
from typing import Any
from urllib.parse import unquote_to_bytes

import awsgi

Event = Mapping[str, Any]
Headers = list[tuple[str, str]]
Environ = dict[str, Any]
StartResponse = Callable[..., Callable[[bytes], object]]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

# Of a longer one, as JSON with all around it, a load balancer tells the client no more than 502.
LONGEST_ANSWER = 1_000_000
GZIP = frozenset({"gzip", "x-gzip"})
PORTS = {"http": "80", "https": "443"}
JSON_TYPE = ("Content-Type", "application/json; charset=utf-8")
# aws-wsgi adds them.
NOT_OF_WSGI = ("HTTP", "HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH")

logger = logging.getLogger("scorer_v2.lambda_events")


class NotALoadBalancerEvent(ValueError):
    """The function was called by something else than an application load balancer."""


def answer_event(application: Application, event: Event, context: object, *, largest_body_bytes: int) -> dict[str, Any]:
    """What the load balancer is to be answered: `statusCode`, `statusDescription`, `headers` or `multiValueHeaders`,
    `body`, `isBase64Encoded`.

    A gzip body reaches the application decompressed; of one that is longer than `largest_body_bytes` then, just enough
    for the application to see that it is too long. Raises NotALoadBalancerEvent, and what the application raises.
    """
    if "elb" not in (event.get("requestContext") or {}):
        raise NotALoadBalancerEvent("This function answers the events of application load balancers only.")
    headers = request_headers(event)
    body = _body(event, headers, largest_body_bytes)
    exchange = _Exchange(application, {"QUERY_STRING": _query(event), **_origin(headers)})
    answer: dict[str, Any] = awsgi.response(exchange, _plain_event(event, headers, body), context)
    del answer["headers"]
    return {**answer, **_answer_headers(event, exchange.headers), "isBase64Encoded": exchange.is_binary}


def json_error(event: Event, *, status: int, reason: str) -> dict[str, Any]:
    """An answer `{"detail": reason}` to an event that the application could not answer."""
    return {
        "statusCode": status,
        "statusDescription": f"{status} {reason}",
        **_answer_headers(event, [JSON_TYPE]),
        "body": f'{{"detail": "{reason}"}}',
        "isBase64Encoded": False,
    }


def request_headers(event: Event) -> dict[str, str]:
    """Each header once, named in lower case; what was sent repeatedly is joined as HTTP has it.

    Names with an underscore are left out, as gunicorn does: in WSGI they could pass for those with a hyphen.
    """
    several = event.get("multiValueHeaders")
    given = (event.get("headers") or {}).items() if several is None else several.items()
    found: dict[str, str] = {}
    for name, value in given:
        key = name.lower()
        for each in value if isinstance(value, list) else [value]:
            if each is not None and "_" not in key:
                separator = "; " if key == "cookie" else ","
                found[key] = f"{found[key]}{separator}{each}" if key in found else str(each)
    return found


def client_address(headers: Mapping[str, str]) -> str:
    """Who called the load balancer: what it appended to `X-Forwarded-For`. All before that is the caller's word."""
    last = headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    if last.startswith("["):
        return last[1:].partition("]")[0]
    return last.partition(":")[0] if last.count(":") == 1 else last


# The request ----------------------------------------------------------------------------------------------------------
def _plain_event(event: Event, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    """The event, less all that aws-wsgi mistakes."""
    # Decoded once, to bytes: whether there is a slash, a percent sign or no UTF-8 then is the application's concern.
    path = unquote_to_bytes(_utf8(event.get("path") or "/")).decode("latin-1")
    return {
        "requestContext": {"elb": {}},
        "httpMethod": str(event.get("httpMethod") or "GET"),
        "path": path,
        "queryStringParameters": {},
        "headers": {name: _wsgi(value) for name, value in headers.items()},
        "body": body,
        "isBase64Encoded": False,
    }


def _query(event: Event) -> str:
    """As it was sent: load balancers do not decode it."""
    given = event.get("multiValueQueryStringParameters") or event.get("queryStringParameters") or {}
    pairs = ((name, each) for name, value in given.items() for each in (value if isinstance(value, list) else [value]))
    return _wsgi("&".join(f"{name}={'' if value is None else value}" for name, value in pairs))


def _body(event: Event, headers: dict[str, str], largest: int) -> bytes:
    """The body as the application is to read it; `headers` lose the encoding that was taken off."""
    sent = _sent_body(event)
    if sent and headers.get("content-encoding", "").strip().lower() in GZIP:
        plain = _decompressed(sent, largest)
        if plain is not None:
            del headers["content-encoding"]
            return plain
    return sent


def _sent_body(event: Event) -> bytes:
    body = event.get("body") or ""
    if event.get("isBase64Encoded"):
        try:
            return b64decode(body)
        except binascii.Error:
            pass  # No load balancer sends this. The application will say that it cannot read it.
    return _utf8(body)


def _decompressed(body: bytes, largest: int) -> bytes | None:
    """None where it is not gzip, or not all of it: the application gets, and refuses, what was sent."""
    stream = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        plain = stream.decompress(body, largest + 1)
    except zlib.error:
        return None
    return plain if len(plain) > largest or (stream.eof and not stream.unused_data) else None


def _origin(headers: Mapping[str, str]) -> dict[str, str]:
    """Where the request came from and went to, which aws-wsgi takes from the wrong place or leaves empty."""
    scheme = headers.get("x-forwarded-proto", "").lower()
    scheme = scheme if scheme in PORTS else "https"
    port = headers.get("x-forwarded-port", "")
    return {
        "REMOTE_ADDR": client_address(headers) or "127.0.0.1",
        "SERVER_NAME": _wsgi(headers.get("host", "")).partition(":")[0] or "localhost",
        "SERVER_PORT": port if port.isascii() and port.isdigit() else PORTS[scheme],
        "wsgi.url_scheme": scheme,
    }


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _wsgi(text: str) -> str:
    """WSGI has bytes as text of Latin-1."""
    return text if text.isascii() else _utf8(text).decode("latin-1")


# The answer -----------------------------------------------------------------------------------------------------------
class _Exchange:
    """The application, as aws-wsgi calls it: once. Remembers what aws-wsgi cannot carry."""

    def __init__(self, application: Application, corrections: Mapping[str, str]) -> None:
        self._application = application
        self._corrections = corrections
        self._status = ""
        self.headers: Headers = []
        self.is_binary = False

    def __call__(self, environ: Environ, start_response: StartResponse) -> list[bytes]:
        for name in NOT_OF_WSGI:
            environ.pop(name, None)
        body = self._answer({**environ, **self._corrections})
        self.is_binary = not _is_text(body)
        carried = b64encode(body) if self.is_binary else body
        if len(json.dumps([carried.decode(), *self.headers])) > LONGEST_ANSWER:
            carried = self._too_large(len(carried))
        start_response(self._status, [])
        return [carried]

    def _answer(self, environ: Environ) -> bytes:
        written: list[bytes] = []

        def start(status: str, headers: Sequence[tuple[str, str]], _: object = None) -> Callable[[bytes], None]:
            self._status, self.headers = status, list(headers)
            return written.append

        parts = self._application(environ, start)
        try:
            written.extend(parts)
        finally:
            # aws-wsgi does not close: Django would never learn that the request is over.
            if hasattr(parts, "close"):
                parts.close()
        return b"" if environ["REQUEST_METHOD"] == "HEAD" else b"".join(written)

    def _too_large(self, size: int) -> bytes:
        logger.error("an answer is too large for the load balancer", extra={"bytes": size, "status": self._status})
        self._status, self.headers, self.is_binary = "500 Internal Server Error", [JSON_TYPE], False
        return b'{"detail": "The answer is too large."}'


def _is_text(body: bytes) -> bool:
    """Whether it can be carried as text and is the same bytes again afterwards."""
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _answer_headers(event: Event, headers: Headers) -> dict[str, Any]:
    """In the form that the load balancer uses: it ignores the other one."""
    several: dict[str, list[str]] = {}
    spelling: dict[str, str] = {}
    for name, value in headers:
        several.setdefault(spelling.setdefault(name.lower(), name), []).append(value)
    if event.get("multiValueHeaders") is not None:
        return {"multiValueHeaders": several}
    single: dict[str, str] = {}
    for name, values in several.items():
        if name.lower() == "set-cookie":
            single.update(zip(_spellings(name), values, strict=False))
        else:
            single[name] = ", ".join(values)
    return {"headers": single}


def _spellings(name: str) -> Iterable[str]:
    """Names that differ in case only: a load balancer without multi-value headers passes each of them on.

    A cookie must have a header of its own; joined by commas it would be another cookie.
    """
    return (
        "".join(letters)
        for letters in product(*((each, each.swapcase()) if each.isalpha() else (each,) for each in name))
    )
