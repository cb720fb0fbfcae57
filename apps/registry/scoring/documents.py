"""A credential is untrusted JSON: its size, depth and number of values are bounded before anything looks into it.

The largest of the recorded credentials has 2.3 kB, 113 values and 7 levels.
"""

from typing import Any, Final

import orjson

MAX_DOCUMENT_BYTES: Final = 16 * 1024
MAX_DEPTH: Final = 64
MAX_VALUES: Final = 512
"""Objects, lists, texts, numbers, booleans and nulls; names of members are not counted."""

_CONTAINERS: Final = (dict, list)
TOO_LARGE: Final = f"the document is larger than {MAX_DOCUMENT_BYTES} bytes"


class InvalidDocument(ValueError):
    """The text is no acceptable credential document; the message says why."""


def parse_document(text: str | bytes) -> dict[str, Any]:
    """Return the object of one credential's JSON text. Raises: InvalidDocument.

    Strict: no NaN, no infinite number, no lone surrogate, nothing after the value. Integers beyond 64 bits become
    floats, as in the library that issuers' proofs were defined by. A NUL in a text is allowed here (PostgreSQL's
    jsonb refuses it).
    """
    if len(text) > MAX_DOCUMENT_BYTES:
        raise InvalidDocument(TOO_LARGE)
    try:
        data = text.encode() if isinstance(text, str) else text
    except UnicodeEncodeError:
        raise InvalidDocument("the document is not valid Unicode") from None
    if len(data) > MAX_DOCUMENT_BYTES:
        raise InvalidDocument(TOO_LARGE)
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise InvalidDocument(f"the document is not valid JSON: {error.msg}") from None
    containers = data.count(b"{") + data.count(b"[")
    if isinstance(value, dict) and containers <= MAX_DEPTH and containers + data.count(b",") < MAX_VALUES:
        return value  # counting bytes is quicker than a walk, and never finds less than there is
    return check_document(value)


def check_document(value: object) -> dict[str, Any]:
    """Return a parsed JSON value that is an object within the bounds of depth and values. Raises: InvalidDocument."""
    if not isinstance(value, dict):
        raise InvalidDocument("the document is not a JSON object")
    level: list[Any] = [value]
    left = MAX_VALUES - 1
    for _ in range(MAX_DEPTH):
        left -= sum(map(len, level))
        if left < 0:
            raise InvalidDocument(f"the document has more than {MAX_VALUES} values")
        level = [part for container in level for part in _parts(container) if isinstance(part, _CONTAINERS)]
        if not level:
            return value
    raise InvalidDocument(f"the document is nested more than {MAX_DEPTH} levels deep")


def _parts(container: Any) -> Any:
    return container.values() if isinstance(container, dict) else container
