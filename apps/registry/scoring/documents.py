"""A credential is untrusted JSON: its size and depth are bounded before anybody looks into it."""

from typing import Any

import orjson

MAX_DOCUMENT_BYTES = 64 * 1024
MAX_DEPTH = 64


class InvalidDocument(ValueError):
    """The text is no acceptable credential document; the message says why."""


def parse_document(text: str | bytes) -> dict[str, Any]:
    """The object of one credential's JSON text. Raises InvalidDocument.

    Strict: no NaN, no infinite number, no lone surrogate, nothing after the value. Integers beyond 64 bits become
    floats, as in the library that issuers' proofs were defined by. A NUL in a text is allowed here (PostgreSQL's
    jsonb refuses it).
    """
    if len(text) > MAX_DOCUMENT_BYTES:
        raise InvalidDocument(_too_large())
    try:
        data = text.encode() if isinstance(text, str) else text
    except UnicodeEncodeError:
        raise InvalidDocument("the document is not valid Unicode") from None
    if len(data) > MAX_DOCUMENT_BYTES:
        raise InvalidDocument(_too_large())
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise InvalidDocument(f"the document is not valid JSON: {error.msg}") from None
    if isinstance(value, dict) and data.count(b"{") + data.count(b"[") <= MAX_DEPTH:
        return value  # so few containers cannot be nested deeper, and counting them is quicker than a walk
    return check_document(value)


def check_document(value: object) -> dict[str, Any]:
    """The same for JSON that is parsed already, but for its size. Raises InvalidDocument."""
    if not isinstance(value, dict):
        raise InvalidDocument("the document is not a JSON object")
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH):
        level = [part for container in level for part in _parts(container) if isinstance(part, dict | list)]
        if not level:
            return value
    raise InvalidDocument(f"the document is nested more than {MAX_DEPTH} levels deep")


def _parts(container: Any) -> Any:
    return container.values() if isinstance(container, dict) else container


def _too_large() -> str:
    return f"the document is larger than {MAX_DOCUMENT_BYTES} bytes"
