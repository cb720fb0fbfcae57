"""Request bodies: strict JSON, whatever the content type says (contract, section 1.1)."""

from typing import Any

import orjson
from django.http import HttpRequest
from ninja.errors import HttpError
from ninja.parser import Parser


class StrictJsonParser(Parser):
    """JSON as PostgreSQL reads it too: no NaN, no lone surrogates, UTF-8 only. All of it: a body that ended early
    might be read as another one."""

    def parse_body(self, request: HttpRequest) -> Any:
        try:
            if len(request.body) < int(request.META.get("CONTENT_LENGTH") or 0):
                raise HttpError(400, "Cannot parse request body")
            return orjson.loads(request.body)
        except orjson.JSONDecodeError:
            raise HttpError(400, "Cannot parse request body") from None
