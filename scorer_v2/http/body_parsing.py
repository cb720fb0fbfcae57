"""Request bodies: strict JSON, whatever the content type says (contract, section 1.1)."""

import gc
from typing import Any

import orjson
from django.http import HttpRequest
from ninja.errors import HttpError
from ninja.parser import Parser

# Below this a body holds too few values for the garbage collector to matter.
LARGE_BODY_BYTES = 100_000
_COLLECTS = gc.isenabled()


class StrictJsonParser(Parser):
    """JSON as PostgreSQL reads it too: no NaN, no lone surrogates, UTF-8 only. All of it: a body that ended early
    might be read as another one."""

    def parse_body(self, request: HttpRequest) -> Any:
        try:
            if len(request.body) < int(request.META.get("CONTENT_LENGTH") or 0):
                raise HttpError(400, "Cannot parse request body")
            return parsed(request.body)
        except orjson.JSONDecodeError:
            raise HttpError(400, "Cannot parse request body") from None


def parsed(body: bytes) -> Any:
    """What parses is free of cycles: among a million new lists, looking for some takes longer than reading them.
    Raises orjson.JSONDecodeError."""
    if len(body) < LARGE_BODY_BYTES:
        return orjson.loads(body)
    gc.disable()
    try:
        return orjson.loads(body)
    finally:
        if _COLLECTS:  # also when another thread is in the middle of this: better on too early than off for ever
            gc.enable()
