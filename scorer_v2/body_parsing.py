"""Request bodies: strict JSON, whatever the content type says (contract, section 1.1)."""

from typing import Any

import orjson
from django.http import HttpRequest
from ninja.errors import HttpError
from ninja.parser import Parser


class StrictJsonParser(Parser):
    """JSON as PostgreSQL reads it too: no NaN, no lone surrogates, UTF-8 only."""

    def parse_body(self, request: HttpRequest) -> Any:
        try:
            return orjson.loads(request.body)
        except orjson.JSONDecodeError:
            raise HttpError(400, "Cannot parse request body") from None
